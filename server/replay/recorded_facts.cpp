#include "server/replay/recorded_facts.hpp"

#include "fhir/read/value_meaning.hpp"
#include "server/replay/fact_parts.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tcds::replay {

namespace {

constexpr int kOldest = 400; // years; FHIR dates begin in 1800
constexpr int kMostDays = 100'000'000;
constexpr int kMostWeeks = 60;

class FactsReader : private FactParts
{
public:
    FactsReader(RecordObject const& record, int zoneMinutes, terms::Terminology const& terms)
        : FactParts{zoneMinutes, terms}, record_{record}
    {
    }

    PatientContext read()
    {
        auto const asOf = instantOf(record_.needed("evaluatedAt"));
        if (!asOf) record_.fault("evaluatedAt", "is no instant");
        context_.asOf = asOf.value_or(Instant{});
        auto const hook = parseHook(record_.needed("hook"));
        if (!hook) record_.fault("hook", "is none of our hooks");
        context_.hook = hook.value_or(Hook::PatientView);
        record_.forEachObject("inputs", [this](auto const& input) { readInput(input); });
        record_.forEachObject("facts", [this](auto const& fact) { readFact(fact); });
        // Every record has one; a decision for nobody would be another one than was made.
        if (!context_.patient.id.known()) record_.fault("facts", "holds no patient");
        return std::move(context_);
    }

private:
    void readInput(RecordObject const& object)
    {
        InputStatus input;
        input.key = object.needed("key");
        input.via = object.text("via");
        input.status = statusOf(object);
        constexpr int kMostResources = 1'000'000;
        input.count = static_cast<std::size_t>(object.whole("count", kMostResources).value_or(0));
        context_.inputs.push_back(std::move(input));
    }

    void readFact(RecordObject const& fact)
    {
        struct Kind {
            std::string_view name;
            void (FactsReader::*read)(RecordObject const&);
        };
        static constexpr std::array kKinds{Kind{"patient", &FactsReader::readPatient},
                                           Kind{"complaint", &FactsReader::readComplaint},
                                           Kind{"medication", &FactsReader::readMedication},
                                           Kind{"lab", &FactsReader::readLab},
                                           Kind{"condition", &FactsReader::readProblem},
                                           Kind{"finding", &FactsReader::readFinding},
                                           Kind{"procedure", &FactsReader::readProcedure},
                                           Kind{"order", &FactsReader::readOrder},
                                           Kind{"encounter", &FactsReader::readEncounter},
                                           Kind{"visit", &FactsReader::readVisit},
                                           Kind{"gap", &FactsReader::readGap},
                                           Kind{"recent", &FactsReader::readRecent}};
        auto const kind = fact.needed("kind");
        auto const* const known = std::ranges::find(kKinds, kind, &Kind::name);
        if (known == kKinds.end()) return fact.fault("kind", "is no kind of fact");
        (this->*known->read)(fact);
    }

    void readPatient(RecordObject const& object)
    {
        auto& patient = context_.patient;
        if (patient.id.known()) object.fault("kind", "is a second patient");
        patient.id = idOf(object);
        patient.sex = word(object, "sex", Sex::Other).value_or(Sex::Unknown);
        patient.deceased = object.flag("deceased");
        patient.human = object.flag("human", true);
        patient.source = sourceOf(object, "Patient");
        patient.birth = birthOf(object);
    }

    /// A birth that gives the recorded age to the instant of the decision.
    std::optional<TimeSpan> birthOf(RecordObject const& patient)
    {
        auto const years = patient.whole("ageYears", kOldest);
        if (!years) return std::nullopt;
        TimeSpan birth;
        if (auto const days = patient.whole("ageDays", kMostDays)) {
            // The date without a time that it nearly always is, in the zone of such dates.
            auto const zone = std::chrono::minutes{zone_};
            auto const today = std::chrono::floor<std::chrono::days>(context_.asOf + zone);
            birth.from = Instant{today - std::chrono::days{*days}} - zone;
        } else {
            birth.from = context_.asOf - Duration{*years, Duration::Unit::Year};
        }
        birth.to = birth.from + std::chrono::hours{24} - std::chrono::milliseconds{1};
        return birth;
    }

    void readComplaint(RecordObject const& object)
    {
        auto& complaint = context_.complaints.emplace_back();
        complaint.id = idOf(object);
        complaint.kinds = setsOf(object, "kinds");
        complaint.codes = codesOf(object);
        complaint.sites = setsOf(object, "sites");
        complaint.matchedBy = matchedBy(object);
        complaint.onset = object.time("onset", zone_);
        complaint.source = sourceOf(object, "Condition");
    }

