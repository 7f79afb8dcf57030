#include "rules/exchange/rule_cql.hpp"

#include "rules/exchange/clause_cql.hpp"
#include "rules/exchange/cql_text.hpp"

#include <algorithm>

namespace tcds::rules::exchange {

namespace {

constexpr Duration kPredatesTier{24, Duration::Unit::Hour}; // clinical specification C.0.3
constexpr Duration kPredatesRule{30, Duration::Unit::Day};  // ... more than 30 d: does not fire
constexpr Duration kRecentDose{7, Duration::Unit::Day};     // C.0.1, PRN
constexpr Duration kAdult{18, Duration::Unit::Year};

std::string number(std::size_t value) { return std::to_string(value); }

class RuleCql
{
public:
    RuleCql(CqlLibrary& library, Rule const& rule)
        : library_{library}, rule_{rule}, clauses_{library, &rule, rule.id}
    {
    }

    void write()
    {
        library_.section(rule_.id + ' ' + rule_.title);
        defineExposed();
        define("gate", gate());
        define("adult", rule_.age == AgeScope::Adult
                            ? "Tcds.\"Born\"(" + cqlBefore(kAdult) + ", null)"
                            : "true");
        define("when", clauses_.make(rule_.when, {}).expression,
               describe(rule_.when, &rule_, library_.rules()));
        define("exposure", "if not " + part("gate") + " or " + part("adult") +
                               " is false then false else " + part("when"));
        defineBands();
        define("unless", rule_.unless ? clauses_.make(*rule_.unless, kAfter).expression : "false",
               rule_.unless ? describe(*rule_.unless, &rule_, library_.rules()) : std::string{});
        defineLevel();
        defineTier();
        define("indicator", "case " + part("level") +
                                " when 2 then 'critical' when 1 then 'warning' else 'info' end");
        define("tier name", "case " + part("tier") +
                                " when 4 then 'safety' when 3 then 'definite' when 2 then "
                                "'probable'\n    when 1 then 'possible' else '' end");
        define("fires alone", firesAlone());
        define("fires", fires());
        for (std::size_t i = 0; i < rule_.suggest.size(); ++i)
            if (auto const& when = rule_.suggest[i].when)
                define("suggest " + number(i + 1), clauses_.make(*when, kAfter).expression,
                       describe(*when, &rule_, library_.rules()));
        defineBound();
    }

private:
    static constexpr ClauseCql::Phase kAfter{true};

    [[nodiscard]] std::string part(std::string_view name) const
    {
        return ruleDefinition(rule_, name);
    }
    void define(std::string const& name, std::string const& expression,
                std::string const& comment = {})
    {
        library_.define(rule_.id + ' ' + name, expression, comment);
    }

    [[nodiscard]] std::string gate() const
    {
        std::vector<std::string> hooks;
        for (auto const hook : {Hook::PatientView, Hook::EncounterStart,
                                Hook::ProblemListItemCreate, Hook::OrderSelect, Hook::OrderSign})
            if (rule_.runsOn(hookBit(hook))) hooks.emplace_back(toText(hook));
        return "Tcds.\"Hook\" in " + cqlList(hooks) + "\n    and Tcds.\"In Scope\" and exists " +
               cqlName("gate " + library_.rules().gates[rule_.gate].name);
    }

    void defineBands()
    {
        std::string band = "case", level = "case " + part("band");
        std::vector<std::string> open;
        for (std::size_t i = 0; i < rule_.bands.size(); ++i) {
            auto const& row = rule_.bands[i];
            std::string when = "true";
            if (row.when) {
                auto const name = "band " + row.id;
                define(name, clauses_.make(*row.when, {}).expression,
                       describe(*row.when, &rule_, library_.rules()));
                when = part(name);
                open.push_back("(" + when + " is null)");
            }
            band += "\n    when " + when + " then " + number(i + 1);
            level += "\n    when " + number(i + 1) + " then " + levelOf(row);
        }
        define("band", band + "\n    else 0 end", "the first band that is certain; 0 = none");
        define("bands open", cqlJoined(open, "or", "false"));
        define("band level", level + "\n    else 0 end");
    }

    [[nodiscard]] std::string levelOf(Band const& band) const
    {
        if (band.worstOf.empty()) return number(static_cast<std::size_t>(band.indicator));
        std::string text = "Max({ 0";
        for (auto const index : band.worstOf) {
            auto const& other = library_.rules().rule(index);
            text += ", (if " + ruleDefinition(other, "fires alone") + " then " +
                    ruleDefinition(other, "level") + " else 0)";
        }
        return text + " })";
    }

