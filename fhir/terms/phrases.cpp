#include "fhir/terms/phrases.hpp"

#include <algorithm>

namespace tcds::terms {
namespace {

std::optional<WordForm> parseWord(std::string_view authored)
{
    bool const prefix = authored.ends_with('*');
    if (prefix) authored.remove_suffix(1);
    auto const words = splitWords(authored);
    if (words.size() != 1) return std::nullopt;
    return WordForm{words.folded, prefix};
}

/// Blanks and hyphens part words, as they do in texts.
std::vector<std::string_view> partsOf(std::string_view text, std::string_view separators)
{
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at <= text.size();) {
        auto const end = std::min(text.find_first_of(separators, at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

constexpr std::size_t kLetters = 3;
constexpr std::size_t kLetterBits = 5;

/// The first three letters as a number; missing ones are 0. Different words may share it.
std::size_t beginningOf(std::string_view word)
{
    std::size_t beginning = 0;
    for (std::size_t i = 0; i < std::min(word.size(), kLetters); ++i)
        beginning |= (static_cast<unsigned char>(word[i]) & 0x1FU) << (i * kLetterBits);
    return beginning;
}

bool standsAt(std::span<std::vector<WordForm> const> rest, Words const& words, std::size_t at)
{
    if (at + rest.size() > words.size()) return false;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        auto const word = words[at + i];
        if (std::none_of(rest[i].begin(), rest[i].end(),
                         [&](auto const& form) { return form.fits(word); }))
            return false;
    }
    return true;
}

} // namespace

std::optional<Phrase> parsePhrase(std::string_view authored)
{
    Phrase phrase;
    for (auto const position : partsOf(authored, " -/.")) {
        if (position.empty()) continue;
        std::vector<WordForm> alternatives;
        for (auto const word : partsOf(position, "|")) {
            auto form = parseWord(word);
            if (!form) return std::nullopt;
            alternatives.push_back(std::move(*form));
        }
        phrase.words.push_back(std::move(alternatives));
    }
    if (phrase.words.empty()) return std::nullopt;
    return phrase;
}

void PhraseIndex::add(Phrase const& phrase, PhraseOwner owner)
{
    auto const index = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({static_cast<std::uint32_t>(rest_.size()),
                        static_cast<std::uint16_t>(phrase.words.size() - 1), owner});
    rest_.insert(rest_.end(), phrase.words.begin() + 1, phrase.words.end());

    for (auto const& form : phrase.words.front()) {
        auto& first = firstWords_[form.text];
        (form.prefix ? first.prefix : first.exact).push_back(index);
        auto const beginning = beginningOf(form.text);
        auto const given = std::min(form.text.size(), kLetters) * kLetterBits;
        // Any letters may follow a prefix that is shorter than what is looked at.
        auto const endings = form.prefix ? beginnings_.size() >> given : 1;
        for (std::size_t ending = 0; ending < endings; ++ending)
            noteBeginning(beginning | ending << given, form);
    }
}

void PhraseIndex::noteBeginning(std::size_t beginning, WordForm const& form)
{
    beginnings_.set(beginning);
    if (!form.prefix) return;
    Prefix prefix{static_cast<std::uint16_t>(beginning), form.text};
    auto const order = [](Prefix const& a, Prefix const& b) {
        if (a.beginning != b.beginning) return a.beginning < b.beginning;
        if (a.text.size() != b.text.size()) return a.text.size() < b.text.size();
        return a.text < b.text;
    };
    auto const place = std::lower_bound(prefixes_.begin(), prefixes_.end(), prefix, order);
    if (place == prefixes_.end() || place->beginning != prefix.beginning ||
        place->text != prefix.text)
        prefixes_.insert(place, std::move(prefix));
}

void PhraseIndex::collect(std::vector<std::uint32_t> const& candidates, Words const& words,
                          std::size_t at, std::vector<Hit>& hits) const
{
    for (auto const index : candidates) {
        auto const& entry = entries_[index];
        std::span const rest{rest_.data() + entry.firstRest, entry.restCount};
        if (!standsAt(rest, words, at + 1)) continue;
        auto const begin = static_cast<std::uint32_t>(at);
        hits.push_back({begin, begin + 1 + entry.restCount, entry.owner});
    }
}

std::vector<Hit> PhraseIndex::find(Words const& words) const
{
    std::vector<Hit> hits;
    for (std::size_t at = 0; at < words.size(); ++at) {
        auto const word = words[at];
        auto const beginning = beginningOf(word);
        if (!beginnings_.test(beginning)) continue;
        if (auto const found = firstWords_.find(word); found != firstWords_.end()) {
            collect(found->second.exact, words, at, hits);
            collect(found->second.prefix, words, at, hits);
        }
        auto prefix = std::lower_bound(
            prefixes_.begin(), prefixes_.end(), beginning,
            [](Prefix const& a, std::size_t wanted) { return a.beginning < wanted; });
        for (; prefix != prefixes_.end() && prefix->beginning == beginning; ++prefix)
            if (prefix->text.size() < word.size() && word.starts_with(prefix->text))
                collect(firstWords_.find(prefix->text)->second.prefix, words, at, hits);
    }
    return hits;
}

bool occurs(std::span<Phrase const> phrases, Words const& words)
{
    for (std::size_t at = 0; at < words.size(); ++at)
        for (auto const& phrase : phrases)
            if (standsAt(phrase.words, words, at)) return true;
    return false;
}

} // namespace tcds::terms
