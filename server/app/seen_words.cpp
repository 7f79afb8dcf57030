#include "server/app/seen_words.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

namespace tcds::app {

namespace {

// "K=1769756400000,MG=0;k26q1:..,k26q1:..;RF-BULBAR"
constexpr char kBetweenLists = ';';
constexpr char kBetweenItems = ',';
constexpr char kBeforeTime = '=';

std::string pseudonymOf(std::string_view drug, std::string_view patient,
                        audit::ServerPseudonyms& pseudonyms)
{
    auto parts = std::string{patient};
    parts += '|';
    parts += drug;
    return pseudonyms.ofParts(parts);
}

/// Takes the text before `end` off the front; all of it when there is no `end`.
std::string_view take(std::string_view& text, char end)
{
    auto const at = std::min(text.find(end), text.size());
    auto const front = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return front;
}

void addItem(std::string& word, std::string_view item)
{
    if (!word.empty() && word.back() != kBetweenLists) word += kBetweenItems;
    word += item;
}

} // namespace

std::string wordOf(rules::Seen const& seen, std::string_view patient,
                   audit::ServerPseudonyms& pseudonyms)
{
    std::string word;
    for (auto const& [analyte, at] : seen.results)
        addItem(word, analyte + kBeforeTime + std::to_string(at.time_since_epoch().count()));
    word += kBetweenLists;
    for (auto const& drug : seen.drugs) addItem(word, pseudonymOf(drug, patient, pseudonyms));
    word += kBetweenLists;
    for (auto const& flag : seen.redFlags) addItem(word, flag);
    return word;
}

rules::Seen seenIn(std::string_view word, rules::Seen const& now, std::string_view patient,
                   audit::ServerPseudonyms& pseudonyms)
{
    rules::Seen seen;
    auto results = take(word, kBetweenLists);
    while (!results.empty()) {
        auto item = take(results, kBetweenItems);
        auto const analyte = take(item, kBeforeTime);
        std::int64_t at = 0;
        (void)std::from_chars(item.data(), item.data() + item.size(), at); // 0: none, as written
        seen.results.emplace_back(analyte, Instant{std::chrono::milliseconds{at}});
    }
    auto drugs = take(word, kBetweenLists);
    std::vector<std::string_view> known;
    while (!drugs.empty()) known.push_back(take(drugs, kBetweenItems));
    for (auto const& drug : now.drugs)
        if (std::ranges::find(known, pseudonymOf(drug, patient, pseudonyms)) != known.end())
            seen.drugs.push_back(drug);
    while (!word.empty()) seen.redFlags.emplace_back(take(word, kBetweenItems));
    return seen;
}

} // namespace tcds::app
