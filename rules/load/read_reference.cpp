#include "rules/load/fields.hpp"
#include "rules/load/read_condition.hpp"

namespace tcds::rules {

namespace {

/// Groups up to the rule's own (L18): what comes later is not known yet when the rule is judged.
std::vector<Group> readGroups(Fields& fields, ReadScope& scope)
{
    std::vector<Group> groups;
    auto const node = fields.need("groups");
    if (!node) return groups;
    for (auto const item : node->items()) {
        auto const group = readGroup(item, scope.problems);
        if (!group) continue;
        groups.push_back(*group);
        if (!scope.group)
            scope.problems.error("L18", item.where(), "a named condition belongs to no group",
                                 "ask for other rules in the rule itself");
        else if (*group > *scope.group)
            scope.problems.error("L18", item.where(),
                                 "group " + std::string{toText(*group)} + " comes after " +
                                     std::string{toText(*scope.group)} + ", the rule's own",
                                 "name groups up to the rule's own");
    }
    return groups;
}

} // namespace

NamedTest readNamed(Node node, ReadScope& scope)
{
    return {scope.words.named(node, scope.problems).value_or(NamedIndex{})};
}

RuleTest readRule(Node node, ReadScope& scope)
{
    static constexpr std::array<Word<bool>, 1> kParts{Word<bool>{"when", true}};
    RuleTest test;
    if (!node.isMap()) {
        test.rule = scope.words.rule(node, scope.problems).value_or(RuleIndex{});
        return test;
    }
    Fields fields{node, "rule clause", scope.problems};
    if (auto const id = fields.need("id"))
        test.rule = scope.words.rule(*id, scope.problems).value_or(RuleIndex{});
    auto const level = fields.find("level");
    if (level) test.level = readLevel(*level, scope.problems);
    if (auto const part = fields.find("part")) {
        test.partWhen = readWord(*part, "part of a rule", kParts, scope.problems).value_or(false);
        if (level)
            scope.problems.error("L19", level->where(), "the part \"when\" of a rule has no level",
                                 "leave out level or part");
    }
    fields.finish();
    return test;
}

FiredInTest readFiredIn(Node node, ReadScope& scope)
{
    Fields fields{node, "fired_in clause", scope.problems};
    FiredInTest test;
    test.groups = readGroups(fields, scope);
    if (auto const tier = fields.find("tier")) test.tier = readTier(*tier, scope.problems);
    if (auto const level = fields.find("level")) test.level = readLevel(*level, scope.problems);
    fields.finish();
    return test;
}

ViaMissingTest readViaMissing(Node node, ReadScope& scope)
{
    Fields fields{node, "via_missing clause", scope.problems};
    ViaMissingTest test;
    test.groups = readGroups(fields, scope);
    if (auto const labs = fields.find("labs"))
        test.labs = scope.words.analytes(*labs, scope.problems);
    fields.finish();
    return test;
}

} // namespace tcds::rules
