#include "fhir/read/chart_reader.hpp"

#include "fhir/read/complaint.hpp"
#include "fhir/read/reading.hpp"
#include "fhir/read/source_key.hpp"

#include <array>
#include <utility>

namespace tcds::fhir {

namespace {

/// Where each input stands in PatientContext::inputs: ours first, in their order, then the others
/// as they came.
struct InputPlan {
    std::vector<InputStatus> statuses;
    std::vector<std::size_t> placeOf; // by place in the inputs as delivered
    std::vector<bool> delivered;      // of our keys
};

InputPlan planInputs(std::span<Input const> inputs)
{
    InputPlan plan;
    plan.statuses.reserve(kSourceKeys.size() + inputs.size());
    for (auto const key : kSourceKeys)
        plan.statuses.push_back(InputStatus{std::string{key}, "prefetch", SourceStatus::Absent, 0});
    plan.delivered.assign(kSourceKeys.size(), false);
    plan.placeOf.reserve(inputs.size());
    for (auto const& input : inputs) {
        auto place = sourceKey(input.key);
        if (!place) {
            place = plan.statuses.size();
            plan.statuses.push_back(InputStatus{input.key, input.via, SourceStatus::Absent, 0});
        } else if (input.value != nullptr || input.failure != SourceStatus::Ok) {
            plan.delivered[*place] = true;
            plan.statuses[*place].via = input.via;
        }
        plan.placeOf.push_back(*place);
    }
    return plan;
}

/// Counts each resource for its own key, or for the key that its content answers.
void countResources(terms::Terminology const& terms, std::span<Entry> entries, InputPlan& plan)
{
    for (auto& entry : entries) {
        auto const place = plan.placeOf[entry.input.index()];
        entry.input = InputId{static_cast<std::uint16_t>(place)};
        auto& own = plan.statuses[place];
        if (place >= kSourceKeys.size()) {
            ++own.count;
            if (own.via == "context") continue; // what is new in the call answers for no query
            auto const key = keyOf(terms, entry);
            if (!key || plan.delivered[*key]) continue;
            ++plan.statuses[*key].count;
            plan.statuses[*key].status = SourceStatus::Ok;
        } else if (answers(place, entry.type)) {
            ++own.count;
        }
    }
}

/// How much a status says; of several inputs with one key the one that says most counts.
int rankOf(SourceStatus status)
{
    switch (status) {
    case SourceStatus::Absent:
        return 0;
    case SourceStatus::Invalid: // rubbish was sent; why a fetch failed says more
        return 1;
    case SourceStatus::Failed:
    case SourceStatus::Denied:
    case SourceStatus::Timeout:
        return 2;
    case SourceStatus::Empty:
        return 3;
    case SourceStatus::Partial:
    case SourceStatus::Ok:
        return 4;
    }
    return 0;
}

/// All inputs of one key as one: pages add up, and what one of them lacks the whole lacks.
void add(Delivery const& part, Delivery& whole)
{
    auto const both = rankOf(part.status) >= 2 && rankOf(whole.status) >= 2;
    auto const oneFailed = (rankOf(part.status) == 2) != (rankOf(whole.status) == 2);
    whole.partial = whole.partial || part.partial || (both && oneFailed);
    whole.failed = whole.failed || part.failed;
    if (rankOf(part.status) > rankOf(whole.status)) whole.status = part.status;
}

/// What a source became, once it is known how many of its resources answer its key.
SourceStatus statusOf(Delivery const& delivery, std::size_t count)
{
    if (rankOf(delivery.status) <= 2) return delivery.status;
    if (delivery.failed) return count > 0 ? SourceStatus::Partial : SourceStatus::Failed;
    if (delivery.partial) return SourceStatus::Partial;
    if (count > 0) return SourceStatus::Ok;
    // Resources came, but none of a kind that answers the key.
    return delivery.status == SourceStatus::Ok ? SourceStatus::Invalid : SourceStatus::Empty;
}

void settleStatuses(std::span<Delivery const> deliveries, InputPlan& plan)
{
    std::vector<Delivery> whole(plan.statuses.size());
    for (auto const& delivery : deliveries)
        add(delivery, whole[plan.placeOf[delivery.input.index()]]);
    for (std::size_t place = 0; place < whole.size(); ++place) {
        auto& input = plan.statuses[place];
        auto const status = statusOf(whole[place], input.count);
        if (status != SourceStatus::Absent) input.status = status;
    }
}

/// A key that only a foreign input answered is as complete as that input is.
void settleForeign(terms::Terminology const& terms, std::span<Entry const> entries, InputPlan& plan)
{
    for (auto const& entry : entries) {
        auto const& input = plan.statuses[entry.input.index()];
        if (entry.input.index() < kSourceKeys.size() || input.status != SourceStatus::Partial)
            continue;
        auto const key = keyOf(terms, entry);
        if (key && !plan.delivered[*key]) plan.statuses[*key].status = SourceStatus::Partial;
    }
}

Error otherPatient(std::string where)
{
    return Error{Error::Kind::BadRequest, std::move(where),
                 "the Patient resource is not the patient of the call",
                 "send the Patient whose id is context.patientId"};
}

Result<void> readPatients(Reading& reading)
{
    bool found = false;
    for (auto& entry : reading.entries.all()) {
        if (entry.type != "Patient") continue;
        auto const& wanted = reading.options.patientId;
        entry.read = true;
        if (!entry.id.empty() && !wanted.empty() && entry.id != wanted) {
            auto const& input = reading.out.inputs[entry.input.index()];
            if (input.via != "fhir") return otherPatient(pointerOf(input.key));
            // The caller is right about its patient; the FHIR server answered for somebody else.
            reading.gap("patient", Reason::OtherPatient, Place{entry.resource, &entry, {}});
            continue;
        }
        if (found || entry.superseded) continue;
        found = true;
        readPatient(reading, Place{entry.resource, &entry, {}});
    }
    return {};
}

void readConditionAlone(Reading& reading, Place const& place)
{
    readCondition(reading, place, false);
}

struct Reader {
    std::string_view type;
    void (*read)(Reading&, Place const&);
};
constexpr std::array<Reader, 17> kReaders{{
    {"Observation", readObservation},
    {"MedicationRequest", readMedicationOrder},
    {"Condition", readConditionAlone},
    {"Encounter", readEncounter},
    {"MedicationOrder", readMedicationOrder},
    {"MedicationStatement", readMedicationStatement},
    {"MedicationUsage", readMedicationStatement},
    {"MedicationDispense", readMedicationDispense},
    {"MedicationAdministration", readMedicationAdministration},
    {"Procedure", readProcedure},
    {"ServiceRequest", readServiceRequest},
    {"ProcedureRequest", readServiceRequest},
    {"ReferralRequest", readServiceRequest},
    {"DiagnosticOrder", readServiceRequest},
    {"Appointment", readAppointment},
    {"QuestionnaireResponse", readQuestionnaireResponse},
    {"DiagnosticReport", readDiagnosticReport},
}};

/// Of other orders in the call (diets, devices) only the reasons count.
void readOtherDraft(Reading& reading, Place const& place)
{
    if (place.entry->origin != Origin::DraftOrders || !reading.isOurs(place)) return;
    readReasons(reading, place, Recorded{.thisEncounter = true});
}

void readEntry(Reading& reading, Entry& entry)
{
    if (entry.read || entry.superseded) return;
    entry.read = true;
    for (auto const& reader : kReaders)
        if (reader.type == entry.type)
            return reader.read(reading, Place{entry.resource, &entry, {}});
    readOtherDraft(reading, Place{entry.resource, &entry, {}});
}

bool isPanel(Entry const& entry)
{
    if (entry.type == "DiagnosticReport") return true;
    return entry.type == "Observation" &&
           anyOf(*entry.resource, {"hasMember", "related"}) != nullptr;
}

/// Most resources become one fact; growing vectors of facts would move them again and again.
void reserveFacts(Reading& reading)
{
    std::size_t medications = 0;
    std::size_t results = 0;
    std::size_t problems = 0;
    for (auto const& entry : reading.entries.all()) {
        if (entry.type == "Observation")
            ++results;
        else if (entry.type == "Condition")
            ++problems;
        else if (entry.type.starts_with("Medication"))
            ++medications;
    }
    reading.out.medications.reserve(medications);
    reading.out.labs.reserve(results);
    reading.samples.reserve(results);
    reading.out.problems.reserve(problems);
}

/// Encounters first noted (they make conditions current), panels before the results that they time.
void readEntries(Reading& reading)
{
    auto const entries = reading.entries.all();
    for (auto const& entry : entries)
        if (entry.type == "Encounter" && !entry.superseded) noteEncounter(reading, entry);
    for (auto& entry : entries)
        if (isPanel(entry)) readEntry(reading, entry);
    for (auto& entry : entries) readEntry(reading, entry);
}

std::string_view versionOf(Entry const& entry)
{
    auto const* meta = json::child(*entry.resource, "meta");
    return meta == nullptr ? std::string_view{} : json::textOf(*meta, "versionId");
}

/// What a resource of this type would have been in the record; "" for those that are no facts.
std::string_view kindOf(std::string_view type)
{
    if (type == "Observation" || type == "DiagnosticReport") return "lab";
    if (type.starts_with("Medication")) return "medication";
    if (type == "Condition") return "condition";
    if (type == "Encounter") return "encounter";
    if (type == "Appointment") return "visit";
    if (type == "Procedure") return "procedure";
    if (type == "QuestionnaireResponse") return "finding";
    if (type == "Patient") return "patient";
    return type.ends_with("Request") || type == "DiagnosticOrder" ? "order" : "";
}

/// The same version twice is one resource; an older version beside a newer one is worth a word.
void dropDuplicates(Reading& reading)
{
    reading.entries.dropDuplicates([&reading](Entry const& older, Entry const& newer) {
        auto const kind = kindOf(older.type);
        if (!kind.empty() && versionOf(older) != versionOf(newer))
            reading.gap(kind, Reason::Duplicate, Place{older.resource, &older, {}});
    });
}

} // namespace

Result<PatientContext> readChart(std::span<Input const> inputs, ReadOptions const& options,
                                 terms::Terminology const& terms)
{
    auto collected = Entries::collect(inputs, options.maxEntries);
    if (!collected) return collected.error();
    auto& entries = *collected;

    auto plan = planInputs(inputs);
    countResources(terms, entries.all(), plan);
    settleStatuses(entries.deliveries(), plan);
    settleForeign(terms, entries.all(), plan);

    Reading reading{options, terms, entries};
    reading.out.inputs = std::move(plan.statuses);
    reading.complaints = InputId{static_cast<std::uint16_t>(*sourceKey("complaints"))};
    if (!options.encounterId.empty()) reading.currentEncounters.push_back(options.encounterId);

    reading.out.patient.id = reading.nextId();
    dropDuplicates(reading);
    if (auto const patients = readPatients(reading); !patients) return patients.error();
    reserveFacts(reading);
    readEntries(reading);
    settleMedications(reading);
    settleResults(reading);
    return std::move(reading.out);
}

} // namespace tcds::fhir
