#include "rules/load/lint.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

Tree const* ruleFile(Content const& content, std::string_view path)
{
    for (auto const& pack : content.packs)
        for (auto const& tree : pack.rules)
            if (tree.file() == path) return &tree;
    return nullptr;
}

std::string_view versionOf(Tree const& tree)
{
    auto const version = tree.root().find("version");
    return version ? version->text() : std::string_view{};
}

} // namespace

std::vector<AcceptedWarning> lint(Content const& content, RuleSet const& set,
                                  LintOptions const& options, Problems& problems)
{
    Problems found;
    lintBands(set, found);
    lintLogic(set, found);
    lintPairs(set, found);
    lintData(set, options.advertised, found);
    lintMeta(set, options.day, found);
    lintTexts(content, set, found);
    lintSets(content, found);
    if (options.needTests) lintTests(content, set, options.ownTestsOnly, found);
    return sortOutAccepted(content, found, problems);
}

void lintVersions(Content const& content, Content const& before, Problems& problems)
{
    for (auto const& pack : content.packs)
        for (auto const& tree : pack.rules) {
            auto const* const old = ruleFile(before, tree.file());
            if (old == nullptr || old->toJson() == tree.toJson()) continue;
            auto const version = tree.root().find("version");
            if (version && version->text() == versionOf(*old))
                problems.error("L14", version->where(),
                               "the rule has changed, its version " + std::string{version->text()} +
                                   " has not",
                               "raise it: last number for wording, middle for more specific, first "
                               "for other patients");
        }
}

std::string whereOf(Condition const& condition, Rule const& rule)
{
    return condition.where.empty() ? rule.file : condition.where;
}

} // namespace tcds::rules
