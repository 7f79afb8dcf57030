#include "server/cases/request.hpp"

#include "server/cases/resource.hpp"
#include "server/cds/services.hpp"

#include <algorithm>
#include <map>

namespace tcds::cases {

namespace {

bool holds(std::vector<std::string> const& list, std::string_view key)
{
    return std::ranges::find(list, key) != list.end();
}

class RequestWriter
{
public:
    RequestWriter(Case const& test, rules::RuleSet const& rules, Problems& problems)
        : test_{test}, resources_{rules, test.now, problems}, problems_{problems}
    {
    }

    std::string write()
    {
        add(ResourceWriter::patient(test_.patient));
        int number = 0;
        for (auto const& fact : test_.facts) {
            ++number;
            place(fact, fact.id.empty() ? "f" + std::to_string(number) : fact.id);
        }
        if (needsEncounter()) add(resources_.encounter(encounter_, reasons_));

        JsonText json;
        json.object([&] {
            json.member("hook", tcds::toText(test_.hook));
            json.member("hookInstance", "5f0c1a52-8a39-4f0e-9d0c-0d5d2a6f7b10");
            json.object("context", [&] { writeContext(json); });
            json.object("prefetch", [&] { writePrefetch(json); });
        });
        return json.text();
    }

private:
    void add(Resource resource) { byKey_[resource.key].push_back(std::move(resource.json)); }

    void place(Fact const& fact, std::string const& id)
    {
        switch (fact.kind) {
        case FactKind::Complaint:
        case FactKind::Finding:
            return placeSymptom(fact, id);
        case FactKind::Med:
            return add(resources_.medication(fact, id));
        case FactKind::Lab:
            return add(resources_.result(fact, id));
        case FactKind::Condition:
            linked_ = linked_ || fact.has("encounter");
            return add(resources_.condition(fact, id));
        case FactKind::Order:
            if (fact.text("draft") == "yes") return addDraft(fact, id, true);
            return add(resources_.serviceRequest(fact, id, false));
        case FactKind::Visit:
            return add(resources_.visit(fact, id));
        case FactKind::Procedure:
            return add(resources_.procedure(fact, id));
        case FactKind::Encounter:
            encounter_ = &fact;
            return;
        case FactKind::Draft:
            return addDraft(fact, id, fact.text("as") == "service" || fact.has("loinc"));
        }
    }

    void placeSymptom(Fact const& fact, std::string const& id)
    {
        linked_ = linked_ || fact.has("encounter");
        auto const in = fact.text("in", "condition");
        if (in == "condition") return add(resources_.condition(fact, id));
        if (in == "observation") return add(resources_.observation(fact, id));
        if (in == "answer") return add(resources_.answer(fact, id));
        if (in == "encounter") return reasons_.push_back(&fact);
        if (in == "context" && test_.hook == Hook::ProblemListItemCreate) {
            byKey_["context.conditions"].push_back(resources_.condition(fact, id).json);
            return;
        }
        problems_.error("L01", fact.where, "it cannot stand in \"" + std::string{in} + "\"",
                        "write condition, observation, encounter or answer; context on "
                        "problem-list-item-create");
    }

    void addDraft(Fact const& fact, std::string const& id, bool service)
    {
        if (!isOrderHook(test_.hook))
            problems_.error("L01", fact.where, "a draft on a hook that carries no orders",
                            "add hook: order-sign or hook: order-select");
        auto const resource = service ? resources_.serviceRequest(fact, id, true)
                                      : resources_.draftMedication(fact, id);
        byKey_["context.draftOrders"].push_back(resource.json);
        if (fact.text("selected") != "no")
            selections_.push_back((service ? "ServiceRequest/" : "MedicationRequest/") + id);
    }

    [[nodiscard]] bool needsEncounter() const
    {
        return encounter_ != nullptr || !reasons_.empty() || linked_ ||
               test_.hook == Hook::EncounterStart;
    }

    void writeBundle(JsonText& json, std::string_view key, std::string_view type)
    {
        json.object(key.substr(key.find('.') + 1), [&] {
            json.member("resourceType", "Bundle");
            json.member("type", type);
            json.array("entry", [&] {
                for (auto const& resource : byKey_[std::string{key}])
                    json.object([&] { json.key("resource").json(resource); });
            });
        });
    }

    void writeContext(JsonText& json)
    {
        json.member("userId", "Practitioner/u1");
        json.member("patientId", ResourceWriter::kPatient);
        if (needsEncounter()) json.member("encounterId", ResourceWriter::kEncounter);
        if (test_.hook == Hook::ProblemListItemCreate)
            writeBundle(json, "context.conditions", "collection");
        if (test_.hook == Hook::OrderSelect)
            json.array("selections", [&] {
                for (auto const& selection : selections_) json.value(selection);
                if (selections_.empty()) json.value("MedicationRequest/other");
            });
        if (isOrderHook(test_.hook)) writeBundle(json, "context.draftOrders", "collection");
    }

    void writePrefetch(JsonText& json)
    {
        for (auto const key : cds::allKeys()) {
            if (holds(test_.absent, key)) continue;
            if (holds(test_.failed, key))
                writeFailure(json, key);
            else if (key == "patient" || key == "encounter")
                writeRead(json, key);
            else
                writeBundle(json, key, "searchset");
        }
        if (byKey_.contains("encounters")) writeBundle(json, "encounters", "searchset");
    }

    void writeRead(JsonText& json, std::string_view key)
    {
        auto const found = byKey_.find(std::string{key});
        json.key(key);
        if (found == byKey_.end())
            json.null();
        else
            json.json(found->second.front());
    }

    static void writeFailure(JsonText& json, std::string_view key)
    {
        json.object(key, [&] {
            json.member("resourceType", "OperationOutcome");
            json.listOfOne("issue", [&] {
                json.member("severity", "error");
                json.member("code", "exception");
            });
        });
    }

    Case const& test_;
    ResourceWriter resources_;
    Problems& problems_;
    std::map<std::string, std::vector<std::string>> byKey_;
    std::vector<Fact const*> reasons_; // of the encounter
    std::vector<std::string> selections_;
    Fact const* encounter_ = nullptr;
    bool linked_ = false; // some fact belongs to the current encounter
};

} // namespace

std::string writeRequest(Case const& test, rules::RuleSet const& rules, Problems& problems)
{
    return RequestWriter{test, rules, problems}.write();
}

} // namespace tcds::cases
