#include "rules/load/read_rule.hpp"

#include "rules/load/fields.hpp"
#include "rules/load/read_card.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

std::string fileStem(std::string_view path)
{
    if (auto const slash = path.rfind('/'); slash != std::string_view::npos)
        path = path.substr(slash + 1);
    return std::string{path.substr(0, path.rfind('.'))};
}

bool isRuleId(std::string_view id)
{
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    constexpr std::string_view kAll =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
    return id.size() >= 3 && id.size() <= 64 &&
           kLetters.find(id.front()) != std::string_view::npos &&
           id.find_first_not_of(kAll) == std::string_view::npos;
}

bool isSemver(std::string_view version)
{
    return std::ranges::count(version, '.') == 2 && version.front() != '.' &&
           version.back() != '.' && version.find("..") == std::string_view::npos &&
           version.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string withoutHyphens(std::string_view id)
{
    std::string topic{id};
    std::erase(topic, '-');
    return topic;
}

/// Reads one rule file; members are read in an order in which every name is known when texts are.
class RuleReader
{
public:
    RuleReader(Tree const& file, PackDefaults const& pack, RuleDefaults const& defaults,
               Dictionary const& words, Problems& problems)
        : fields_{file.root(), "rule", problems}, pack_{pack}, defaults_{defaults}, words_{words},
          problems_{problems}
    {
        rule_.file = file.file();
        rule_.pack = pack.info.id;
    }

    Rule read()
    {
        readOverlaid();
        readIdentity();
        readPlacement();
        readMetadata();
        if (auto const parameters = fields_.find("parameters"))
            parameters_.read(*parameters, words_, problems_);
        readClauses();
        readRelations();
        readTexts();
        fields_.finish();
        names_.check(problems_);
        parameters_.checkUsed(problems_);
        rule_.names = names_.list();
        rule_.parameters = parameters_.list();
        return std::move(rule_);
    }

private:
    ReadScope scope()
    {
        return {problems_, words_, defaults_.positions, &names_, &parameters_, rule_.group, false};
    }

    void readIdentity()
    {
        rule_.id = fields_.neededText("id");
        if (auto const id = fields_.find("id"); id && !isRuleId(rule_.id))
            problems_.error("L01", id->where(), '"' + rule_.id + "\" is no rule id",
                            "3 to 64 letters, digits and hyphens, a letter first");
        if (auto const id = fields_.find("id"); id && rule_.id != fileStem(rule_.file))
            problems_.error("L02", id->where(),
                            "the id \"" + rule_.id + "\" differs from the file name",
                            "name the file " + rule_.id + ".yaml");
        rule_.topic = withoutHyphens(rule_.id);
        rule_.title = fields_.neededText("title");
        rule_.version = fields_.neededText("version");
        auto const authored = rule_.overlaid
                                  ? rule_.version.substr(0, rule_.version.find('+'))
                                  : rule_.version;
        if (auto const version = fields_.find("version"); version && !isSemver(authored))
            problems_.error("L01", version->where(), '"' + rule_.version + "\" is no version",
                            "write three numbers: 1.0.0");
        static constexpr std::array<Word<RuleStatus>, 4> kStatuses{
            Word<RuleStatus>{"draft", RuleStatus::Draft},
            {"shadow", RuleStatus::Shadow},
            {"active", RuleStatus::Active},
            {"retired", RuleStatus::Retired}};
        if (auto const status = fields_.need("status"))
            rule_.status =
                readWord(*status, "status", kStatuses, problems_).value_or(RuleStatus::Active);
        static constexpr std::array<Word<int>, 3> kPriorities{
            Word<int>{"P1", 1}, {"P2", 2}, {"P3", 3}};
        if (auto const priority = fields_.find("priority"))
            (void)readWord(*priority, "priority", kPriorities, problems_); // for planners only
    }

    /// What applyOverlay() wrote into the rule; authors cannot.
    void readOverlaid()
    {
        auto const node = fields_.find("overlay");
        if (!node) return;
        Fields fields{*node, "overlay of the rule", problems_};
        auto& overlaid = rule_.overlaid.emplace();
        overlaid.mark = fields.neededText("mark");
        overlaid.file = fields.neededText("file");
        overlaid.by = fields.text("by");
        overlaid.reason = fields.text("reason");
        overlaid.disabled = fields.flag("disabled");
        overlaid.firesElse = fields.flag("fires_else");
        if (auto const changes = fields.find("changes"))
            for (auto const item : changes->items()) overlaid.changes.emplace_back(item.text());
        if (auto const meta = fields.find("meta"))
            overlaid.meta = readMeta(*meta, {}, problems_);
        fields.finish();
    }

    void readPlacement()
    {
        if (auto const group = fields_.need("group"))
            rule_.group = readGroup(*group, problems_).value_or(Group::EL);
        if (auto const cluster = fields_.need("cluster"))
            rule_.cluster = words_.cluster(*cluster, problems_).value_or(0);
        readGate();
        rule_.hooks = defaults_.hooks[static_cast<std::size_t>(rule_.group)];
        if (auto const hooks = fields_.find("hooks")) rule_.hooks = readHooks(*hooks, problems_);
        static constexpr std::array<Word<AgeScope>, 2> kAges{Word<AgeScope>{"all", AgeScope::All},
                                                             {"adult", AgeScope::Adult}};
        if (auto const age = fields_.find("age"))
            rule_.age = readWord(*age, "age", kAges, problems_).value_or(AgeScope::All);
        static constexpr std::array<Word<Place>, 3> kPlaces{
            Word<Place>{"own", Place::Own}, {"line", Place::Line}, {"alone", Place::Alone}};
        if (auto const place = fields_.find("place"))
            rule_.place = readWord(*place, "place", kPlaces, problems_).value_or(Place::Own);
        if (auto const via = fields_.find("via")) rule_.via = words_.analytes(*via, problems_);
    }

    void readGate()
    {
        if (auto const gate = fields_.find("gate"))
            rule_.gate = words_.gate(*gate, problems_).value_or(0);
        else if (pack_.gate)
            rule_.gate = *pack_.gate;
        else
            problems_.error("L15", fields_.where(), "the rule has no gate",
                            "say which complaints open it: gate: open");
    }

    void readMetadata()
    {
        rule_.meta = pack_.meta;
        if (auto const meta = fields_.need("meta"))
            rule_.meta = readMeta(*meta, pack_.meta, problems_);
        rule_.overrideReasons = pack_.overrideReasons;
        if (auto const reasons = fields_.find("override_reasons")) {
            rule_.overrideReasons.clear();
            for (auto const item : reasons->items())
                if (auto const reason = words_.overrideReason(item, problems_))
                    rule_.overrideReasons.push_back(*reason);
        }
    }

    void readClauses()
    {
        auto clauses = scope();
        if (auto const when = fields_.need("when"))
            if (auto condition = readCondition(*when, clauses)) rule_.when = std::move(*condition);
        rule_.unless = readOptionalCondition(fields_, "unless", clauses);
        readLevels(clauses);
        if (auto const adjust = fields_.find("adjust"))
            for (auto const item : adjust->items())
                rule_.adjust.push_back(readAdjustment(item, clauses));
        readTiers(clauses);
        readExposure(clauses);
    }

    void readExposure(ReadScope& clauses)
    {
        if (auto const exposure = fields_.find("exposure"))
            rule_.exposure =
                readReference(*exposure, static_cast<NameKinds>(NameKind::Medications), clauses);
        else if (rule_.group == Group::MED)
            problems_.error("L17", fields_.where(), "a MED rule without exposure",
                            "add exposure: the name bound to its medicines");
    }

    void readIndicator(Node node, Band& band)
    {
        if (!node.isMap()) {
            band.indicator = readLevel(node, problems_).value_or(Level::Info);
            return;
        }
        Fields fields{node, "indicator", problems_};
        if (auto const worst = fields.need("worst_of"))
            band.worstOf = words_.rules(*worst, problems_);
        fields.finish();
    }

    Band readBand(Node node, ReadScope& clauses)
    {
        Fields fields{node, "band", problems_};
        Band band;
        if (defaults_.positions) band.where = node.where();
        band.id = fields.neededText("id");
        if (auto const indicator = fields.need("indicator")) readIndicator(*indicator, band);
        band.when = readOptionalCondition(fields, "when", clauses);
        fields.finish();
        auto const same = std::ranges::find(rule_.bands, band.id, &Band::id);
        if (same != rule_.bands.end())
            problems_.error("L02", node.where(), "band \"" + band.id + "\" stands here twice",
                            "give each band an id of its own");
        return band;
    }

    void readLevels(ReadScope& clauses)
    {
        auto const indicator = fields_.find("indicator");
        auto const bands = fields_.find("bands");
        if (fields_.isMap() && indicator.has_value() == bands.has_value())
            problems_.error("L01", fields_.where(), "a rule needs either indicator or bands",
                            "add indicator: info, or a list of bands");
        if (indicator) {
            Band band;
            if (defaults_.positions) band.where = indicator->where();
            readIndicator(*indicator, band);
            rule_.bands.push_back(std::move(band));
        } else if (bands) {
            for (auto const item : bands->items()) rule_.bands.push_back(readBand(item, clauses));
        }
    }

    Adjustment readAdjustment(Node node, ReadScope& clauses)
    {
        Fields fields{node, "adjust entry", problems_};
        Adjustment adjustment;
        auto const raise = fields.find("raise");
        auto const cap = fields.find("cap");
        auto const lower = fields.find("lower");
        auto const like = fields.find("like");
        adjustment.own = fields.flag("own");
        auto const kinds = static_cast<int>(raise.has_value()) + static_cast<int>(cap.has_value()) +
                           static_cast<int>(lower.has_value()) + static_cast<int>(like.has_value());
        if (kinds != 1)
            problems_.error("L01", node.where(),
                            "an adjust entry needs exactly one of raise, cap, lower, like",
                            "write for example {cap: info, when: ..}");
        for (auto const& step : {raise, lower})
            if (step && step->text() != "1")
                problems_.error("L01", step->where(), "a level moves by one step", "write 1");
        if (raise) adjustment.kind = Adjustment::Kind::Raise;
        if (lower) adjustment.kind = Adjustment::Kind::Lower;
        if (cap) adjustment.cap = readLevel(*cap, problems_).value_or(Level::Info);
        if (like) {
            adjustment.kind = Adjustment::Kind::Like;
            adjustment.like = words_.rule(*like, problems_).value_or(RuleIndex{});
        }
        adjustment.when = readOptionalCondition(fields, "when", clauses);
        fields.finish();
        return adjustment;
    }

    void readTiers(ReadScope& clauses)
    {
        auto const tier = fields_.find("tier");
        if (!tier) {
            if (fields_.isMap() && rule_.group != Group::WU)
                problems_.error("L01", fields_.where(), "\"tier\" is missing in rule",
                                "add tier: definite, probable, possible or safety");
            return;
        }
        if (tier->isText()) {
            rule_.tiers.push_back({readTier(*tier, problems_).value_or(Tier::Possible), {}});
            return;
        }
        for (auto const item : tier->items()) {
            Fields fields{item, "tier entry", problems_};
            TierRow row;
            if (auto const word = fields.need("tier"))
                row.tier = readTier(*word, problems_).value_or(Tier::Possible);
            row.when = readOptionalCondition(fields, "when", clauses);
            fields.finish();
            if (!rule_.tiers.empty() && !rule_.tiers.back().when)
                problems_.error("L07", item.where(), "a tier entry that is never reached",
                                "only the last entry has no when");
            rule_.tiers.push_back(std::move(row));
        }
        if (!rule_.tiers.empty() && rule_.tiers.back().when)
            problems_.error("L01", tier->where(), "the last tier entry has a when",
                            "add an entry for everything else");
    }

    void readRelations()
    {
        if (auto const suppresses = fields_.find("suppresses"))
            rule_.suppresses = words_.rules(*suppresses, problems_);
        if (auto const merges = fields_.find("merges"))
            for (auto const item : merges->items())
                if (auto const cluster = words_.cluster(item, problems_))
                    rule_.merges.push_back(*cluster);
        auto const treated = fields_.find("treated_by");
        if (!treated) return;
        if (!treated->isMap()) {
            rule_.treatedBy = words_.sets(*treated, {terms::SetKind::DrugClass}, problems_);
            return;
        }
        Fields fields{*treated, "treated_by", problems_};
        rule_.treatedByAll = true;
        if (auto const all = fields.need("all"))
            rule_.treatedBy = words_.sets(*all, {terms::SetKind::DrugClass}, problems_);
        fields.finish();
    }

    /// After all clauses: texts may use any name that they bind.
    void readTexts()
    {
        auto clauses = scope();
        if (auto const show = fields_.find("show")) rule_.show = readShow(*show, clauses);
        TextScope text{problems_, names_, {}};
        for (auto const slot : surelyBound(rule_.when)) {
            text.sure.resize(std::max(text.sure.size(), slot.index() + 1));
            text.sure[slot.index()] = true;
        }
        if (auto const card = fields_.need("card"))
            rule_.card = readCard(*card, clauses, text, defaults_.summaryMax);
        if (auto const suggest = fields_.find("suggest"))
            rule_.suggest = readSuggest(*suggest, clauses, text);
    }

    Fields fields_;
    PackDefaults const& pack_;
    RuleDefaults const& defaults_;
    Dictionary const& words_;
    Problems& problems_;
    Rule rule_;
    RuleNames names_;
    Parameters parameters_;
};

} // namespace

Rule readRule(Tree const& file, PackDefaults const& pack, RuleDefaults const& defaults,
              Dictionary const& words, Problems& problems)
{
    return RuleReader{file, pack, defaults, words, problems}.read();
}

} // namespace tcds::rules
