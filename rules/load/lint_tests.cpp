#include "rules/load/lint.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

bool names(std::optional<Node> list, std::string_view rule)
{
    if (!list) return false;
    if (list->isMap()) return list->find(rule).has_value();
    return std::ranges::any_of(list->items(), [rule](Node item) { return item.text() == rule; });
}

/// By name; a rule that ships in shadow fires without being shown.
bool firesIn(Node expect, std::string_view rule)
{
    return names(expect.find("fired"), rule) || names(expect.find("silenced"), rule);
}

/// The case says that the rule does not fire: by name, or because nothing at all does.
bool staysSilentIn(Node expect, std::string_view rule)
{
    if (firesIn(expect, rule)) return false;
    return names(expect.find("not_met"), rule) || names(expect.find("unknown"), rule) ||
           names(expect.find("suppressed"), rule) || expect.find("only").has_value() ||
           expect.find("none").has_value();
}

struct Seen {
    bool any = false, fires = false, silent = false;
};

/// @param own  look at a hospital's own cases alone
Seen casesOf(Rule const& rule, std::vector<Tree> const& tests, bool own)
{
    Seen seen;
    for (auto const& tree : tests) {
        auto const about = tree.root().find("rule");
        auto const cases = tree.root().find("cases");
        if (!about || about->text() != rule.id || !cases) continue;
        if (own && !isHospitalTest(tree.file())) continue;
        for (auto const each : cases->items()) {
            seen.any = true;
            auto const expect = each.find("expect");
            if (!expect) continue;
            seen.fires = seen.fires || firesIn(*expect, rule.id);
            seen.silent = seen.silent || staysSilentIn(*expect, rule.id);
        }
    }
    return seen;
}

/// Where the cases of a rule belong: beside the rule, in a hospital's folder or in a rule set.
std::string testFileOf(Rule const& rule)
{
    if (isHospitalPath(rule.file)) return "tests/" + rule.id + ".yaml";
    return "tests/" + rule.pack + '/' + rule.id + ".yaml";
}

/// A limit that a hospital has moved is tried by nobody else.
void lintOverlaid(Rule const& rule, std::vector<Tree> const& tests, Problems& problems)
{
    if (!rule.overlaid || !rule.overlaid->firesElse || casesOf(rule, tests, true).any) return;
    auto const& file = rule.overlaid->file;
    problems.warning("L13", file,
                     "the overlay changes when " + rule.id + " fires, and no case shows it",
                     "add " +
                         std::string{isHospitalPath(file) ? "tests/" : "tests/local/"} + rule.id +
                         ".yaml with cases at the new limit");
}

} // namespace

void lintTests(Content const& content, RuleSet const& set, bool ownOnly, Problems& problems)
{
    for (auto const& rule : set.rules) {
        lintOverlaid(rule, content.tests, problems);
        if (rule.status == RuleStatus::Retired || (ownOnly && rule.pack != kLocalPack)) continue;
        auto const seen = casesOf(rule, content.tests, false);
        auto const file = testFileOf(rule);
        if (!seen.any)
            problems.error("L13", rule.file, "the rule has no test", "add " + file);
        else if (!seen.fires)
            problems.error("L13", file, "no case in which " + rule.id + " fires",
                           "add one with expect: {fired: {" + rule.id + ": ..}}");
        else if (!seen.silent)
            problems.error("L13", file, "no case in which " + rule.id + " does not fire",
                           "add one with expect: {not_met: [" + rule.id + "]}");
    }
}

} // namespace tcds::rules
