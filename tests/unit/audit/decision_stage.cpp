#include "tests/unit/audit/decision_stage.hpp"

#include "tests/support/terms_fixture.hpp"

#include <sys/stat.h>

namespace tcds::audit::test {

namespace {

using tcds::test::smallTerms;

TimeSpan time(std::string const& text) { return parseDateTime(text).value(); }

SetBits setsOf(std::initializer_list<char const*> names)
{
    SetBits sets;
    for (auto const* const name : names) sets.add(smallTerms().setNamed(name));
    return sets;
}

Decimal decimal(std::string_view text) { return Decimal::parse(text).value(); }

constexpr auto kIcd = "http://hl7.org/fhir/sid/icd-10-cm";
constexpr auto kLoinc = "http://loinc.org";
constexpr auto kRxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";

} // namespace

DecisionStage::DecisionStage()
{
    auto const key = folder_.path("k26q1.key");
    writeFile(key, "0123456789abcdef0123456789abcdef");
    ::chmod(key.c_str(), 0600);
    pseudonyms_ = std::make_unique<Pseudonyms>(Pseudonyms::fromFile(key, "mercy-west").value());
    addFacts();
    addRules();
    evaluation = std::make_unique<tcds::rules::Evaluation>(context, rules);
    judge();

    record.decisionId = "019cb32f-8e9e-70d8-98e0-985ecc7f6041";
    record.hookInstance = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea";
    record.hook = "patient-view";
    record.service = "twitch-patient-view";
    record.client = "mercy";
    record.trigger = "7";
    record.traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    record.user = "PractitionerRole/r1";
    record.fhirServer = "https://ehr.example.org/fhir";
    auto pseudonyms = pseudonyms_->on(record.fhirServer);
    record.patientKey = patientKey_ = pseudonyms.of("Patient/p1");
    record.encounterKey = encounterKey_ = pseudonyms.of("Encounter/e1");
    record.requestBytes = 41877;
    record.requestSha256 = "7f07c8b7eadc73f2755c60efb1d9d7ac0f094dd7c1dba3069d3be0214be10fb6";
    record.engineVersion = "0.1.0";
    record.engineCommit = "9f3c2ab";
    record.settingsDigest = "4bebf94d7ff2b14f7a9007cb9d2c6fe9ddc742686ee65df10566e472c1bb8b73";
    record.mode = "sandbox";
    record.context = &context;
    record.evaluation = evaluation.get();
    record.cards = cards;
    record.sent = sent;
    record.responseBytes = 2362;
    record.responseSha256 = "14998947d95502d315d56a3e140e2c93cc096116ba8f094cda802033269d4cd5";
    record.degraded = true;
    record.total = std::chrono::microseconds{231870};
    record.parse = std::chrono::microseconds{2100};
    record.evaluate = std::chrono::microseconds{410};
}

void DecisionStage::addFacts()
{
    context.asOf = instant("2026-03-03T10:12:44.318Z");
    context.inputs = {{"patient", "prefetch", SourceStatus::Ok, 1},
                      {"medications", "prefetch", SourceStatus::Partial, 50},
                      {"labs", "", SourceStatus::Absent, 0}};
    auto const from = [](char const* resource, char const* version, std::uint16_t input) {
        return SourceRef{resource, version, InputId{input}, ""};
    };
    std::uint16_t next = 0;
    auto const id = [&next] { return FactId{next++}; };

    context.patient.id = id(); // f0
    context.patient.birth = time("1958-06-01");
    context.patient.sex = Sex::Female;
    context.patient.source = from("Patient/p1", "3", 0);

    Complaint complaint;
    complaint.id = id(); // f1
    complaint.kinds = setsOf({"TWITCH", "CRAMP"});
    complaint.sites = setsOf({"SITE_LEG"});
    complaint.codes = {{kIcd, "R25.3", "Fasciculation of Jane Roe"}};
    complaint.onset = time("2026-03");
    complaint.source = from("Condition/c1", "", 0);
    context.complaints = {complaint};

    Problem same;   // the Condition of the complaint, in no set: not a fact of its own
    same.id = id(); // f2
    same.codes = complaint.codes;
    same.source = complaint.source;
    Problem unknown;   // in no set: its codes alone
    unknown.id = id(); // f3
    unknown.codes = {{kIcd, "Z99.9", "secret text"}, {kIcd, "A00", ""}};
    unknown.status = "active";
    unknown.source = from("Condition/c2", "1", 0);
    Problem kidney;
    kidney.id = id(); // f4
    kidney.codes = {{kIcd, "N18.3", ""}};
    kidney.sets = setsOf({"CKD"});
    kidney.status = "active";
    kidney.verification = "confirmed";
    kidney.recorded = time("2024-01-05");
    kidney.thisEncounter = true;
    kidney.source = from("Condition/c3", "1", 0);
    context.problems = {same, unknown, kidney};

    MedicationUse use;
    use.id = id(); // f5
    use.codes = {{kRxNorm, "313988", "Furosemide 40 MG"}};
    use.ingredients = {smallTerms().ingredientNamed("lisinopril"),
                       smallTerms().ingredientNamed("furosemide")};
    use.matchedBy = MatchedBy::RxNorm;
    use.state = UseState::Stopped;
    use.status = "active";
    use.history = {{"on-hold", time("2026-02-01")}, {"active", time("2025-06-14")}};
    use.start = time("2025-06-14T08:00:00+02:00");
    use.stop = time("2026-03-01");
    use.dailyDose = Quantity{decimal("40.0"), "mg"};
    use.route = Route::Oral;
    use.routeFrom = RouteOrigin::Dosage;
    use.asNeeded = true;
    use.source = from("MedicationRequest/m1", "2", 1);
    MedicationUse draft;
    draft.id = id(); // f6
    draft.kind = UseKind::Draft;
    draft.state = UseState::Draft;
    draft.selected = false;
    draft.source = from("MedicationRequest/m2", "", 1);
    context.medications = {use, draft};

    LabResult lab;
    lab.id = id(); // f7
    lab.codes = {{kLoinc, "2823-3", "Potassium"}};
    lab.analyte = smallTerms().analyteNamed("K");
    lab.value = Quantity{decimal("2.90"), "mmol/L"};
    lab.comparator = Comparator::Less;
    lab.ranges = {{"normal", Quantity{decimal("3.5"), "mmol/L"}, std::nullopt, {}, {}, {}, false}};
    lab.flags = {"LL", "A"};
    lab.notes.add(Note::Preliminary);
    lab.notes.add(Note::Haemolysed);
    lab.taken = time("2026-03-01T06:40:00Z");
    lab.source = from("Observation/o7", "2", 2);
    LabResult bad;
    bad.id = id(); // f8
    bad.unusable = Reason::BadUnit;
    bad.value = Quantity{decimal("5"), "furlong"};
    bad.source = from("", "", 2);
    context.labs = {lab, bad};

    Finding finding;
    finding.id = id(); // f9
    finding.sets = setsOf({"SEIZURE"});
    finding.matchedBy = MatchedBy::Phrase;
    finding.at = time("2026-03-02");
    finding.inComplaint = true;
    finding.source = from("Observation/o8", "", 2);
    context.findings = {finding};

    ProcedureFact procedure;
    procedure.id = id(); // f10
    procedure.sets = setsOf({"DIALYSIS_PROCEDURE"});
    procedure.end = time("2026-03-02T12:00:00Z");
    context.procedures = {procedure};
    OrderFact order;
    order.id = id(); // f11
    order.sets = setsOf({"NEUROLOGY_REFERRAL"});
    order.draft = true;
    order.status = "draft";
    context.orders = {order};
    EncounterFact encounter;
    encounter.id = id(); // f12
    encounter.cls = EncounterClass::Inpatient;
    encounter.icu = encounter.current = true;
    encounter.start = time("2026-03-01");
    encounter.source = from("Encounter/e1", "", 0);
    EncounterFact visit;
    visit.id = id(); // f13
    visit.sets = setsOf({"NEUROLOGY"});
    visit.source = from("Appointment/a1", "", 0);
    context.encounters = {encounter, visit};
    Gap gap;
    gap.id = id(); // f14
    gap.kind = "lab";
    gap.reason = Reason::EnteredInError;
    gap.analyte = smallTerms().analyteNamed("CA");
    gap.codes = {{kLoinc, "17861-6", "Calcium"}};
    gap.source = from("Observation/o9", "1", 2);
    context.gaps = {gap};
    context.factCount = next;
    context.recent = {{"k26q1:LcGEPmFtz7RCuJxwpj9ttw", "returned", instant("2026-03-04T10:00:00Z"),
                       "K", "EL-K-LOW", "warning"}};
}

void DecisionStage::addRules()
{
    // No-op deleter: the small terminology lives as long as the process.
    rules.terms = {&smallTerms(), [](auto const*) {}};
    rules.id = "twitch-core";
    rules.version = "2026.11";
    rules.digest = "a4b2416a1fbdd28de3a062b11f08d16fd8fa7002488fb01167dd2b9115dff4c8";
    rules.signer = "embedded";
    for (auto const* const name : {"EL-CA-LOW", "EL-K-LOW", "MED-LOOP", "RF-ALS", "RF-IDLE"}) {
        tcds::rules::Rule rule;
        rule.index = tcds::rules::RuleIndex{static_cast<std::uint16_t>(rules.rules.size())};
        rule.id = name;
        rule.version = "1.0.0";
        std::remove_copy(rule.id.begin(), rule.id.end(), std::back_inserter(rule.topic), '-');
        rule.bands.resize(1);
        rules.rules.push_back(std::move(rule));
    }
    rules.rules[1].bands[0].id = "severe";
}

void DecisionStage::judge()
{
    using tcds::rules::Outcome;
    evaluation->byRule.assign(rules.rules.size(), nullptr);
    auto const add = [&](std::uint16_t rule, Outcome outcome, std::string_view why,
                         std::string_view what,
                         std::initializer_list<int> used) -> tcds::rules::Judgement& {
        auto& judgement = evaluation->judged.emplace_back(&evaluation->arena);
        judgement.rule = tcds::rules::RuleIndex{rule};
        judgement.candidate = true;
        judgement.outcome = outcome;
        judgement.why = why;
        judgement.what = what;
        for (auto const fact : used)
            judgement.used.push_back(FactId{static_cast<std::uint16_t>(fact)});
        evaluation->byRule[rule] = &judgement;
        return judgement;
    };
    auto& fired = add(1, Outcome::Fired, "", "", {1, 7});
    fired.level = tcds::rules::Level::Critical;
    fired.tier = tcds::rules::Tier::Definite;
    fired.band = 0;
    fired.microseconds = 31;
    auto& suppressed = add(2, Outcome::Suppressed, "normal", "", {5});
    suppressed.level = tcds::rules::Level::Info;
    suppressed.tier = tcds::rules::Tier::Possible;
    suppressed.band = 0;
    add(0, Outcome::Unknown, "no-result", "lab:CA", {});
    add(3, Outcome::NotMet, "complaint", "gate", {1});
    evaluation->missing = {"lab:CA", "source:labs"};

    tcds::rules::Card card;
    card.lead = tcds::rules::RuleIndex{1};
    card.rules = {{card.lead, tcds::rules::Level::Critical, tcds::rules::Tier::Definite}};
    card.level = tcds::rules::Level::Critical;
    card.indicator = tcds::rules::Level::Warning;
    cards = {card};
    sent = {{"5ac73063-6082-5a75-8033-837f4aef1a65", kMasked}};
}

std::string DecisionStage::line() const
{
    TemporaryDirectory const folder;
    SetClock const clock{"2026-03-03T10:12:44.402Z"};
    {
        auto const log = Log::open(optionsIn(folder.path()), clock);
        EXPECT_TRUE((*log)->append("decision", members()));
    }
    EXPECT_EQ(breakIn(folder.path()), "");
    return linesOf(folder.path("decisions-2026-03-03.jsonl")).at(1);
}

} // namespace tcds::audit::test
