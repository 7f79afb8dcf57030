#include "tests/bench/many_charts.hpp"

#include "fhir/base/datetime.hpp"

#include <array>
#include <chrono>
#include <vector>

namespace tcds::bench {

namespace {

struct Coded {
    std::string_view code, name;
};
constexpr std::array kMedicines{
    Coded{"313988", "furosemide 40 MG Oral Tablet"},
    Coded{"402014", "omeprazole 20 MG Delayed Release Oral Capsule"},
    Coded{"198371", "torsemide 20 MG Oral Tablet"},
    Coded{"312938", "sertraline 50 MG Oral Tablet"},
    Coded{"314076", "lisinopril 10 MG Oral Tablet"},
    Coded{"197361", "amlodipine 5 MG Oral Tablet"},
    Coded{"310431", "gabapentin 300 MG Oral Capsule"},
    Coded{"313585", "24 HR venlafaxine 75 MG Extended Release Oral Capsule"},
    Coded{"312615", "prednisone 20 MG Oral Tablet"},
    Coded{"617311", "atorvastatin 40 MG Oral Tablet"},
    Coded{"197444", "carbidopa 25 MG / levodopa 100 MG Oral Tablet"},
    Coded{"310009", "donepezil 10 MG Oral Tablet"},
    Coded{"314200", "pantoprazole 40 MG Delayed Release Oral Tablet"},
    Coded{"861007", "metformin 500 MG Oral Tablet"},
};
constexpr std::array kProblems{
    Coded{"I10", "Essential hypertension"},
    Coded{"I50.9", "Heart failure, unspecified"},
    Coded{"E11.9", "Type 2 diabetes mellitus without complications"},
    Coded{"K21.9", "Gastro-esophageal reflux disease without esophagitis"},
    Coded{"G20", "Parkinson's disease"},
    Coded{"N18.3", "Chronic kidney disease, stage 3"},
};
constexpr std::array kComplaints{
    Coded{"R25.3", "Fasciculation"}, Coded{"R25.3", "Fasciculation"},
    Coded{"R25.2", "Cramp and spasm"}, Coded{"M54.5", "Low back pain"}, // none of ours
};

struct Analyte {
    std::string_view loinc, unit;
    std::array<std::string_view, 5> values; // "" = not measured
};
constexpr std::array kAnalytes{
    Analyte{"2823-3", "mmol/L", {"2.9", "3.3", "4.2", "4.4", ""}}, // potassium
    Analyte{"2601-3", "mmol/L", {"0.52", "0.66", "0.84", "", ""}}, // magnesium
    Analyte{"2951-2", "mmol/L", {"128", "139", "141", "", ""}},    // sodium
    Analyte{"2000-8", "mmol/L", {"1.96", "2.31", "", "", ""}},     // calcium
    Analyte{"1751-7", "g/dL", {"4.1", "4.0", "", "", ""}},         // albumin
    Analyte{"2160-0", "mg/dL", {"0.8", "1.1", "2.2", "", ""}},     // creatinine
    Analyte{"3016-3", "m[IU]/L", {"2.1", "0.02", "", "", ""}},     // thyrotropin
    Analyte{"2157-6", "U/L", {"110", "2400", "", "", ""}},         // creatine kinase
};

constexpr std::size_t kMedicinesEach = 3;

/// The day so many days before another.
std::string before(std::string_view day, unsigned days)
{
    return toDay(parseDateTime(day)->first() - std::chrono::days{days});
}

std::string name(char kind, std::size_t number) { return kind + std::to_string(number); }

/// One resource after the other, each as a small server sends it.
class Chart
{
public:
    Chart(Visit const& visit, std::string_view day)
        : day_{day}, patient_{name('p', visit.patient)}, lasting_{visit.patient},
          passing_{visit.encounter * 7919 + 1}
    {
        text_.reserve(6000);
    }

    void patient()
    {
        auto const year = 1936 + lasting_.below(60);
        put(R"("patient":{"resourceType":"Patient","id":")", patient_, R"(","gender":")",
            lasting_.percent(52) ? "female" : "male", R"(","birthDate":")", std::to_string(year),
            R"(-04-12"})");
    }

    void conditions(std::size_t encounter)
    {
        open("conditions");
        condition(kComplaints[passing_.below(kComplaints.size())], name('c', encounter),
                  before(day_, 1 + static_cast<unsigned>(passing_.below(20))));
        condition(kProblems[lasting_.below(kProblems.size())], "d", "2023-05-09");
        close();
    }

    void medications()
    {
        open("medications");
        auto const first = lasting_.below(kMedicines.size());
        for (std::size_t i = 0; i < kMedicinesEach; ++i)
            medication(kMedicines[(first + 5 * i) % kMedicines.size()], name('m', i), "active",
                       before(day_, 20 + static_cast<unsigned>(lasting_.below(200))));
        close();
    }

