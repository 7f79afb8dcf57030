#include "rules/load/read_rule_set.hpp"

#include "rules/load/fields.hpp"
#include "rules/load/read_condition.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

constexpr std::array kGroups{Group::RF,  Group::EL,  Group::MED, Group::WD,
                             Group::CMB, Group::ORD, Group::WU,  Group::CTX};

class RuleSetReader
{
public:
    RuleSetReader(Content const& content, RuleSet& set, Problems& problems)
        : fields_{content.ruleSet->root(), "rule set", problems}, set_{set}, words_{set, {}, {}},
          problems_{problems}
    {
        defaults_.positions = content.positions;
        defaults_.hooks.fill(kEveryHook);
    }

    RuleDefaults read()
    {
        if (auto const format = fields_.need("format"); format && format->text() != "1")
            problems_.error("L01", format->where(),
                            "format \"" + std::string{format->text()} + "\" is not known",
                            "this program reads format 1");
        set_.id = fields_.neededText("id");
        set_.version = fields_.neededText("version");
        (void)fields_.need("packs"); // looked at by the compiler
        if (auto const window = fields_.duration("complaint_window"))
            set_.complaintWindow = *window;
        readGates();
        readGroups();
        readRanking();
        readHookTable();
        if (auto const hooks = fields_.find("default_hooks")) readDefaultHooks(*hooks);
        readClusters();
        if (auto const cards = fields_.find("cards")) readCardLimits(*cards);
        readConditionNames();
        fields_.finish();
        return defaults_;
    }

private:
    static constexpr std::uint8_t kEveryHook = 0x1F;

    void readGates()
    {
        auto const gates = fields_.need("gates");
        if (!gates) return;
        for (auto const& [name, key, kinds] : gates->members()) {
            Gate gate{std::string{name}, {}};
            for (auto const id : words_.sets(kinds, {terms::SetKind::Complaint}, problems_))
                gate.kinds.add(id);
            set_.gates.push_back(std::move(gate));
        }
    }

    std::vector<Group> readGroupList(Node node)
    {
        std::vector<Group> groups;
        for (auto const item : node.items())
            if (auto const group = readGroup(item, problems_)) groups.push_back(*group);
        auto sorted = groups;
        std::ranges::sort(sorted);
        if (!std::ranges::equal(sorted, kGroups))
            problems_.error("L01", node.where(), "each of the eight groups must stand here once",
                            "write RF, EL, MED, WD, CMB, ORD, WU and CTX in some order");
        return groups;
    }

    void readGroups()
    {
        auto const node = fields_.find("groups");
        if (node && !std::ranges::equal(readGroupList(*node), kGroups))
            problems_.error("L01", node->where(), "the order of the groups is fixed",
                            "write [RF, EL, MED, WD, CMB, ORD, WU, CTX]");
    }

    void readRanking()
    {
        set_.groupRank.assign(kGroups.begin(), kGroups.end());
        set_.tierRank = {Tier::Safety, Tier::Definite, Tier::Probable, Tier::Possible};
        auto const node = fields_.need("ranking");
        if (!node) return;
        Fields fields{*node, "ranking", problems_};
        if (auto const groups = fields.need("groups")) set_.groupRank = readGroupList(*groups);
        if (auto const tiers = fields.need("tiers")) {
            set_.tierRank.clear();
            for (auto const item : tiers->items())
                if (auto const tier = readTier(item, problems_)) set_.tierRank.push_back(*tier);
        }
        fields.finish();
    }

    void readHookTable()
    {
        static constexpr std::array<Word<HookShows>, 2> kShows{
            Word<HookShows>{"all-but-orders", HookShows::AllButOrders},
            {"orders", HookShows::Orders}};
        auto const node = fields_.need("hooks");
        if (!node) return;
        for (auto const& [name, key, value] : node->members()) {
            auto const hook = parseHook(name);
            if (!hook) {
                problems_.error("L01", key.where(), "unknown hook \"" + std::string{name} + '"',
                                "use a hook of this service: patient-view, order-sign, ..");
                continue;
            }
            Fields fields{value, "hook", problems_};
            if (auto const shows = fields.need("shows"))
                set_.hookShows[static_cast<std::size_t>(*hook)] =
                    readWord(*shows, "choice of rules", kShows, problems_)
                        .value_or(HookShows::AllButOrders);
            fields.finish();
        }
    }

    void readDefaultHooks(Node node)
    {
        for (auto const& [name, key, hooks] : node.members())
            if (auto const group = parseGroup(name))
                defaults_.hooks[static_cast<std::size_t>(*group)] = readHooks(hooks, problems_);
            else
                problems_.error("L01", key.where(), "unknown group \"" + std::string{name} + '"',
                                "use RF, EL, MED, WD, CMB, ORD, WU or CTX");
    }

    void readClusters()
    {
        auto const node = fields_.need("clusters");
        if (!node) return;
        std::vector<AnalyteId> taken;
        for (auto const& [name, key, value] : node->members()) {
            Fields fields{value, "cluster", problems_};
            Cluster cluster;
            cluster.name = name;
            cluster.title = fields.neededText("title");
            if (auto const analytes = fields.find("analytes"))
                cluster.analytes = words_.analytes(*analytes, problems_);
            cluster.oneCardEach = fields.flag("one_card_each");
            cluster.first = fields.count("first").value_or(0);
            fields.finish();
            for (auto const analyte : cluster.analytes) {
                if (std::ranges::find(taken, analyte) != taken.end())
                    problems_.error("L02", key.where(),
                                    "analyte " + set_.terms->analyte(analyte).key +
                                        " stands in two clusters",
                                    "leave it in one of them");
                taken.push_back(analyte);
            }
            set_.clusters.push_back(std::move(cluster));
        }
    }

