#include "server/replay/fact_parts.hpp"

#include <algorithm>
#include <charconv>

namespace tcds::replay {

namespace {

constexpr int kMostRank = 1'000'000;

std::string unknown(std::string_view what, std::string_view name)
{
    return "the rules have no " + std::string{what} + " \"" + std::string{name} + "\"";
}

} // namespace

FactId FactParts::idOf(RecordObject const& object)
{
    auto const text = object.needed("id");
    constexpr unsigned kMost = FactId::kNone - 3U;
    unsigned number = 0;
    auto const digits = text.substr(std::min<std::size_t>(text.size(), 1));
    auto const [end, failed] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (!text.starts_with('f') || failed != std::errc{} || end != digits.data() + digits.size() ||
        number > kMost) {
        object.fault("id", "is no id of a fact");
        return FactId{0};
    }
    if (number >= taken_.size()) taken_.resize(number + 1U);
    if (taken_[number]) object.fault("id", "is the id of two facts");
    taken_[number] = true;
    context_.factCount = std::max(context_.factCount, static_cast<std::uint16_t>(number + 1));
    return FactId{static_cast<std::uint16_t>(number)};
}

SourceRef FactParts::sourceOf(RecordObject const& object, std::string_view type) const
{
    SourceRef source;
    auto const rank = object.whole("rank", kMostRank);
    if (auto const ref = object.text("ref"); !ref.empty()) {
        auto const place = std::to_string(kMostRank + rank.value_or(0)); // of equal length
        source.resource.append(type).append("/").append(place).append(".").append(ref);
    }
    auto const key = object.text("in");
    auto const input = std::ranges::find(context_.inputs, key, &InputStatus::key);
    if (input != context_.inputs.end())
        source.input = InputId{static_cast<std::uint16_t>(input - context_.inputs.begin())};
    else if (!key.empty())
        object.fault("in", "names no input");
    return source;
}

std::vector<Coding> FactParts::codesOf(RecordObject const& object)
{
    std::vector<Coding> codes;
    for (auto const& pair : object.elements("codes")) {
        auto const parts = json::items(&pair);
        auto const isPair = pair.IsArray() && parts.size() == 2;
        auto const system = isPair ? json::text(&parts[0]) : std::nullopt;
        auto const code = isPair ? json::text(&parts[1]) : std::nullopt;
        if (system && code)
            codes.push_back({std::string{*system}, std::string{*code}, {}});
        else
            object.fault("codes", "holds something else than pairs of system and code");
    }
    return codes;
}

std::vector<StateChange> FactParts::historyOf(RecordObject const& object) const
{
    std::vector<StateChange> history;
    for (auto const& change : object.elements("history")) {
        auto const parts = json::items(&change);
        auto const status =
            change.IsArray() && !parts.empty() ? json::text(&parts[0]) : std::nullopt;
        if (!status) {
            object.fault("history", "holds something else than status and time");
            continue;
        }
        auto& entry = history.emplace_back();
        entry.status = *status;
        if (parts.size() < 2) continue;
        auto at = parseDateTime(json::text(&parts[1]).value_or(""), zone_);
        if (at)
            entry.at = *std::move(at);
        else
            object.fault("history", "holds a time that is none");
    }
    return history;
}

SetBits FactParts::setsOf(RecordObject const& object, std::string_view name) const
{
    SetBits sets;
    object.forEachText(name, [&](std::string_view set, std::string const&) {
        if (auto const id = terms_.setNamed(set); id.known())
            sets.add(id);
        else
            object.fault(name, unknown("value set", set));
    });
    return sets;
}

std::vector<IngredientId> FactParts::ingredientsOf(RecordObject const& object) const
{
    std::vector<IngredientId> ingredients;
    object.forEachText("ingredients", [&](std::string_view name, std::string const&) {
        if (auto const id = terms_.ingredientNamed(name); id.known())
            ingredients.push_back(id);
        else
            object.fault("ingredients", unknown("ingredient", name));
    });
    std::ranges::sort(ingredients);
    return ingredients;
}

AnalyteId FactParts::analyteOf(RecordObject const& object) const
{
    auto const key = object.text("analyte");
    if (key.empty()) return {};
    auto const id = terms_.analyteNamed(key);
    if (!id.known()) object.fault("analyte", unknown("analyte", key));
    return id;
}

MatchedBy FactParts::matchedBy(RecordObject const& object)
{
    return word(object, "by", MatchedBy::Phrase).value_or(MatchedBy::None);
}

Reason FactParts::reasonOf(RecordObject const& object, std::string_view name)
{
    return word(object, name, Reason::Specimen, [](Reason reason) { return toText(reason); })
        .value_or(Reason::None);
}

SourceStatus FactParts::statusOf(RecordObject const& input)
{
    return word(input, "status", SourceStatus::Failed,
                [](SourceStatus status) { return toText(status); })
        .value_or(SourceStatus::Absent);
}

} // namespace tcds::replay