    /// C.0.1 and C.0.3: what started long after the complaint is dropped unless its dose was
    /// raised.
    void defineExposed()
    {
        if (!rule_.exposure.known()) return;
        auto const onset = cqlName("gate " + library_.rules().gates[rule_.gate].name + " onset");
        auto const bound = cqlName(clauses_.boundName(rule_.exposure));
        auto const exposed = part("exposed");
        define("exposed", "(" + bound + ") M where not Coalesce(M.known and M.start > " + onset +
                              " + " + cqlDuration(kPredatesRule) + " and M.rise is null, false)");
        define("exposed since",
               "Max(((" + exposed +
                   ") M where M.known and M.start is not null return M.start)\n"
                   "    union ((" +
                   exposed + ") M where M.rise is not null return M.rise))",
               "the last known start or rise");
        define("predates", onset + " is not null and exists (" + exposed + ") and not exists ((" +
                               exposed + ") M where not Coalesce(M.known and M.start > " + onset +
                               " + " + cqlDuration(kPredatesTier) + ", false))");
        define(
            "as needed only",
            "exists (" + exposed + ") and not exists ((" + exposed +
                ") M\n    where not M.prn or exists (Tcds.\"Uses\" U\n      where "
                "Tcds.\"Drug\"(U.codes, U.id) = M.drug and not StartsWith(M.drug, 'use ')\n        "
                "and Tcds.\"Instant Within\"(U.supplied, " +
                cqlBefore(kRecentDose) + ")))");
        define("exposure lost", "exists (" + bound + ") and not exists (" + exposed + ")");
    }

    struct Entry {
        Adjustment const* adjustment;
        std::string when;
    };

    /// Raise, then cap, then lower, whatever their order in the file (C.0.4).
    void defineLevel()
    {
        std::vector<Entry> entries;
        for (std::size_t i = 0; i < rule_.adjust.size(); ++i) {
            auto const& adjustment = rule_.adjust[i];
            if (adjustment.kind != Adjustment::Kind::Like) {
                auto const name = "adjust " + number(i + 1);
                define(name, adjustment.when ? clauses_.make(*adjustment.when, kAfter).expression
                                             : "true");
                entries.push_back({&adjustment, part(name)});
                continue;
            }
            // The other rule's entries with the other rule's bindings.
            auto const& other = library_.rules().rule(adjustment.like);
            for (std::size_t taken = 0; taken < other.adjust.size(); ++taken)
                if (other.adjust[taken].kind != Adjustment::Kind::Like)
                    entries.push_back({&other.adjust[taken],
                                       ruleDefinition(other, "adjust " + number(taken + 1))});
        }
        auto level = part("band level");
        auto const apply = [&](Adjustment::Kind kind, auto written) {
            for (auto const& entry : entries)
                if (entry.adjustment->kind == kind) level = written(entry);
        };
        apply(Adjustment::Kind::Raise, [&](Entry const& entry) {
            return "Tcds.\"Raised\"(" + level + ", " + entry.when + ")";
        });
        apply(Adjustment::Kind::Cap, [&](Entry const& entry) {
            return "Tcds.\"Capped\"(" + level + ", " +
                   number(static_cast<std::size_t>(entry.adjustment->cap)) + ", " + entry.when +
                   ")";
        });
        apply(Adjustment::Kind::Lower, [&](Entry const& entry) {
            return "Tcds.\"Lowered\"(" + level + ", " + entry.when + ")";
        });
        define("level", level, "0 info, 1 warning, 2 critical");
    }

    void defineTier()
    {
        std::string text = "case";
        for (std::size_t i = 0; i < rule_.tiers.size(); ++i) {
            auto const& row = rule_.tiers[i];
            auto when = std::string{"true"};
            if (row.when) {
                auto const name = "tier " + number(i + 1);
                define(name, clauses_.make(*row.when, kAfter).expression,
                       describe(*row.when, &rule_, library_.rules()));
                when = part(name);
            }
            text += "\n    when " + when + " then " + number(static_cast<std::size_t>(row.tier));
        }
        auto tier = rule_.tiers.empty() ? std::string{"0"} : "(" + text + "\n    else 0 end)";
        if (rule_.exposure.known())
            for (auto const* const test : {"predates", "as needed only"})
                tier = "Tcds.\"Tier Down\"(" + tier + ", " + part(test) + ")";
        define("tier", tier, "0 none, 1 possible, 2 probable, 3 definite, 4 safety");
    }

