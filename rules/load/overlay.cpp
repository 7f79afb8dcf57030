#include "rules/load/overlay.hpp"

#include "fhir/base/draft.hpp"
#include "fhir/terms/fhir_value_set.hpp"
#include "rules/load/fields.hpp"
#include "rules/load/overlay_parts.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

constexpr std::size_t kMarkDigits = 8;

std::string quoted(std::string_view text) { return '"' + std::string{text} + '"'; }

/// The sign-off of an overlay: what overlay.yaml says, else what the hospital's pack says.
Draft signOff(Content const& content, std::optional<Node> meta)
{
    auto draft = Draft::map(content.overlay->root().where());
    auto const local = std::ranges::find(content.packs, kLocalPack, &Content::Pack::folder);
    auto const pack = local != content.packs.end() && local->manifest
                          ? local->manifest->root().find("meta")
                          : std::nullopt;
    for (auto const& from : {pack, meta})
        if (from)
            for (auto const& member : from->members())
                draft.set(std::string{member.key}, Draft::of(member.value));
    return draft;
}

class OverlayWriter
{
public:
    OverlayWriter(Content& content, Digest const& digest, Problems& problems)
        : content_{content}, digest_{digest}, problems_{problems}
    {
    }

    void run()
    {
        Fields fields{content_.overlay->root(), "overlay", problems_};
        auto const meta = fields.find("meta");
        signOff_ = signOff(content_, meta);
        file_ = content_.overlay->file();
        if (auto const sets = fields.find("valuesets"))
            for (auto const& member : sets->members()) extendSet(member);
        if (auto const rules = fields.find("rules"))
            for (auto const& member : rules->members()) changeRule(member);
        fields.finish();
        for (auto& change : changes_) write(change);
        // Their codes stand in the sets now: they must not be laid over them a second time.
        std::erase_if(content_.valueSets, [&](Tree const& tree) {
            return terms::isFhirResource(tree) &&
                   std::ranges::find(usedResources_, tree.file()) != usedResources_.end();
        });
    }

private:
    [[nodiscard]] std::vector<std::string_view> ruleIds() const
    {
        std::vector<std::string_view> ids;
        for (auto const& pack : content_.packs)
            if (pack.folder != kLocalPack)
                for (auto const& tree : pack.rules) ids.push_back(ruleId(tree));
        return ids;
    }

    static std::string_view ruleId(Tree const& tree)
    {
        auto const id = tree.root().find("id");
        return id ? id->text() : std::string_view{};
    }

    /// The change of a rule, begun when there is none yet; nullptr when there is no such rule.
    RuleChange* changeOf(std::string_view id)
    {
        auto const known = std::ranges::find_if(
            changes_, [id](RuleChange const& change) { return ruleId(*change.tree) == id; });
        if (known != changes_.end()) return &*known;
        for (auto& pack : content_.packs) {
            if (pack.folder == kLocalPack) continue;
            auto const at = std::ranges::find(pack.rules, id, ruleId);
            if (at == pack.rules.end()) continue;
            RuleChange change{&*at, pack.manifest ? &*pack.manifest : nullptr,
                              Draft::of(at->root())};
            changes_.push_back(std::move(change));
            return &changes_.back();
        }
        return nullptr;
    }

    void changeRule(Node::Member const& member)
    {
        if (member.key.starts_with(kLocalRule)) {
            problems_.error("L01", member.keyNode.where(),
                            "an overlay changes rules of other packs, and " + quoted(member.key) +
                                " is the hospital's own",
                            "change the rule itself");
            return;
        }
        auto* const change = changeOf(member.key);
        if (change == nullptr)
            return reportUnknown(member.keyNode, "rule", ruleIds(), problems_, "L03");
        applyEntry(member, *change, problems_);
    }

    void extendSet(Node::Member const& member)
    {
        auto const nameOf = [](Tree const& tree) {
            auto const id = tree.root().find("id");
            return id && !terms::isFhirResource(tree) ? id->text() : std::string_view{};
        };
        std::string resource; // the mark of changed rules covers what the file says
        if (auto const fhir = member.value.find("fhir")) {
            usedResources_.push_back("valuesets/" + std::string{fhir->text()});
            for (auto const& tree : content_.valueSets)
                if (tree.file() == usedResources_.back()) resource = tree.toJson();
        }
        auto const at = std::ranges::find(content_.valueSets, member.key, nameOf);
        if (at == content_.valueSets.end()) {
            std::vector<std::string_view> known;
            for (auto const& tree : content_.valueSets) known.push_back(nameOf(tree));
            return reportUnknown(member.keyNode, "value set", known, problems_, "L03");
        }
        auto const what = extend(*at, member, content_.valueSets, problems_);
        if (what.empty()) return;
        for (auto const& id : rulesThatUse(content_, member.key)) {
            auto* const change = changeOf(id);
            if (change == nullptr) continue; // it is the hospital's
            change->note(what, member.value);
            change->source += resource;
        }
    }

    /// Puts the finished draft in the place of the rule.
    void write(RuleChange& change)
    {
        if (change.changes.empty()) return;
        auto const mark = "local." + digest_(change.source).substr(0, kMarkDigits);
        auto overlay = Draft::map(file_);
        auto const put = [&](char const* key, std::string text) {
            if (!text.empty()) overlay.set(key, Draft::ofText(std::move(text), file_));
        };
        put("mark", mark);
        put("file", file_);
        put("by", change.by);
        put("reason", change.reason);
        if (change.disabled) put("disabled", "yes");
        if (change.firesElse) put("fires_else", "yes");
        auto list = Draft::list(file_);
        for (auto& each : change.changes) list.items.push_back(Draft::ofText(each, file_));
        overlay.set("changes", std::move(list));
        overlay.set("meta", signOff_);
        change.draft.set("overlay", std::move(overlay));
        if (auto* const version = change.draft.find("version")) version->text += '+' + mark;
        *change.tree = Tree::of(change.draft, change.tree->file());
    }

    Content& content_;
    Digest const& digest_;
    Problems& problems_;
    Draft signOff_;
    std::string file_;
    std::vector<RuleChange> changes_;
    std::vector<std::string> usedResources_; // files of FHIR ValueSets that entries name
};

} // namespace

Content applyOverlay(Content content, Digest const& digest, Problems& problems)
{
    if (!content.overlay) return content;
    OverlayWriter{content, digest, problems}.run();
    content.overlay.reset();
    return content;
}

} // namespace tcds::rules
