#include "rules/load/fields.hpp"
#include "rules/load/overlay_parts.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

std::string quoted(std::string_view text) { return '"' + std::string{text} + '"'; }

std::string jsonOf(Node node)
{
    // The same content gives the same text wherever it stands in its file.
    if (node.isText()) return quoted(node.text());
    std::string json = node.isMap() ? "{" : "[";
    for (auto const& member : node.members())
        json += quoted(member.key) + ':' + jsonOf(member.value) + ',';
    if (node.isList())
        for (auto const item : node.items()) json += jsonOf(item) + ',';
    return json + (node.isMap() ? "}" : "]");
}

/// Applies one entry of `rules`; what is at fault changes nothing.
class EntryWriter
{
public:
    EntryWriter(Node::Member const& entry, RuleChange& change, Problems& problems)
        : entry_{entry}, change_{change}, draft_{change.draft}, problems_{problems},
          fields_{entry.value, "overlay of a rule", problems}
    {
    }

    void run()
    {
        change_.reason = fields_.text("reason");
        change_.by = fields_.text("by");
        checkWrittenFor();
        disable();
        setStatus();
        setLevel();
        if (auto const limits = fields_.find("parameters"))
            for (auto const& member : limits->members()) setLimit(member);
        addText();
        addReasons();
        fields_.finish();
        if (change_.changes.size() == known_ && fields_.isMap() && !problems_.hasErrors())
            fail("L01", entry_.keyNode,
                 "the overlay of " + std::string{entry_.key} + " changes nothing",
                 "add disable, status, level, parameters, text or override_reasons, or remove it");
    }

private:
    void fail(char const* code, Node at, std::string what, std::string fix)
    {
        problems_.error(code, at.where(), std::move(what), std::move(fix));
    }

    void note(std::string what) { change_.note(std::move(what), entry_.value); }

    [[nodiscard]] std::string textOf(char const* key)
    {
        auto const* const member = draft_.find(key);
        return member == nullptr ? std::string{} : member->text;
    }

    /// A rule that has changed since may no longer need the overlay, or need another one.
    void checkWrittenFor()
    {
        auto const version = fields_.find("written_for");
        if (!version || version->text() == textOf("version")) return;
        problems_.warning("L36", version->where(),
                          "this was written for version " + std::string{version->text()} + " of " +
                              std::string{entry_.key} + ", which is " + textOf("version") + " now",
                          "compare the two (rules diff), then write written_for: " +
                              textOf("version"));
    }

    void disable()
    {
        if (!fields_.flag("disable")) return;
        if (change_.reason.empty() || change_.by.empty()) {
            fail("L01", entry_.keyNode,
                 "a rule is switched off, and " + std::string{change_.reason.empty()
                                                                  ? "nobody says why"
                                                                  : "nobody answers for it"},
                 "add reason: and by: (a role)");
            return;
        }
        change_.disabled = true;
        draft_.set("status", Draft::ofText("shadow", entry_.value.where()));
        note("switched off");
    }

    void setStatus()
    {
        auto const node = fields_.find("status");
        if (!node) return;
        static constexpr std::array<Word<std::string_view>, 2> kStatuses{
            Word<std::string_view>{"shadow", "shadow"}, {"active", "active"}};
        auto const status = readWord(*node, "status of an overlay", kStatuses, problems_);
        if (!status) return;
        if (change_.disabled)
            return fail("L01", *node, "a rule that is switched off has no other status",
                        "leave out disable, or status");
        auto const shipped = textOf("status");
        if (shipped != "shadow")
            return fail("L12", *node,
                        std::string{entry_.key} + " is shipped as " + shipped +
                            ", and an overlay sets the status of shadow rules only",
                        shipped == "active" ? "write disable: yes, with reason and by"
                                            : "remove status");
        draft_.set("status", Draft::ofText(std::string{*status}, node->where()));
        if (*status != "active") return note("status: shadow, as shipped");
        change_.firesElse = true;
        note("status: active instead of shadow");
    }

    void setLevel()
    {
        auto const node = fields_.find("level");
        if (!node) return;
        static constexpr std::array<Word<std::string_view>, 2> kSteps{
            Word<std::string_view>{"raise", "raise"}, {"lower", "lower"}};
        auto const step = readWord(*node, "step of a level", kSteps, problems_);
        if (!step) return;
        auto entry = Draft::map(node->where());
        entry.set(std::string{*step}, Draft::ofText("1", node->where()));
        entry.set("own", Draft::ofText("yes", node->where()));
        if (auto* const adjust = draft_.find("adjust")) {
            adjust->add(std::move(entry));
        } else {
            auto list = Draft::list(node->where());
            list.items.push_back(std::move(entry));
            draft_.set("adjust", std::move(list));
        }
        change_.firesElse = true;
        note(*step == "raise" ? "level: one step higher" : "level: one step lower, critical stays");
    }