    [[nodiscard]] std::string firesAlone() const
    {
        if (rule_.status != RuleStatus::Active) return "false";
        auto text = "case\n    when not " + part("gate") + " or " + part("adult") +
                    " is false or " + part("when") + " is false then false\n    when " +
                    part("adult") + " is null or " + part("when") +
                    " is null then null as Boolean\n    when " + part("band") + " = 0 then (if " +
                    part("bands open") + " then null as Boolean else false)";
        if (rule_.exposure.known()) text += "\n    when " + part("exposure lost") + " then false";
        return text + "\n    when " + part("unless") + " is true then false\n    else true end";
    }

    /// After other rules, the hook and the drafts that treat (rule language, section 7).
    [[nodiscard]] std::string fires()
    {
        auto const& rules = library_.rules();
        std::vector<std::string> against;
        if (rule_.group != Group::RF)
            for (auto const& other : rules.rules)
                if (std::ranges::find(other.suppresses, rule_.index) != other.suppresses.end())
                    against.push_back("(" + ruleDefinition(other, "fires after rules") +
                                      " is true and " + ruleDefinition(other, "level") +
                                      " >= " + part("level") + ")");
        define("fires after rules",
               part("fires alone") +
                   (against.empty() ? std::string{} : " and not " + cqlJoined(against, "or", "")));
        std::string text =
            "case when " + part("fires alone") + " is true then " + part("fires after rules");
        if (auto const held = heldByHook(); !held.empty()) text += "\n    and not " + held;
        if (auto const treated = treatedByDrafts(); !treated.empty())
            text += "\n    and not " + treated;
        return text + "\n    else " + part("fires alone") + " end";
    }

    [[nodiscard]] std::string heldByHook() const
    {
        auto const& rules = library_.rules();
        std::vector<std::string> hooks;
        for (auto const hook : {Hook::PatientView, Hook::EncounterStart,
                                Hook::ProblemListItemCreate, Hook::OrderSelect, Hook::OrderSign})
            if (rules.hookShows[static_cast<std::size_t>(hook)] == HookShows::Orders)
                hooks.emplace_back(toText(hook));
        if (hooks.empty() || rule_.group == Group::ORD) return {};
        auto text = "(Tcds.\"Hook\" in " + cqlList(hooks) + " and " + part("level") + " < 2";
        if (rule_.group == Group::CMB) {
            // A combination stays when one of its active drugs is also among the drafts (D23).
            std::vector<std::string> drafted;
            for (auto const& [slot, binders] : clauses_.binders())
                if (clauses_.bindsMedications(Slot{slot}))
                    drafted.push_back("exists ((" + cqlName(clauses_.boundName(Slot{slot})) +
                                      ") M where M.drug in \"drafted drugs\")");
            text += " and not " + cqlJoined(drafted, "or", "false");
        }
        return text + ")";
    }

    [[nodiscard]] std::string treatedByDrafts()
    {
        if (rule_.treatedBy.empty() || rule_.group == Group::RF) return {};
        std::vector<std::string> drafts;
        for (auto const drugClass : rule_.treatedBy) {
            MedTest test;
            test.classes = {drugClass};
            test.states = static_cast<std::uint8_t>(MedState::Draft);
            test.allDrafts = true;
            drafts.push_back(clauses_.anyMedication(test));
        }
        return "(Tcds.\"Hook\" in { 'order-select', 'order-sign' } and " +
               cqlJoined(drafts, rule_.treatedByAll ? "and" : "or", "false") + ")";
    }

    /// The first true clause binds a name; a rule whose gate is closed binds nothing.
    void defineBound()
    {
        for (auto const& [slot, binders] : clauses_.binders()) {
            std::string text = "case when not " + part("gate") + " then null";
            for (auto const& binder : binders)
                text += "\n    when " + binder.when + " then " + binder.matches;
            library_.define(clauses_.boundName(Slot{slot}), text + "\n    else null end");
        }
    }

    CqlLibrary& library_;
    Rule const& rule_;
    ClauseCql clauses_;
};

} // namespace

void defineGate(CqlLibrary& library, Gate const& gate)
{
    library.define("gate " + gate.name,
                   "Tcds.\"Complaints\" X where " + library.inAny("X.codes", gate.kinds));
    library.define("gate " + gate.name + " onset",
                   "Tcds.\"Earliest\"(" + cqlName("gate " + gate.name) + " X return all X.onset)");
}

void defineRule(CqlLibrary& library, Rule const& rule) { RuleCql{library, rule}.write(); }

} // namespace tcds::rules::exchange