    void readCardLimits(Node node)
    {
        Fields fields{node, "cards", problems_};
        auto& limits = set_.limits;
        limits.maxCards = fields.count("max_cards").value_or(limits.maxCards);
        limits.summaryMax = fields.count("summary_max").value_or(limits.summaryMax);
        limits.detailMax = fields.count("detail_max").value_or(limits.detailMax);
        limits.suggestionsMax = fields.count("suggestions_max").value_or(limits.suggestionsMax);
        limits.contextLinesMax = fields.count("context_lines_max").value_or(limits.contextLinesMax);
        fields.finish();
        defaults_.summaryMax = limits.summaryMax;
        if (limits.maxCards < 1 || limits.maxCards > 3)
            problems_.error("L01", node.where(), "max_cards must be 1, 2 or 3",
                            "write max_cards: 3");
    }

    void readConditionNames()
    {
        auto const node = fields_.find("conditions");
        if (!node) return;
        for (auto const& member : node->members())
            set_.conditions.push_back({std::string{member.key}, {}});
    }

    Fields fields_;
    RuleSet& set_;
    Dictionary words_;
    Problems& problems_;
    RuleDefaults defaults_;
};

void readSuggestions(Content const& content, RuleSet& set, Problems& problems)
{
    Dictionary const words{set, {}, {}};
    for (auto const& [id, key, value] : content.suggestions->root().members()) {
        Fields fields{value, "suggestion", problems};
        SuggestionDef suggestion;
        suggestion.id = id;
        suggestion.label = fields.neededText("label");
        suggestion.system = fields.neededText("system");
        suggestion.code = fields.neededText("code");
        suggestion.display = fields.neededText("display");
        if (auto const also = fields.find("also_codes"))
            for (auto const item : also->items())
                if (auto code = readText(item, problems))
                    suggestion.alsoCodes.push_back(std::move(*code));
        if (auto const analytes = fields.find("analytes"))
            suggestion.analytes = words.analytes(*analytes, problems);
        if (auto const fresh = fields.duration("fresh_for")) suggestion.freshFor = *fresh;
        fields.finish();
        set.suggestions.push_back(std::move(suggestion));
    }
}

void readOverrideReasons(Content const& content, RuleSet& set, Problems& problems)
{
    for (auto const& [code, key, display] : content.overrideReasons->root().members())
        set.overrideReasons.push_back(
            {std::string{code}, readText(display, problems).value_or("")});
}

} // namespace

RuleDefaults readRuleSet(Content const& content, RuleSet& set, Problems& problems)
{
    if (content.suggestions) readSuggestions(content, set, problems);
    if (content.overrideReasons) readOverrideReasons(content, set, problems);
    if (!content.ruleSet) return {};
    return RuleSetReader{content, set, problems}.read();
}

void readConditions(Content const& content, RuleSet& set, Dictionary const& words, bool positions,
                    Problems& problems)
{
    if (!content.ruleSet) return;
    auto const node = content.ruleSet->root().find("conditions");
    if (!node) return;
    ReadScope scope{problems, words, positions, nullptr, nullptr, std::nullopt, false};
    std::size_t place = 0;
    for (auto const& member : node->members()) {
        auto& named = set.conditions[place++];
        if (auto condition = readCondition(member.value, scope))
            named.condition = std::move(*condition);
    }
}

void checkPopulations(Content const& content, RuleSet const& set, Problems& problems)
{
    if (!content.analytes) return;
    Dictionary const words{set, {}, {}};
    for (auto const& analyte : content.analytes->root().members())
        for (auto const* const table : {"limits", "guard"})
            if (auto const rows = analyte.value.find(table))
                for (auto const row : rows->items())
                    if (auto const population = row.find("for"))
                        (void)words.named(*population, problems); // asked for its report
}

PackDefaults readPack(Content::Pack const& pack, Dictionary const& words, Problems& problems)
{
    PackDefaults defaults;
    defaults.info.id = pack.folder;
    if (!pack.manifest) {
        auto const own = pack.folder == kLocalPack;
        problems.error("L03", own ? "pack.yaml" : "packs/" + pack.folder + "/pack.yaml",
                       "the pack has no pack.yaml",
                       std::string{"add one with "} + (own ? "id: local" : "id") +
                           ", title, version, approval and meta");
        return defaults;
    }
    Fields fields{pack.manifest->root(), "pack", problems};
    static constexpr std::array<Word<bool>, 2> kApprovals{Word<bool>{"none", false},
                                                          {"required", true}};
    if (auto const id = fields.need("id"); id && id->text() != pack.folder)
        problems.error("L02", id->where(),
                       "the id \"" + std::string{id->text()} + "\" differs from the folder name",
                       "name the folder packs/" + std::string{id->text()});
    defaults.info.title = fields.neededText("title");
    defaults.info.version = fields.neededText("version");
    if (auto const approval = fields.need("approval"))
        if (readWord(*approval, "approval", kApprovals, problems))
            defaults.info.approval = approval->text();
    if (auto const meta = fields.find("meta")) defaults.meta = readMeta(*meta, {}, problems);
    if (auto const more = fields.find("defaults")) {
        Fields inner{*more, "defaults", problems};
        if (auto const gate = inner.find("gate")) defaults.gate = words.gate(*gate, problems);
        if (auto const reasons = inner.find("override_reasons"))
            for (auto const item : reasons->items())
                if (auto const reason = words.overrideReason(item, problems))
                    defaults.overrideReasons.push_back(*reason);
        inner.finish();
    }
    fields.finish();
    return defaults;
}

} // namespace tcds::rules
