#include "rules/load/read_condition.hpp"

#include "rules/load/fields.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

std::vector<Condition> readList(Node list, std::string_view construct, ReadScope& scope)
{
    std::vector<Condition> conditions;
    if (!list.isList() || list.items().empty()) {
        scope.problems.error("L01", list.where(),
                             '"' + std::string{construct} + "\" needs a list of conditions",
                             "write one condition a line, each behind a dash");
        return conditions;
    }
    for (auto const item : list.items())
        if (auto condition = readCondition(item, scope))
            conditions.push_back(std::move(*condition));
    return conditions;
}

AllOf readAll(Node node, ReadScope& scope) { return {readList(node, "all", scope)}; }
AnyOf readAny(Node node, ReadScope& scope) { return {readList(node, "any", scope)}; }

NotOf readNot(Node node, ReadScope& scope)
{
    auto const before = std::exchange(scope.belowNot, true);
    NotOf test;
    if (auto condition = readCondition(node, scope)) test.of.push_back(std::move(*condition));
    scope.belowNot = before;
    return test;
}

AtLeastOf readAtLeast(Node node, ReadScope& scope)
{
    Fields fields{node, "at_least clause", scope.problems};
    AtLeastOf test;
    if (fields.need("n")) test.n = fields.count("n").value_or(1);
    if (auto const of = fields.need("of")) test.of = readList(*of, "of", scope);
    test.together = fields.duration("together");
    fields.finish();
    if (!test.of.empty() && (test.n == 0 || test.n > test.of.size()))
        scope.problems.error("L08", node.where(),
                             "at least " + std::to_string(test.n) + " of " +
                                 std::to_string(test.of.size()) +
                                 (test.n == 0 ? " is always true" : " can never be true"),
                             "write a number from 1 to the length of the list");
    return test;
}

struct Reader {
    std::string_view key;
    void (*read)(Node, ReadScope&, Construct&);
    std::optional<NameKind> binds; // what `as` binds; nothing: `as` has no meaning there
};

template <auto Read>
void into(Node node, ReadScope& scope, Construct& test)
{
    test = Read(node, scope);
}

constexpr std::array kReaders{
    Reader{"all", into<readAll>, {}},
    Reader{"any", into<readAny>, {}},
    Reader{"not", into<readNot>, {}},
    Reader{"at_least", into<readAtLeast>, {}},
    Reader{"complaint", into<readComplaint>, NameKind::Findings},
    Reader{"med", into<readMed>, NameKind::Medications},
    Reader{"lab", into<readLab>, NameKind::Result},
    Reader{"trend", into<readTrend>, NameKind::Result},
    Reader{"normal", into<readNormal>, {}},
    Reader{"missing", into<readMissing>, {}},
    Reader{"noted", into<readNoted>, {}},
    Reader{"condition", into<readProblem>, NameKind::Findings},
    Reader{"finding", into<readFinding>, NameKind::Findings},
    Reader{"procedure", into<readProcedure>, {}},
    Reader{"order", into<readOrder>, {}},
    Reader{"visit", into<readVisit>, {}},
    Reader{"encounter", into<readEncounter>, {}},
    Reader{"pregnancy", into<readPregnancy>, {}},
    Reader{"renal", into<readRenal>, {}},
    Reader{"is", into<readNamed>, {}},
    Reader{"age", into<readAge>, {}},
    Reader{"sex", into<readSex>, {}},
    Reader{"rule", into<readRule>, {}},
    Reader{"fired_in", into<readFiredIn>, {}},
    Reader{"via_missing", into<readViaMissing>, NameKind::Missing},
};

std::vector<std::string_view> knownKeys()
{
    std::vector<std::string_view> keys;
    for (auto const& reader : kReaders) keys.push_back(reader.key);
    keys.insert(keys.end(), {"as", "says"});
    return keys;
}

Slot readBinding(Node name, Reader const& reader, std::size_t mark, ReadScope& scope)
{
    if (!reader.binds) {
        scope.problems.error("L01", name.where(),
                             "\"as\" has nothing to bind on \"" + std::string{reader.key} + '"',
                             "put it on the clause whose data is meant");
        return {};
    }
    if (scope.names == nullptr) {
        scope.problems.error("L01", name.where(), "a named condition binds no names",
                             "bind the data in the rule that asks");
        return {};
    }
    auto const slot = scope.names->define(name, *reader.binds, false, scope.problems);
    if (slot.known()) scope.names->dependsOn(slot, mark);
    return slot;
}

