#include "server/cases/fact.hpp"

#include "rules/load/fields.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace tcds::cases {

namespace {

using Keys = std::span<std::string_view const>;

constexpr std::array<std::string_view, 12> kComplaintKeys{
    "code",         "text",   "system", "onset",    "recorded", "status",
    "verification", "abated", "in",     "category", "site",     "note"};
constexpr std::array<std::string_view, 19> kMedKeys{
    "rxnorm",    "atc",      "snomed", "ndc",    "name",  "as",    "status",
    "intent",    "authored", "start",  "stop",   "given", "route", "form",
    "frequency", "prn",      "supply", "reason", "dose"};
constexpr std::array<std::string_view, 10> kLabKeys{
    "at", "issued", "loinc", "status", "flag", "comparator", "note", "value_text", "absent", "in"};
constexpr std::array<std::string_view, 10> kConditionKeys{
    "code",   "text",         "system", "onset",    "recorded",
    "status", "verification", "abated", "category", "encounter"};
constexpr std::array<std::string_view, 11> kFindingKeys{
    "code",  "text",   "system",       "at",       "onset",    "in",
    "value", "status", "verification", "category", "encounter"};
constexpr std::array<std::string_view, 8> kOrderKeys{"loinc",    "text",   "code",  "system",
                                                     "authored", "status", "draft", "intent"};
constexpr std::array<std::string_view, 4> kVisitKeys{"text", "at", "as", "status"};
constexpr std::array<std::string_view, 6> kProcedureKeys{"code",  "text", "system",
                                                         "start", "end",  "status"};
constexpr std::array<std::string_view, 8> kEncounterKeys{"class", "unit",   "reason", "code",
                                                         "start", "status", "end",    "system"};
constexpr std::array<std::string_view, 18> kDraftKeys{
    "rxnorm", "atc",  "snomed",    "ndc",    "name",     "loinc", "text", "code",   "system",
    "route",  "form", "frequency", "status", "authored", "dose",  "as",   "reason", "selected"};

struct KindOfFact {
    FactKind kind;
    std::string_view name;
    Keys keys;
};
constexpr std::array<KindOfFact, 10> kKinds{{
    {FactKind::Complaint, "complaint", kComplaintKeys},
    {FactKind::Med, "med", kMedKeys},
    {FactKind::Lab, "lab", kLabKeys},
    {FactKind::Condition, "condition", kConditionKeys},
    {FactKind::Finding, "finding", kFindingKeys},
    {FactKind::Order, "order", kOrderKeys},
    {FactKind::Visit, "visit", kVisitKeys},
    {FactKind::Procedure, "procedure", kProcedureKeys},
    {FactKind::Encounter, "encounter", kEncounterKeys},
    {FactKind::Draft, "draft", kDraftKeys},
}};

bool isAnalyteKey(std::string_view key)
{
    return !key.empty() && key.front() >= 'A' && key.front() <= 'Z';
}

void readRange(rules::Fields& fields, Fact& fact, Problems& problems)
{
    auto const range = fields.find("range");
    if (!range) return;
    auto const limits = range->items();
    if (limits.size() != 2)
        problems.error("L01", range->where(), "a range has a low and a high limit",
                       "write two: [3.5 mmol/L, 5.0 mmol/L]");
    for (auto const limit : limits)
        if (auto text = rules::readText(limit, problems)) fact.range.push_back(std::move(*text));
}

/// The one key in capitals names the analyte; its value is the result.
void readResult(rules::Fields& fields, Fact& fact, Problems& problems)
{
    for (auto const& member : fields.node().members()) {
        if (!isAnalyteKey(member.key)) continue;
        if (!fact.analyte.empty()) {
            problems.error("L01", member.keyNode.where(), "a lab fact holds one result",
                           "write one fact for each result");
            continue;
        }
        fact.analyte = member.key;
        fact.values.emplace_back("value", fields.neededText(member.key));
    }
    if (fact.analyte.empty())
        problems.error("L01", fields.where(), "a lab fact names no analyte",
                       "write the key of the analyte and the result: K: 3.1 mmol/L");
    readRange(fields, fact, problems);
}

void readValues(Node node, KindOfFact const& kind, Fact& fact, Problems& problems)
{
    rules::Fields fields{node, std::string{kind.name} + " fact", problems};
    for (auto const key : kind.keys)
        if (auto const value = fields.find(key))
            if (auto text = rules::readText(*value, problems))
                fact.values.emplace_back(key, std::move(*text));
    if (kind.kind == FactKind::Lab) readResult(fields, fact, problems);
    fields.finish();
}

} // namespace

std::string_view toText(FactKind kind)
{
    return std::ranges::find(kKinds, kind, &KindOfFact::kind)->name;
}

bool Fact::has(std::string_view key) const
{
    return std::ranges::any_of(values, [key](auto const& value) { return value.first == key; });
}

std::string_view Fact::text(std::string_view key, std::string_view otherwise) const
{
    for (auto const& [name, value] : values)
        if (name == key) return value;
    return otherwise;
}

Fact readFact(Node node, Problems& problems)
{
    Fact fact;
    fact.where = node.where();
    rules::Fields fields{node, "fact", problems};
    fact.id = fields.text("id");
    std::size_t kinds = 0;
    for (auto const& kind : kKinds) {
        auto const value = fields.find(kind.name);
        if (!value) continue;
        ++kinds;
        fact.kind = kind.kind;
        readValues(*value, kind, fact, problems);
    }
    fields.finish();
    if (kinds != 1)
        problems.error("L01", fact.where, "a fact has exactly one kind",
                       "write one of complaint, med, lab, condition, finding, order, visit, "
                       "procedure, encounter, draft");
    return fact;
}

} // namespace tcds::cases
