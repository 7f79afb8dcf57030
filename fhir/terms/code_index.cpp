#include "fhir/terms/code_index.hpp"

#include "fhir/terms/code_systems.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

namespace tcds::terms {
namespace {

constexpr std::size_t kMaxCode = 64; // longer codes are none of ours

} // namespace

CodeIndex::System& CodeIndex::systemOf(std::string_view uri)
{
    auto const found = std::find_if(systems_.begin(), systems_.end(),
                                    [&](auto const& system) { return system.uri == uri; });
    if (found != systems_.end()) return *found;
    return systems_.emplace_back(System{std::string{uri}, {}, {}});
}

void CodeIndex::add(CodeMember const& member, SetBits const& reaches)
{
    auto code = std::string_view{member.code};
    bool const prefix = code.ends_with('*');
    if (prefix) code.remove_suffix(1);
    if (code.size() > kMaxCode) return;
    std::array<char, kMaxCode> buffer;
    auto const key = normalisedCode(member.system, code, buffer.data());

    auto& system = systemOf(member.system);
    if (prefix && !key.empty()) system.prefixLengths |= std::uint64_t{1} << (key.size() - 1);
    auto& entry = (prefix ? system.prefixes : system.exact)[std::string{key}];
    if (member.withText.empty()) {
        entry.sets.addAll(reaches);
        return;
    }
    WithText withText{reaches, {}};
    for (auto const& authored : member.withText)
        if (auto phrase = parsePhrase(authored)) withText.phrases.push_back(std::move(*phrase));
    entry.withText.push_back(std::move(withText));
}

void CodeIndex::addAnalyte(std::string_view loinc, AnalyteId analyte)
{
    systemOf(kLoinc).exact[std::string{loinc}].analyte = analyte;
}

void CodeIndex::addUnless(SetId set, std::vector<Phrase> phrases)
{
    unless_.push_back({set, std::move(phrases)});
}

CodeMeaning CodeIndex::find(std::string_view system, std::string_view code,
                            std::string_view text) const
{
    CodeMeaning meaning;
    auto const known = std::find_if(systems_.begin(), systems_.end(),
                                    [&](auto const& each) { return each.uri == system; });
    if (known == systems_.end() || code.size() > kMaxCode) return meaning;
    std::array<char, kMaxCode> buffer;
    auto const key = normalisedCode(system, code, buffer.data());

    std::optional<Words> words;
    auto const wordsOfText = [&]() -> Words const& {
        if (!words) words = splitWords(text);
        return *words;
    };
    auto const take = [&](Entry const& entry) {
        meaning.sets.addAll(entry.sets);
        if (entry.analyte.known()) meaning.analyte = entry.analyte;
        if (text.empty()) return;
        for (auto const& withText : entry.withText)
            if (occurs(withText.phrases, wordsOfText())) meaning.sets.addAll(withText.sets);
    };
    if (auto const found = known->exact.find(key); found != known->exact.end()) take(found->second);
    for (auto lengths = known->prefixLengths; lengths != 0; lengths &= lengths - 1) {
        auto const length = static_cast<std::size_t>(std::countr_zero(lengths)) + 1;
        if (length > key.size()) break;
        if (auto const found = known->prefixes.find(key.substr(0, length));
            found != known->prefixes.end())
            take(found->second);
    }

    if (text.empty() || meaning.sets.none()) return meaning;
    for (auto const& unless : unless_)
        if (meaning.sets.has(unless.set) && occurs(unless.phrases, wordsOfText())) {
            SetBits cancelled;
            cancelled.add(unless.set);
            meaning.sets.removeAll(cancelled);
        }
    return meaning;
}

} // namespace tcds::terms