    void readMedication(RecordObject const& object)
    {
        auto& use = context_.medications.emplace_back();
        use.id = idOf(object);
        use.kind = neededWord(object, "use", UseKind::Draft);
        use.codes = codesOf(object);
        use.ingredients = ingredientsOf(object);
        use.sets = setsOf(object, "classes");
        if (use.ingredients.empty())
            use.sets.forEach([&](SetId id) {
                if (use.name.empty()) use.name = terms_.set(id).title;
            });
        use.matchedBy = matchedBy(object);
        use.status = object.text("status");
        use.state = neededWord(object, "state", UseState::Unknown);
        use.history = historyOf(object);
        use.start = object.time("start", zone_);
        use.stop = object.time("stop", zone_);
        use.lastGiven = object.time("lastGiven", zone_);
        use.supplyEnd = object.time("supplyEnd", zone_);
        if (auto const dose = object.object("dose"))
            if (auto const value = dose->decimal("value"))
                use.dailyDose = Quantity{*value, std::string{dose->text("unit")}};
        use.route = word(object, "route", Route::Intravenous).value_or(Route::Unknown);
        use.routeFrom = word(object, "routeFrom", RouteOrigin::Name).value_or(RouteOrigin::None);
        use.asNeeded = object.flag("prn");
        use.selected = object.flag("selected", true);
        auto const type = object.text("type");
        use.source = sourceOf(object, type.empty() ? audit::usualType(use.kind) : type);
    }

    void readLab(RecordObject const& object)
    {
        auto& lab = context_.labs.emplace_back();
        lab.id = idOf(object);
        lab.codes = codesOf(object);
        lab.analyte = analyteOf(object);
        if (auto const value = object.decimal("value"))
            lab.value = Quantity{*value, std::string{object.text("unit")}};
        lab.comparator = word(object, "comparator", Comparator::Greater).value_or(Comparator::None);
        lab.unusable = reasonOf(object, "unusable");
        lab.status = neededWord(object, "status", ResultStatus::Unknown);
        object.forEachObject("ranges",
                             [&](RecordObject const& row) { lab.ranges.push_back(rangeOf(row)); });
        object.forEachText("flags", [&](std::string_view flag, std::string const&) {
            lab.flags.emplace_back(flag);
        });
        object.forEachText("notes", [&](std::string_view text, std::string const&) {
            auto const note = parseNote(text);
            if (note)
                lab.notes.add(*note);
            else
                object.fault("notes", "\"" + std::string{text} + "\" is no note on a result");
        });
        lab.taken = object.time("at", zone_);
        lab.issued = object.time("issued", zone_);
        lab.source = sourceOf(object, "Observation");
        settleValue(object, lab);
    }

    /// The unit as UCUM and the value in the unit of the analyte, as they were found on the day.
    void settleValue(RecordObject const& object, LabResult& lab)
    {
        if (!lab.value) return;
        auto const usable = lab.unusable == Reason::None;
        auto const spelt = object.text("ucum");
        if (!spelt.empty())
            lab.ucum = spelt;
        else if (usable || lab.unusable == Reason::Implausible)
            lab.ucum = lab.value->unit;
        if (!usable || !lab.analyte.known()) return;
        lab.canonical = object.decimal("canonical");
        if (lab.canonical) return;
        auto const coded = fhir::analyteOfCodes(terms_, lab.codes);
        auto const meaning = fhir::meaningOfValue(
            terms_, lab.analyte, lab.value->value,
            lab.value->unit.empty() ? std::string{} : lab.ucum, lab.value->unit, coded.loinc);
        lab.canonical = meaning.canonical;
        lab.unusable = meaning.unusable;
    }

    ReferenceRange rangeOf(RecordObject const& object)
    {
        ReferenceRange range;
        range.type = object.text("type");
        std::string const unit{object.text("unit")};
        if (auto const low = object.decimal("low")) range.low = Quantity{*low, unit};
        if (auto const high = object.decimal("high"))
            range.high = Quantity{
                *high, object.has("highUnit") ? std::string{object.text("highUnit")} : unit};
        range.ageFromDays = object.whole("ageFromDays", kMostDays);
        range.ageToDays = object.whole("ageToDays", kMostDays);
        range.sex = word(object, "sex", Sex::Other).value_or(Sex::Unknown);
        range.pregnancy = object.flag("pregnancy");
        // The made birth is right in years alone: a row takes over what was found on the day.
        if (object.has("ageFits")) {
            range.ageFromDays = object.flag("ageFits") ? 0 : kMostDays;
            range.ageToDays.reset();
        }
        return range;
    }