void readConstruct(Node::Member const& member, Node node, ReadScope& scope, Condition& condition)
{
    auto const& reader = *std::ranges::find(kReaders, member.key, &Reader::key);
    auto const mark = scope.names == nullptr ? 0 : scope.names->mark();
    reader.read(member.value, scope, condition.test);
    if (auto const name = node.find("as")) condition.as = readBinding(*name, reader, mark, scope);
    if (auto const says = node.find("says"))
        condition.says = readText(*says, scope.problems).value_or("");
}

bool isConstruct(std::string_view key)
{
    return std::ranges::find(kReaders, key, &Reader::key) != kReaders.end();
}

} // namespace

std::optional<Condition> readCondition(Node node, ReadScope& scope)
{
    if (!node.isMap()) {
        scope.problems.error("L01", node.where(), "a condition must be a map with one construct",
                             "write for example {lab: {..}} or {med: {..}}");
        return std::nullopt;
    }
    std::optional<Node::Member> construct;
    auto faulty = false;
    for (auto const& member : node.members()) {
        if (member.key == "as" || member.key == "says") continue;
        if (!isConstruct(member.key)) {
            scope.problems.error("L01", member.keyNode.where(),
                                 "unknown key \"" + std::string{member.key} + "\" in condition",
                                 suggestion(member.key, knownKeys()));
            faulty = true;
        } else if (construct) {
            scope.problems.error("L01", member.keyNode.where(),
                                 "a condition holds one construct, here are \"" +
                                     std::string{construct->key} + "\" and \"" +
                                     std::string{member.key} + '"',
                                 "join them with all: [..] or any: [..]");
        } else {
            construct = member;
        }
    }
    if (!construct) {
        if (!faulty)
            scope.problems.error("L01", node.where(), "a condition without a construct",
                                 "write for example {lab: {..}} or {med: {..}}");
        return std::nullopt;
    }
    Condition condition;
    if (scope.positions) condition.where = node.where();
    readConstruct(*construct, node, scope, condition);
    return condition;
}

std::optional<Condition> readOptionalCondition(Fields& fields, std::string_view key,
                                               ReadScope& scope)
{
    auto const node = fields.find(key);
    return node ? readCondition(*node, scope) : std::nullopt;
}

Slot readReference(Node node, NameKinds wanted, ReadScope& scope)
{
    if (scope.names == nullptr) {
        scope.problems.error("L03", node.where(),
                             "a named condition has no bound names to refer to",
                             "ask for this in the rule itself");
        return {};
    }
    if (!readText(node, scope.problems)) return {};
    return scope.names->refer(node, wanted);
}

std::optional<Level> readLevel(Node node, Problems& problems)
{
    static constexpr std::array<Word<Level>, 3> kWords{Word<Level>{"info", Level::Info},
                                                       {"warning", Level::Warning},
                                                       {"critical", Level::Critical}};
    return readWord(node, "level", kWords, problems);
}

std::optional<Tier> readTier(Node node, Problems& problems)
{
    static constexpr std::array<Word<Tier>, 4> kWords{Word<Tier>{"definite", Tier::Definite},
                                                      {"probable", Tier::Probable},
                                                      {"possible", Tier::Possible},
                                                      {"safety", Tier::Safety}};
    return readWord(node, "tier", kWords, problems);
}

std::optional<Group> readGroup(Node node, Problems& problems)
{
    static constexpr std::array<Word<Group>, 8> kWords{Word<Group>{"RF", Group::RF},
                                                       {"EL", Group::EL},
                                                       {"MED", Group::MED},
                                                       {"WD", Group::WD},
                                                       {"CMB", Group::CMB},
                                                       {"ORD", Group::ORD},
                                                       {"WU", Group::WU},
                                                       {"CTX", Group::CTX}};
    return readWord(node, "group", kWords, problems);
}

} // namespace tcds::rules
