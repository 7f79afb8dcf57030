#include "rules/cards/sections.hpp"

#include "rules/cards/escape.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

struct Form {
    std::string_view heading, before, after; // of each sentence; `after` stands between two
    std::string_view end;
};

constexpr std::array kForms{Form{"**Findings:**", "\n- ", "", ""}, Form{"**Why:**", " ", "", ""},
                            Form{"**Options:**", " ", "", ""},
                            Form{"**Not checked:**", " ", "", ""},
                            Form{"**Basis:**", " ", ";", "."}};
constexpr std::string_view kBetween = "\n\n";

Form const& formOf(Section section) { return kForms[static_cast<std::size_t>(section)]; }

} // namespace

std::size_t Sections::cost(Section section, std::string_view sentence) const
{
    auto const& form = formOf(section);
    auto const sentenceCost = form.before.size() + cardLength(sentence);
    if (!sentences_[static_cast<std::size_t>(section)].empty())
        return sentenceCost + form.after.size();
    auto const between = length_ == 0 ? 0 : kBetween.size();
    return between + form.heading.size() + sentenceCost + form.end.size();
}

bool Sections::add(Section section, std::string const& sentence)
{
    if (sentence.empty()) return true;
    for (auto const& list : sentences_)
        if (std::ranges::find(list, sentence) != list.end()) return true;
    if (length_ + cost(section, sentence) > most_) return false;
    require(section, sentence);
    return true;
}

void Sections::require(Section section, std::string sentence)
{
    length_ += cost(section, sentence);
    of(section).push_back(std::move(sentence));
}

std::string Sections::text() const
{
    std::string text;
    for (std::size_t i = 0; i < sentences_.size(); ++i) {
        auto const& form = kForms[i];
        auto const& sentences = sentences_[i];
        if (sentences.empty()) continue;
        if (!text.empty()) text += kBetween;
        text += form.heading;
        for (std::size_t n = 0; n < sentences.size(); ++n) {
            if (n > 0) text += form.after;
            text.append(form.before).append(sentences[n]);
        }
        text += form.end;
    }
    return text;
}

std::vector<std::string> sentencesOf(std::string_view text)
{
    std::vector<std::string> sentences;
    while (!text.empty()) {
        auto end = text.find(". ");
        while (end != std::string_view::npos && end + 2 < text.size()) {
            auto const next = text[end + 2];
            if ((next >= 'A' && next <= 'Z') || next == '*') break;
            end = text.find(". ", end + 2);
        }
        auto const whole = end == std::string_view::npos || end + 2 >= text.size();
        auto sentence = whole ? text : text.substr(0, end + 1);
        text = whole ? std::string_view{} : text.substr(end + 2);
        auto const last = sentence.find_last_not_of(' ');
        if (last != std::string_view::npos) sentences.emplace_back(sentence.substr(0, last + 1));
    }
    return sentences;
}

} // namespace tcds::rules
