#include "fhir/base/datetime.hpp"
#include "server/audit/decision_parts.hpp"
#include "server/audit/fact_words.hpp"

#include <algorithm>
#include <compare>
#include <numeric>
#include <utility>
#include <variant>
#include <vector>

namespace tcds::audit {

namespace {

using AnyFact = std::variant<PatientFact const*, MedicationUse const*, LabResult const*,
                             Problem const*, Complaint const*, Finding const*, ProcedureFact const*,
                             OrderFact const*, EncounterFact const*, Gap const*>;

constexpr int kAgeInDaysBelow = 2; // years
constexpr int kNoRank = -1;

/// Facts that nothing but the id of their resource puts in order get their rank in that order: the
/// id itself is in no record, and what is found may hang on it. By place in the list.
///
/// @param tie  what is equal of facts that are tied
template <class Fact, class Tie>
std::vector<int> ranksOf(std::vector<Fact> const& facts, Tie const& tie)
{
    std::vector<int> ranks(facts.size(), kNoRank);
    std::vector<std::size_t> places(facts.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::ranges::sort(places, [&](std::size_t a, std::size_t b) {
        auto const& first = facts[a];
        auto const& second = facts[b];
        auto const order = tie(first, second);
        return order != 0 ? order < 0 : first.source.resource < second.source.resource;
    });
    for (std::size_t i = 1; i < places.size(); ++i) {
        auto const before = places[i - 1];
        auto const here = places[i];
        if (tie(facts[before], facts[here]) != 0) continue;
        if (ranks[before] == kNoRank) ranks[before] = 0;
        auto const same = facts[before].source.resource == facts[here].source.resource;
        ranks[here] = ranks[before] + (same ? 0 : 1);
    }
    return ranks;
}

std::strong_ordering compare(std::optional<TimeSpan> const& a, std::optional<TimeSpan> const& b)
{
    if (a && b) return a->first() <=> b->first();
    return a.has_value() <=> b.has_value();
}

std::strong_ordering tiedLabs(LabResult const& a, LabResult const& b)
{
    auto const order = a.analyte <=> b.analyte;
    return order != 0 ? order : compare(a.taken, b.taken);
}

std::strong_ordering tiedMedications(MedicationUse const& a, MedicationUse const& b)
{
    auto const order = a.ingredients <=> b.ingredients;
    return order != 0 ? order : compare(a.start, b.start);
}

/// More than one of these may name the analyte, and which one did decides about factors of units.
bool hasSeveralLoincs(std::vector<Coding> const& codes)
{
    return std::ranges::count(codes, std::string_view{"http://loinc.org"}, &Coding::system) > 1;
}

class FactWriter
{
public:
    FactWriter(Members& json, PatientContext const& context, terms::Terminology const& terms,
               ServerPseudonyms& pseudonyms)
        : json_{json}, context_{context}, terms_{terms}, pseudonyms_{pseudonyms},
          labRanks_{ranksOf(context.labs, tiedLabs)}, medicationRanks_{ranksOf(context.medications,
                                                                               tiedMedications)}
    {
    }

    void write(PatientFact const& patient)
    {
        begin(patient.id, "patient", patient.source);
        writeAge(patient);
        json_.memberIfAny("sex", word(patient.sex));
        json_.flagIfTrue("deceased", patient.deceased);
        if (!patient.human) json_.flag("human", false);
        json_.close();
    }

    void write(Complaint const& complaint)
    {
        begin(complaint.id, "complaint", complaint.source);
        sets("kinds", complaint.kinds);
        codes(complaint.codes);
        sets("sites", complaint.sites);
        json_.memberIfAny("by", word(complaint.matchedBy));
        time("onset", complaint.onset);
        json_.close();
    }

    void write(MedicationUse const& use)
    {
        begin(use.id, "medication", use.source);
        json_.member("use", word(use.kind));
        std::string_view const resource = use.source.resource;
        auto const type = resource.substr(0, resource.find('/'));
        if (type != usualType(use.kind)) json_.memberIfAny("type", type);
        codes(use.codes);
        ingredients(use.ingredients);
        sets("classes", use.sets);
        json_.memberIfAny("by", word(use.matchedBy));
        json_.memberIfAny("status", use.status);
        json_.member("state", word(use.state));
        history(use.history);
        time("start", use.start);
        time("stop", use.stop);
        time("lastGiven", use.lastGiven);
        time("supplyEnd", use.supplyEnd);
        if (use.dailyDose) {
            json_.openObject("dose");
            json_.member("value", use.dailyDose->value.text());
            json_.member("unit", use.dailyDose->unit);
            json_.close();
        }
        json_.memberIfAny("route", word(use.route));
        json_.memberIfAny("routeFrom", word(use.routeFrom));
        json_.flagIfTrue("prn", use.asNeeded);
        if (use.kind == UseKind::Draft) json_.flag("selected", use.selected);
        rank(medicationRanks_, context_.medications, use);
        json_.close();
    }

    void write(LabResult const& lab)
    {
        begin(lab.id, "lab", lab.source);
        analyte(lab.analyte);
        codes(lab.codes);
        if (lab.value) json_.member("value", lab.value->value.text());
        json_.memberIfAny("comparator", word(lab.comparator));
        if (lab.value) json_.memberIfAny("unit", lab.value->unit);
        if (lab.value && lab.ucum != lab.value->unit) json_.memberIfAny("ucum", lab.ucum);
        if (lab.canonical && hasSeveralLoincs(lab.codes))
            json_.member("canonical", lab.canonical->text());
        if (lab.unusable != Reason::None) json_.member("unusable", toText(lab.unusable));
        json_.member("status", word(lab.status));
        ranges(lab.ranges);
        words_.assign(lab.flags.begin(), lab.flags.end());
        words("flags");
        for (auto const note : wordsOf(lab.notes)) words_.push_back(note);
        words("notes");
        time("at", lab.taken);
        time("issued", lab.issued);
        rank(labRanks_, context_.labs, lab);
        json_.close();
    }

    void write(Problem const& problem)
    {
        if (problem.sets.none() && isComplaint(problem.source)) return; // said there
        begin(problem.id, "condition", problem.source);
        codes(problem.codes);
        if (problem.state == ProblemState::Inactive) json_.member("state", "inactive");
        if (!problem.sets.none()) {
            sets("sets", problem.sets);
            json_.memberIfAny("by", word(problem.matchedBy));
            json_.memberIfAny("status", problem.status);
            json_.memberIfAny("verification", problem.verification);
            time("onset", problem.onset);
            time("recorded", problem.recorded);
            time("abated", problem.abated);
            if (problem.weeks) json_.member("weeks", *problem.weeks);
            json_.flagIfTrue("encounter", problem.thisEncounter);
        }
        json_.close();
    }

    void write(Finding const& finding)
    {
        begin(finding.id, "finding", finding.source);
        codes(finding.codes);
        sets("sets", finding.sets);
        json_.memberIfAny("by", word(finding.matchedBy));
        time("at", finding.at);
        time("onset", finding.onset);
        json_.flagIfTrue("complaint", finding.inComplaint);
        json_.flagIfTrue("encounter", finding.thisEncounter);
        json_.close();
    }

    void write(ProcedureFact const& procedure)
    {
        begin(procedure.id, "procedure", procedure.source);
        codes(procedure.codes);
        sets("sets", procedure.sets);
        time("start", procedure.start);
        time("stop", procedure.end);
        json_.close();
    }

    void write(OrderFact const& order)
    {
        begin(order.id, "order", order.source);
        codes(order.codes);
        sets("sets", order.sets);
        json_.flagIfTrue("draft", order.draft);
        json_.memberIfAny("status", order.status);
        time("authored", order.authored);
        json_.close();
    }

    void write(EncounterFact const& encounter)
    {
        auto const isVisit = encounter.source.resource.starts_with("Appointment/");
        begin(encounter.id, isVisit ? "visit" : "encounter", encounter.source);
        sets("sets", encounter.sets);
        json_.memberIfAny("class", word(encounter.cls));
        json_.flagIfTrue("icu", encounter.icu);
        json_.flagIfTrue("current", encounter.current);
        time("start", encounter.start);
        time("stop", encounter.end);
        json_.close();
    }

    void write(Gap const& gap)
    {
        begin(gap.id, "gap", gap.source);
        json_.member("of", gap.kind);
        json_.member("why", toText(gap.reason));
        analyte(gap.analyte);
        codes(gap.codes);
        json_.close();
    }

    /// These are handed in, not read: their ids follow those of the facts that were read.
    void write(Recent const& recent, FactId id)
    {
        json_.openObject();
        json_.member("id", id);
        json_.member("kind", "recent");
        json_.member("key", recent.key);
        json_.member("what", recent.what);
        json_.member("until", toText(recent.until));
        json_.memberIfAny("cluster", recent.cluster);
        json_.memberIfAny("rule", recent.rule);
        json_.memberIfAny("level", recent.level);
        json_.close();
    }

private:
    void begin(FactId id, std::string_view kind, SourceRef const& source)
    {
        json_.openObject();
        json_.member("id", id);
        json_.member("kind", kind);
        if (source.input.known() && source.input.index() < context_.inputs.size())
            json_.member("in", context_.inputs[source.input.index()].key);
        if (!source.resource.empty()) json_.member("ref", pseudonyms_.of(id, source));
    }

    /// The birth date itself stays out; an age that would be negative says nothing.
    void writeAge(PatientFact const& patient)
    {
        if (!patient.birth) return;
        auto const years = completedYears(*patient.birth, context_.asOf);
        auto const days = completedDays(*patient.birth, context_.asOf);
        if (years < 0 || days < 0) return;
        json_.member("ageYears", years);
        if (years < kAgeInDaysBelow) json_.member("ageDays", days);
    }

    void time(std::string_view name, std::optional<TimeSpan> const& at)
    {
        if (at) json_.memberIfAny(name, at->text);
    }

    /// A list of what words_ holds; empties it.
    void words(std::string_view name)
    {
        if (words_.empty()) return;
        std::sort(words_.begin(), words_.end());
        json_.openArray(name);
        for (auto const each : words_) json_.text(each);
        json_.close();
        words_.clear();
    }

    void sets(std::string_view name, SetBits const& members)
    {
        members.forEach([&](SetId id) { words_.push_back(terms_.set(id).name); });
        words(name);
    }

    void analyte(AnalyteId id)
    {
        if (id.known()) json_.member("analyte", terms_.analyte(id).key);
    }

    void ingredients(std::vector<IngredientId> const& ids)
    {
        for (auto const id : ids) words_.push_back(terms_.ingredient(id).name);
        words("ingredients");
    }

    void codes(std::vector<Coding> const& codings)
    {
        if (codings.empty()) return;
        codes_.clear();
        for (auto const& coding : codings) codes_.emplace_back(coding.system, coding.code);
        std::sort(codes_.begin(), codes_.end());
        json_.openArray("codes");
        for (auto const& [system, code] : codes_) {
            json_.openArray();
            json_.text(system);
            json_.text(code);
            json_.close();
        }
        json_.close();
    }

    void history(std::vector<StateChange> const& changes)
    {
        if (changes.empty()) return;
        std::vector<StateChange const*> sorted;
        for (auto const& change : changes) sorted.push_back(&change);
        std::stable_sort(sorted.begin(), sorted.end(), [](auto const* a, auto const* b) {
            if (a->at.has_value() != b->at.has_value()) return b->at.has_value(); // undated first
            return a->at && a->at->first() < b->at->first();
        });
        json_.openArray("history");
        for (auto const* const change : sorted) {
            json_.openArray();
            json_.text(change->status);
            if (change->at) json_.text(change->at->text);
            json_.close();
        }
        json_.close();
    }

    void ranges(std::vector<ReferenceRange> const& rows)
    {
        if (rows.empty()) return;
        json_.openArray("ranges");
        for (auto const& row : rows) {
            json_.openObject();
            json_.memberIfAny("type", row.type);
            if (row.low) json_.member("low", row.low->value.text());
            if (row.high) json_.member("high", row.high->value.text());
            if (row.low || row.high)
                json_.memberIfAny("unit", (row.low ? row.low : row.high)->unit);
            if (row.low && row.high && row.low->unit != row.high->unit)
                json_.member("highUnit", row.high->unit);
            ages(row);
            json_.memberIfAny("sex", word(row.sex));
            json_.flagIfTrue("pregnancy", row.pregnancy);
            json_.close();
        }
        json_.close();
    }

    /// Ages in days are compared with the birth date, which no record holds: only whether they fit.
    void ages(ReferenceRange const& row)
    {
        if (!row.ageFromDays && !row.ageToDays) return;
        if (row.ageFromDays) json_.member("ageFromDays", *row.ageFromDays);
        if (row.ageToDays) json_.member("ageToDays", *row.ageToDays);
        if (!context_.patient.birth) return;
        auto const days = completedDays(*context_.patient.birth, context_.asOf);
        json_.flag("ageFits", !(row.ageFromDays && days < *row.ageFromDays) &&
                                  !(row.ageToDays && days > *row.ageToDays));
    }

    template <class Fact>
    void rank(std::vector<int> const& ranks, std::vector<Fact> const& facts, Fact const& fact)
    {
        auto const at = ranks[static_cast<std::size_t>(&fact - facts.data())];
        if (at != kNoRank) json_.member("rank", at);
    }

    [[nodiscard]] bool isComplaint(SourceRef const& source) const
    {
        return !source.resource.empty() &&
               std::any_of(context_.complaints.begin(), context_.complaints.end(),
                           [&](Complaint const& complaint) {
                               return complaint.source.resource == source.resource;
                           });
    }

    Members& json_;
    PatientContext const& context_;
    terms::Terminology const& terms_;
    ServerPseudonyms& pseudonyms_;
    std::vector<int> labRanks_, medicationRanks_;
    // Lists while they are sorted; kept from fact to fact for their memory.
    std::vector<std::string_view> words_;
    std::vector<std::pair<std::string_view, std::string_view>> codes_;
};

std::vector<std::pair<FactId, AnyFact>> factsById(PatientContext const& context)
{
    std::vector<std::pair<FactId, AnyFact>> facts;
    facts.reserve(context.factCount);
    auto const add = [&facts](auto const& list) {
        for (auto const& fact : list) facts.emplace_back(fact.id, &fact);
    };
    facts.emplace_back(context.patient.id, &context.patient);
    add(context.medications);
    add(context.labs);
    add(context.problems);
    add(context.complaints);
    add(context.findings);
    add(context.procedures);
    add(context.orders);
    add(context.encounters);
    add(context.gaps);
    std::stable_sort(facts.begin(), facts.end(),
                     [](auto const& a, auto const& b) { return a.first < b.first; });
    return facts;
}

} // namespace

void writeFacts(Members& json, PatientContext const& context, terms::Terminology const& terms,
                ServerPseudonyms& pseudonyms)
{
    FactWriter writer{json, context, terms, pseudonyms};
    json.openArray("facts");
    for (auto const& entry : factsById(context))
        std::visit([&](auto const* fact) { writer.write(*fact); }, entry.second);
    auto next = context.factCount;
    for (auto const& recent : context.recent) writer.write(recent, FactId{next++});
    json.close();
}

} // namespace tcds::audit
