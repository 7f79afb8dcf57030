#include "server/cases/case_file.hpp"

#include "rules/load/fields.hpp"
#include "server/cds/services.hpp"

#include <algorithm>
#include <set>

namespace tcds::cases {

namespace {

using rules::Fields;

std::optional<Instant> readNow(Fields& fields, Problems& problems)
{
    auto const node = fields.find("now");
    if (!node) return std::nullopt;
    if (auto const at = parseDateTime(node->text())) return at->first();
    problems.error("L01", node->where(), "\"" + std::string{node->text()} + "\" is no instant",
                   "write 2026-01-31T08:00:00Z");
    return std::nullopt;
}

std::optional<Hook> readHook(Fields& fields, Problems& problems)
{
    auto const node = fields.find("hook");
    if (!node) return std::nullopt;
    if (auto const hook = parseHook(node->text())) return hook;
    std::vector<std::string_view> known;
    for (auto const& service : cds::services()) known.push_back(tcds::toText(service.hook));
    rules::reportUnknown(*node, "hook", known, problems);
    return std::nullopt;
}

std::optional<PatientSpec> readPatient(Fields& fields, Problems& problems)
{
    auto const node = fields.find("patient");
    if (!node) return std::nullopt;
    Fields patient{*node, "patient", problems};
    PatientSpec spec;
    spec.birth = patient.text("birth");
    spec.sex = patient.text("sex");
    spec.deceased = patient.text("deceased");
    patient.finish();
    return spec;
}

std::vector<std::string> readTexts(Fields& fields, std::string_view key, Problems& problems)
{
    std::vector<std::string> texts;
    if (auto const list = fields.find(key))
        for (auto const item : list->items())
            if (auto text = rules::readText(item, problems)) texts.push_back(std::move(*text));
    return texts;
}

std::vector<std::string> readKeys(Fields& fields, std::string_view key, Problems& problems)
{
    std::vector<std::string> keys;
    auto const known = cds::allKeys();
    if (auto const list = fields.find(key))
        for (auto const item : list->items()) {
            if (std::ranges::find(known, item.text()) == known.end())
                rules::reportUnknown(item, "prefetch key", {known.begin(), known.end()}, problems);
            keys.emplace_back(item.text());
        }
    return keys;
}

std::vector<std::pair<std::string, std::string>> readReasons(Fields& fields, std::string_view key,
                                                             Problems& problems)
{
    std::vector<std::pair<std::string, std::string>> reasons;
    if (auto const map = fields.find(key)) {
        if (!map->isMap())
            problems.error("L01", map->where(), "rules and their reasons are wanted",
                           "write " + std::string{key} + ": {RULE: reason}");
        for (auto const& member : map->members())
            reasons.emplace_back(member.key, member.value.text());
    }
    return reasons;
}

std::optional<rules::Level> readLevel(Node node, Problems& problems)
{
    auto const level = rules::parseLevel(node.text());
    if (!level) rules::reportUnknown(node, "level", {"info", "warning", "critical"}, problems);
    return level;
}

ExpectedFiring readFiring(Node::Member const& member, Problems& problems)
{
    ExpectedFiring firing;
    firing.rule = member.key;
    if (!member.value.isMap()) {
        firing.level = readLevel(member.value, problems);
        return firing;
    }
    Fields fields{member.value, "expected firing", problems};
    if (auto const level = fields.find("level")) firing.level = readLevel(*level, problems);
    if (auto const tier = fields.find("tier")) {
        firing.tier = rules::parseTier(tier->text());
        if (!firing.tier)
            rules::reportUnknown(*tier, "tier", {"definite", "probable", "possible", "safety"},
                                 problems);
    }
    firing.band = fields.text("band");
    fields.finish();
    return firing;
}

std::vector<ExpectedFiring> readFirings(Fields& fields, std::string_view key, Problems& problems)
{
    std::vector<ExpectedFiring> firings;
    if (auto const map = fields.find(key)) {
        if (!map->isMap())
            problems.error("L01", map->where(), "rules and their levels are wanted",
                           "write " + std::string{key} + ": {RULE: warning}");
        for (auto const& member : map->members()) firings.push_back(readFiring(member, problems));
    }
    return firings;
}

Expectation readExpectation(Node node, Problems& problems)
{
    Fields fields{node, "expectation", problems};
    Expectation expect;
    expect.fired = readFirings(fields, "fired", problems);
    expect.silenced = readFirings(fields, "silenced", problems);
    expect.notMet = readTexts(fields, "not_met", problems);
    expect.unknown = readReasons(fields, "unknown", problems);
    expect.suppressed = readReasons(fields, "suppressed", problems);
    expect.cards = fields.count("cards");
    expect.summaryContains = readTexts(fields, "summary_contains", problems);
    expect.detailContains = readTexts(fields, "detail_contains", problems);
    expect.missing = readTexts(fields, "missing", problems);
    expect.only = fields.flag("only");
    expect.none = fields.flag("none");
    fields.finish();
    if (fields.isMap() && fields.empty())
        problems.error("L01", fields.where(), "a case that expects nothing proves nothing",
                       "name what must fire, or what must not");
    return expect;
}

/// Facts of the file, the hook, the clock and the patient: what a case starts from.
struct Base {
    Hook hook = Hook::PatientView;
    std::optional<Instant> now;
    PatientSpec patient;
    std::vector<Fact> facts;
};

std::vector<Fact> readFacts(Fields& fields, std::string_view key, Problems& problems)
{
    std::vector<Fact> facts;
    if (auto const list = fields.find(key))
        for (auto const item : list->items()) facts.push_back(readFact(item, problems));
    return facts;
}

/// `without: [id]` leaves facts of the file out.
void leaveOut(Fields& fields, std::vector<Fact>& facts, Problems& problems)
{
    auto const list = fields.find("without");
    if (!list) return;
    for (auto const item : list->items()) {
        auto const gone = std::erase_if(facts, [&item](Fact const& fact) {
            return !fact.id.empty() && fact.id == item.text();
        });
        if (gone > 0) continue;
        std::vector<std::string_view> known;
        for (auto const& fact : facts)
            if (!fact.id.empty()) known.emplace_back(fact.id);
        rules::reportUnknown(item, "fact", known, problems);
    }
}

Case readCase(Node node, Base const& base, Problems& problems)
{
    Fields fields{node, "test case", problems};
    Case result;
    result.where = node.where();
    result.name = fields.neededText("name");
    result.hook = readHook(fields, problems).value_or(base.hook);
    auto const now = readNow(fields, problems);
    if (!now && !base.now)
        problems.error("L01", node.where(), "the case has no time",
                       "write now: at the top of the file");
    result.now = now ? *now : base.now.value_or(Instant{});
    result.patient = readPatient(fields, problems).value_or(base.patient);
    result.facts = base.facts;
    leaveOut(fields, result.facts, problems);
    for (auto& fact : readFacts(fields, "given", problems)) result.facts.push_back(std::move(fact));
    result.failed = readKeys(fields, "failed", problems);
    result.absent = readKeys(fields, "absent", problems);
    if (auto const expect = fields.need("expect"))
        result.expect = readExpectation(*expect, problems);
    fields.finish();
    return result;
}

} // namespace

CaseFile readCaseFile(Tree const& tree, Problems& problems)
{
    Fields fields{tree.root(), "test file", problems};
    CaseFile file;
    file.file = tree.file();
    file.rule = fields.neededText("rule");
    Base base;
    base.now = readNow(fields, problems);
    base.hook = readHook(fields, problems).value_or(Hook::PatientView);
    base.patient = readPatient(fields, problems).value_or(PatientSpec{});
    base.facts = readFacts(fields, "base", problems);
    std::set<std::string> names;
    if (auto const cases = fields.need("cases"))
        for (auto const item : cases->items()) {
            file.cases.push_back(readCase(item, base, problems));
            if (!names.insert(file.cases.back().name).second)
                problems.error("L02", item.where(),
                               "two cases are named \"" + file.cases.back().name + "\"",
                               "give each case a name of its own");
        }
    fields.finish();
    return file;
}

} // namespace tcds::cases