    void setLimit(Node::Member const& member)
    {
        auto* const all = draft_.find("parameters");
        auto* const limit = all == nullptr ? nullptr : all->find(member.key);
        if (limit == nullptr) {
            std::vector<std::string_view> known;
            if (all != nullptr)
                for (auto const& each : all->members) known.emplace_back(each.key);
            return fail("L03", member.keyNode,
                        std::string{entry_.key} + " has no limit called " + quoted(member.key),
                        known.empty()
                            ? "it has none that a hospital can set; write a rule of your own"
                            : suggestion(member.key, known));
        }
        if (limit->find("allowed") == nullptr)
            return fail("L12", member.keyNode,
                        "limit " + quoted(member.key) + " of " + std::string{entry_.key} +
                            " is fixed: the rule allows no other",
                        "write a rule of your own");
        if (!member.value.isMap()) return setRow(member.key, "value", member.value, *limit);
        for (auto const& row : member.value.members()) {
            if (row.key == "allowed")
                fail("L01", row.keyNode, "what is allowed is the rule's to say", "remove it");
            else
                setRow(member.key, row.key, row.value, *limit);
        }
    }

    /// `value` or a population of a limit.
    void setRow(std::string_view name, std::string_view row, Node value, Draft& limit)
    {
        auto* const old = limit.find(row);
        if (old == nullptr)
            return fail("L03", value, "limit " + quoted(name) + " has no row " + quoted(row),
                        "use value, or a population that the rule names");
        auto const whom = row == "value" ? std::string{} : " for " + std::string{row};
        auto const before = old->text;
        limit.set(std::string{row}, Draft::of(value));
        change_.firesElse = true;
        note("limit " + quoted(name) + whom + ": " + std::string{value.text()} + " instead of " +
             before);
    }

    void addText()
    {
        auto const text = fields_.find("text");
        if (!text) return;
        auto* const card = draft_.find("card");
        if (card == nullptr) return; // the rule itself is at fault
        for (auto const item : text->items()) {
            auto entry = Draft::map(item.where());
            entry.set("say", Draft::of(item));
            if (auto* const also = card->find("also")) {
                also->add(std::move(entry));
            } else {
                auto list = Draft::list(item.where());
                list.items.push_back(std::move(entry));
                card->set("also", std::move(list));
            }
            note("text added: " + quoted(item.text()));
        }
    }

    void addReasons()
    {
        auto const reasons = fields_.find("override_reasons");
        if (!reasons) return;
        auto* list = draft_.find("override_reasons");
        if (list == nullptr) {
            draft_.set("override_reasons", packReasons(reasons->where()));
            list = draft_.find("override_reasons");
        }
        for (auto const item : reasons->items()) {
            auto const there = [&](Draft const& each) { return each.text == item.text(); };
            if (std::ranges::any_of(list->items, there)) {
                fail("L02", item,
                     "override reason " + quoted(item.text()) + " is one of the rule already",
                     "remove it");
                continue;
            }
            list->add(Draft::of(item));
            note("override reason added: " + std::string{item.text()});
        }
    }

    /// What the rule's pack offers for rules that say nothing.
    Draft packReasons(std::string where)
    {
        auto const defaults =
            change_.manifest == nullptr ? std::nullopt : change_.manifest->root().find("defaults");
        auto const reasons = defaults ? defaults->find("override_reasons") : std::nullopt;
        auto list = Draft::list(std::move(where));
        if (reasons)
            for (auto const item : reasons->items()) list.items.push_back(Draft::of(item));
        return list;
    }

    Node::Member const& entry_;
    RuleChange& change_;
    Draft& draft_;
    Problems& problems_;
    Fields fields_;
    std::size_t known_ = change_.changes.size();
};

} // namespace

void RuleChange::note(std::string what, Node from)
{
    changes.push_back(std::move(what));
    if (auto json = jsonOf(from); source.find(json) == std::string::npos) source += json;
}

void applyEntry(Node::Member const& entry, RuleChange& change, Problems& problems)
{
    EntryWriter{entry, change, problems}.run();
}

} // namespace tcds::rules
