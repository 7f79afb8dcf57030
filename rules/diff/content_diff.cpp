#include "rules/diff/diff.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

std::string_view idOf(Tree const& tree)
{
    auto const id = tree.root().find("id");
    return id ? id->text() : std::string_view{};
}

/// A member of a value set as people name it.
std::string memberText(Node node)
{
    if (auto const ingredient = node.find("ingredient")) return std::string{ingredient->text()};
    auto const code = node.find("code");
    if (!code) return onOneLine(node);
    std::string text{code->text()};
    if (auto const display = node.find("display")) text += ' ' + std::string{display->text()};
    return text;
}

std::string textOf(std::optional<Node> const& node)
{
    return node ? onOneLine(*node) : std::string{"none"};
}

class SharedDiff
{
public:
    SharedDiff(PackSide const& before, PackSide const& after, std::vector<Change>& changes)
        : before_{before}, after_{after}, changes_{changes}
    {
    }

    void run()
    {
        compareSets();
        compareMaps(Change::About::Analyte, before_.content.analytes, after_.content.analytes, "");
        compareRuleSet();
        compareMaps(Change::About::RuleSet, before_.content.suggestions, after_.content.suggestions,
                    "suggestion ");
        compareMaps(Change::About::RuleSet, before_.content.overrideReasons,
                    after_.content.overrideReasons, "override reason ");
    }

private:
    void add(Change::About about, std::string id, char const* kind, std::string says)
    {
        changes_.push_back({about, std::move(id), kind, std::move(says)});
    }

    void compareSets()
    {
        auto const& old = before_.content.valueSets;
        auto const& now = after_.content.valueSets;
        for (auto const& tree : old)
            if (std::ranges::find(now, idOf(tree), idOf) == now.end())
                add(Change::About::ValueSet, std::string{idOf(tree)}, "removed",
                    "removed: " + textOf(tree.root().find("title")));
        for (auto const& tree : now) {
            auto const same = std::ranges::find(old, idOf(tree), idOf);
            if (same == old.end())
                add(Change::About::ValueSet, std::string{idOf(tree)}, "added",
                    "added: " + textOf(tree.root().find("title")));
            else
                compareSet(same->root(), tree.root(), std::string{idOf(tree)});
        }
    }

    void compareSet(Node before, Node after, std::string const& id)
    {
        static constexpr std::array kLists{"members", "phrases", "unless", "includes"};
        for (auto const* const key : kLists) {
            auto const items = [key](Node root) {
                std::vector<std::string> list;
                if (auto const node = root.find(key))
                    for (auto const item : node->items()) list.push_back(memberText(item));
                return list;
            };
            auto const was = items(before);
            auto const is = items(after);
            for (auto const& item : was)
                if (std::ranges::find(is, item) == is.end())
                    add(Change::About::ValueSet, id, "members",
                        std::string{key} + ": no longer " + item);
            for (auto const& item : is)
                if (std::ranges::find(was, item) == was.end())
                    add(Change::About::ValueSet, id, "members",
                        std::string{key} + ": now also " + item);
        }
        for (auto const* const key : {"title", "status", "route", "look_back", "window"}) {
            auto const was = textOf(before.find(key));
            auto const is = textOf(after.find(key));
            if (was != is)
                add(Change::About::ValueSet, id, "other",
                    std::string{key} + ": " + is + " instead of " + was);
        }
    }

    /// Entry by entry, and of an entry key by key.
    void compareMaps(Change::About about, std::optional<Tree> const& before,
                     std::optional<Tree> const& after, std::string const& prefix)
    {
        if (!before || !after) return;
        for (auto const& member : before->root().members())
            if (!after->root().find(member.key))
                add(about, prefix + std::string{member.key}, "removed", "removed");
        for (auto const& member : after->root().members()) {
            auto const id = prefix + std::string{member.key};
            if (auto const old = before->root().find(member.key))
                compareEntry(about, id, *old, member.value);
            else
                add(about, id, "added", "added");
        }
    }

    void compareEntry(Change::About about, std::string const& id, Node before, Node after)
    {
        if (onOneLine(before) == onOneLine(after)) return;
        if (!before.isMap() || !after.isMap())
            return add(about, id, "other", onOneLine(after) + " instead of " + onOneLine(before));
        for (auto const& member : before.members())
            if (!after.find(member.key))
                add(about, id, "other",
                    std::string{member.key} + ": none instead of " + onOneLine(member.value));
        for (auto const& member : after.members()) {
            auto const was = textOf(before.find(member.key));
            auto const is = onOneLine(member.value);
            if (was != is)
                add(about, id, "other", std::string{member.key} + ": " + is + " instead of " + was);
        }
    }

    void compareRuleSet()
    {
        compareNamed();
        if (!before_.content.ruleSet || !after_.content.ruleSet) return;
        auto const old = before_.content.ruleSet->root();
        auto const now = after_.content.ruleSet->root();
        for (auto const& member : now.members()) {
            if (member.key == "conditions" || member.key == "version") continue;
            if (auto const was = old.find(member.key))
                compareEntry(Change::About::RuleSet, std::string{member.key}, *was, member.value);
            else
                add(Change::About::RuleSet, std::string{member.key}, "added",
                    "added: " + onOneLine(member.value));
        }
        for (auto const& member : old.members())
            if (!now.find(member.key))
                add(Change::About::RuleSet, std::string{member.key}, "removed", "removed");
    }

    void compareNamed()
    {
        auto const& old = before_.rules.conditions;
        auto const& now = after_.rules.conditions;
        for (auto const& named : old)
            if (std::ranges::find(now, named.name, &NamedCondition::name) == now.end())
                add(Change::About::RuleSet, named.name, "removed", "condition removed");
        for (auto const& named : now) {
            auto const was = std::ranges::find(old, named.name, &NamedCondition::name);
            if (was == old.end()) {
                add(Change::About::RuleSet, named.name, "added",
                    "condition added: " + describe(named.condition, nullptr, after_.rules, false));
                continue;
            }
            Clause const before{&was->condition, nullptr, &before_.rules};
            Clause const after{&named.condition, nullptr, &after_.rules};
            for (auto& each : diffClauses(before, after, "holds for", "it"))
                add(Change::About::RuleSet, named.name, each.isLimit ? "limit" : "condition",
                    std::move(each.says));
        }
    }

    PackSide const& before_;
    PackSide const& after_;
    std::vector<Change>& changes_;
};

} // namespace

std::string onOneLine(Node node)
{
    if (node.isText()) return std::string{node.text()};
    std::string text;
    if (node.isList()) {
        for (auto const item : node.items()) text += (text.empty() ? "" : ", ") + onOneLine(item);
        return '[' + text + ']';
    }
    for (auto const& member : node.members())
        text +=
            (text.empty() ? "" : ", ") + std::string{member.key} + ": " + onOneLine(member.value);
    return '{' + text + '}';
}

void diffShared(PackSide const& before, PackSide const& after, std::vector<Change>& changes)
{
    SharedDiff{before, after, changes}.run();
}

} // namespace tcds::rules