    void labs()
    {
        open("labs");
        auto const taken = before(day_, 1 + static_cast<unsigned>(passing_.below(6)));
        for (std::size_t i = 0; i < kAnalytes.size(); ++i) {
            auto const& analyte = kAnalytes[i];
            auto const value = analyte.values[passing_.below(analyte.values.size())];
            if (value.empty()) continue;
            next();
            put(R"({"resource":{"resourceType":"Observation","id":")", name('o', i),
                R"(","meta":{"versionId":"1"},"status":"final","category":[{"coding":[{"system":)"
                R"("http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory")"
                R"(}]}],"code":{"coding":[{"system":"http://loinc.org","code":")",
                analyte.loinc, R"("}]},)", subject(), R"(,"effectiveDateTime":")", taken,
                R"(T06:40:00Z","valueQuantity":{"value":)", value, R"(,"unit":")", analyte.unit,
                R"(","system":"http://unitsofmeasure.org","code":")", analyte.unit, R"("}}})");
        }
        close();
    }

    void draftOrder()
    {
        open("draftOrders");
        medication(kMedicines[passing_.below(kMedicines.size())], "new", "draft",
                   std::string{day_});
        close();
    }

    template <class... Texts>
    void put(Texts const&... texts)
    {
        (text_.append(texts), ...);
    }

    std::string take() { return std::move(text_); }

private:
    void open(std::string_view key)
    {
        put("\"", key, R"(":{"resourceType":"Bundle","type":")",
            key == "draftOrders" ? "collection" : "searchset", R"(","entry":[)");
        first_ = true;
    }
    void close() { put("]}"); }
    void next()
    {
        if (!first_) text_ += ',';
        first_ = false;
    }
    [[nodiscard]] std::string subject() const
    {
        return R"("subject":{"reference":"Patient/)" + patient_ + "\"}";
    }

    void condition(Coded const& problem, std::string_view id, std::string_view recorded)
    {
        next();
        put(R"({"resource":{"resourceType":"Condition","id":")", id,
            R"(","clinicalStatus":{"coding":[{"system":)"
            R"("http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},)"
            R"("code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":")",
            problem.code, R"(","display":")", problem.name, R"("}]},)", subject(),
            R"(,"onsetDateTime":")", recorded, R"(","recordedDate":")", recorded, R"("}})");
    }

    void medication(Coded const& medicine, std::string_view id, std::string_view status,
                    std::string const& authored)
    {
        next();
        put(R"({"resource":{"resourceType":"MedicationRequest","id":")", id, R"(","status":")",
            status,
            R"(","intent":"order","medicationCodeableConcept":{"coding":[{"system":)"
            R"("http://www.nlm.nih.gov/research/umls/rxnorm","code":")",
            medicine.code, R"(","display":")", medicine.name, R"("}]},)", subject(),
            R"(,"authoredOn":")", authored,
            R"(","dosageInstruction":[{"timing":{"repeat":{"frequency":1,"period":1,)"
            R"("periodUnit":"d"}},"route":{"text":"oral"}}]}})");
    }

    std::string_view day_;
    std::string patient_;
    Dice lasting_, passing_;
    bool first_ = true;
    std::string text_;
};

std::string uuid(Dice& dice)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text = "00000000-0000-4000-8000-000000000000";
    auto bits = dice.next();
    for (auto const at : {0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 30, 31, 32, 33}) {
        text[static_cast<std::size_t>(at)] = kDigits[bits & 15U];
        bits >>= 4U;
    }
    return text;
}

void putHead(Chart& chart, std::string_view hook, Visit const& visit, Dice& dice)
{
    chart.put(R"({"hook":")", hook, R"(","hookInstance":")", uuid(dice), R"(","fhirServer":")",
              visit.fhirServer, R"(","context":{"userId":"Practitioner/u)",
              std::to_string(visit.user), R"(","patientId":")", name('p', visit.patient),
              R"(","encounterId":")", name('e', visit.encounter), "\"");
}

void putPrefetch(Chart& chart, Visit const& visit)
{
    chart.put(R"(},"prefetch":{)");
    chart.patient();
    chart.put(",");
    chart.conditions(visit.encounter);
    chart.put(",");
    chart.medications();
    chart.put(",");
    chart.labs();
    chart.put("}}");
}

} // namespace

std::string viewBody(Visit const& visit, std::string_view day, Dice& dice)
{
    Chart chart{visit, day};
    putHead(chart, "patient-view", visit, dice);
    putPrefetch(chart, visit);
    return chart.take();
}

std::string signBody(Visit const& visit, std::string_view day, Dice& dice)
{
    Chart chart{visit, day};
    putHead(chart, "order-sign", visit, dice);
    chart.put(",");
    Chart draft{{visit.patient, visit.encounter + 1, visit.user, visit.fhirServer}, day};
    draft.draftOrder();
    chart.put(draft.take());
    putPrefetch(chart, visit);
    return chart.take();
}

} // namespace tcds::bench