    void readProblem(RecordObject const& object)
    {
        auto& problem = context_.problems.emplace_back();
        problem.id = idOf(object);
        problem.codes = codesOf(object);
        problem.sets = setsOf(object, "sets");
        problem.matchedBy = matchedBy(object);
        auto const state = object.text("state");
        if (!state.empty() && state != "inactive") object.fault("state", "is not inactive");
        problem.state = state.empty() ? ProblemState::Active : ProblemState::Inactive;
        problem.status = object.text("status");
        problem.verification = object.text("verification");
        problem.onset = object.time("onset", zone_);
        problem.recorded = object.time("recorded", zone_);
        problem.abated = object.time("abated", zone_);
        problem.weeks = object.whole("weeks", kMostWeeks);
        problem.thisEncounter = object.flag("encounter");
        problem.source = sourceOf(object, "Condition");
    }

    void readFinding(RecordObject const& object)
    {
        auto& finding = context_.findings.emplace_back();
        finding.id = idOf(object);
        finding.codes = codesOf(object);
        finding.sets = setsOf(object, "sets");
        finding.matchedBy = matchedBy(object);
        finding.at = object.time("at", zone_);
        finding.onset = object.time("onset", zone_);
        finding.inComplaint = object.flag("complaint");
        finding.thisEncounter = object.flag("encounter");
        finding.source = sourceOf(object, "Observation");
    }

    void readProcedure(RecordObject const& object)
    {
        auto& procedure = context_.procedures.emplace_back();
        procedure.id = idOf(object);
        procedure.codes = codesOf(object);
        procedure.sets = setsOf(object, "sets");
        procedure.start = object.time("start", zone_);
        procedure.end = object.time("stop", zone_);
        procedure.source = sourceOf(object, "Procedure");
    }

    void readOrder(RecordObject const& object)
    {
        auto& order = context_.orders.emplace_back();
        order.id = idOf(object);
        order.codes = codesOf(object);
        order.sets = setsOf(object, "sets");
        order.draft = object.flag("draft");
        order.status = object.text("status");
        order.authored = object.time("authored", zone_);
        order.source = sourceOf(object, "ServiceRequest");
    }

    void readEncounter(RecordObject const& object) { addEncounter(object, "Encounter"); }
    void readVisit(RecordObject const& object) { addEncounter(object, "Appointment"); }
    void addEncounter(RecordObject const& object, std::string_view type)
    {
        auto& encounter = context_.encounters.emplace_back();
        encounter.id = idOf(object);
        encounter.sets = setsOf(object, "sets");
        encounter.cls =
            word(object, "class", EncounterClass::Virtual).value_or(EncounterClass::Unknown);
        encounter.icu = object.flag("icu");
        encounter.current = object.flag("current");
        encounter.start = object.time("start", zone_);
        encounter.end = object.time("stop", zone_);
        encounter.source = sourceOf(object, type);
    }

    void readGap(RecordObject const& object)
    {
        auto& gap = context_.gaps.emplace_back();
        gap.id = idOf(object);
        gap.kind = object.needed("of");
        gap.reason = reasonOf(object, "why");
        gap.analyte = analyteOf(object);
        gap.codes = codesOf(object);
        gap.source = sourceOf(object, "Gap");
    }

    void readRecent(RecordObject const& object)
    {
        auto& recent = context_.recent.emplace_back();
        recent.key = object.text("key");
        recent.what = object.needed("what");
        auto const until = instantOf(object.needed("until"));
        if (!until) object.fault("until", "is no instant");
        recent.until = until.value_or(Instant{});
        recent.cluster = object.text("cluster");
        recent.rule = object.text("rule");
        recent.level = object.text("level");
    }

    RecordObject const& record_;
};

} // namespace

PatientContext factsOf(RecordObject const& record, int zoneMinutes, terms::Terminology const& terms,
                       Fault& fault)
{
    if (!record.has("facts")) fault.note("/facts", "is missing");
    return FactsReader{record, zoneMinutes, terms}.read();
}

} // namespace tcds::replay
