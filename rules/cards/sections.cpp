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

std::size_t placeOf(Section section) { return static_cast<std::size_t>(section); }

} // namespace

std::size_t Sections::cost(Section section, std::string_view sentence) const
{
    auto const& form = kForms[placeOf(section)];
    auto const sentenceCost = form.before.size() + cardLength(sentence);
    if (counts_[placeOf(section)] > 0) return sentenceCost + form.after.size();
    auto const between = length_ == 0 ? 0 : kBetween.size();
    return between + form.heading.size() + sentenceCost + form.end.size();
}

bool Sections::add(Section section, std::string_view sentence)
{
    if (sentence.empty()) return true;
    if (std::ranges::find(sentences_, sentence, &Sentence::text) != sentences_.end()) return true;
    auto const more = cost(section, sentence);
    if (length_ + more > most_) return false;
    append(section, sentence, more);
    return true;
}

void Sections::require(Section section, std::string_view sentence)
{
    append(section, sentence, cost(section, sentence));
}

void Sections::append(Section section, std::string_view sentence, std::size_t cost)
{
    length_ += cost;
    bytes_ += sentence.size();
    ++counts_[placeOf(section)];
    sentences_.push_back({section, sentence});
}

void Sections::clear()
{
    length_ = bytes_ = 0;
    counts_ = {};
    sentences_.clear();
}

std::string Sections::text() const
{
    std::string text;
    text.reserve(length_ + bytes_); // more than enough
    for (std::size_t i = 0; i < kSections; ++i) {
        if (counts_[i] == 0) continue;
        auto const& form = kForms[i];
        if (!text.empty()) text += kBetween;
        text += form.heading;
        std::string_view between;
        for (auto const& sentence : sentences_) {
            if (placeOf(sentence.section) != i) continue;
            text.append(between).append(form.before).append(sentence.text);
            between = form.after;
        }
        text += form.end;
    }
    return text;
}

std::string_view takeSentence(std::string_view& text)
{
    auto end = text.find(". ");
    while (end != std::string_view::npos && end + 2 < text.size()) {
        auto const next = text[end + 2];
        if ((next >= 'A' && next <= 'Z') || next == '*') break;
        end = text.find(". ", end + 2);
    }
    auto const whole = end == std::string_view::npos || end + 2 >= text.size();
    auto const sentence = whole ? text : text.substr(0, end + 1);
    text = whole ? std::string_view{} : text.substr(end + 2);
    auto const last = sentence.find_last_not_of(' ');
    return sentence.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

} // namespace tcds::rules
