#include "reading_chart.hpp"

#include <array>

namespace tcds::fhir::test {
namespace {

constexpr std::array<char const*, 13> kTypes{"Patient",
                                             "Observation",
                                             "DiagnosticReport",
                                             "Condition",
                                             "Encounter",
                                             "MedicationRequest",
                                             "MedicationStatement",
                                             "MedicationDispense",
                                             "MedicationAdministration",
                                             "Procedure",
                                             "ServiceRequest",
                                             "Appointment",
                                             "QuestionnaireResponse"};

constexpr std::array<char const*, 40> kMembers{"id",
                                               "meta",
                                               "status",
                                               "code",
                                               "subject",
                                               "patient",
                                               "contained",
                                               "category",
                                               "component",
                                               "hasMember",
                                               "result",
                                               "note",
                                               "specimen",
                                               "interpretation",
                                               "referenceRange",
                                               "valueQuantity",
                                               "valueString",
                                               "valueCodeableConcept",
                                               "effectiveDateTime",
                                               "effectivePeriod",
                                               "issued",
                                               "medicationCodeableConcept",
                                               "medicationReference",
                                               "medication",
                                               "dosageInstruction",
                                               "dosage",
                                               "dispenseRequest",
                                               "reasonCode",
                                               "reasonReference",
                                               "reason",
                                               "encounter",
                                               "onsetDateTime",
                                               "onsetAge",
                                               "clinicalStatus",
                                               "verificationStatus",
                                               "item",
                                               "participant",
                                               "class",
                                               "location",
                                               "bodySite"};

constexpr std::array<char const*, 12> kShapes{
    "null",
    "true",
    "7",
    "-1e40",
    R"("")",
    R"("text")",
    "[]",
    "{}",
    "[null,[],{},7]",
    R"({"coding":7,"text":[],"reference":{}})",
    R"([{"coding":[null,7,{"code":{}}],"text":{}}])",
    R"({"reference":"#","start":[],"end":{},"value":{},"low":[],"coding":[{"system":7,"code":"a","display":[]}]})"};

TEST(Robustness, WrongTypesAnywhereAreReadWithoutHarm)
{
    for (auto const* type : kTypes)
        for (auto const* member : kMembers)
            for (auto const* shape : kShapes) {
                SCOPED_TRACE(std::string{type} + " " + member + " " + shape);
                std::string const bare = std::string{"\""} + member + "\":" + shape;
                std::string base =
                    R"("status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]})";
                if (std::string{member} == "status" || std::string{member} == "code")
                    base = R"("x":1)";
                auto const context = Call{}
                                         .with("labs", resource(type, bare))
                                         .with("other", resource(type, base + "," + bare))
                                         .tryRead();

                // A Patient whose id is another text is refused; everything else is read.
                if (!context) {
                    EXPECT_EQ(context.error().kind, Error::Kind::BadRequest);
                }
            }
}

TEST(Robustness, AbsurdDatesAreNoDates)
{
    for (auto const* date : {"0000-00-00", "9999-99-99", "2026-02-30", "-1", "2026-03-01T25:00:00Z",
                             "1799-12-31", "2200-01-01", "T"}) {
        SCOPED_TRACE(date);
        auto const text = std::string{"\""} + date + "\"";
        auto const context =
            Call{}
                .with("conditions",
                      resource("Condition", R"("code":{"text":"twitching"},"onsetDateTime":)" +
                                                text + R"(,"recordedDate":)" + text))
                .with(
                    "medications",
                    resource(
                        "MedicationRequest",
                        R"("status":"active","intent":"order","medicationCodeableConcept":{"text":"furosemide"},"authoredOn":)" +
                            text))
                .with("labs",
                      potassium(
                          R"("valueQuantity":{"value":3.1,"unit":"mmol/L"},"effectiveDateTime":)" +
                          text))
                .read();

        EXPECT_EQ(context.complaints.size(), 1U);
        EXPECT_FALSE(context.medications.at(0).start);
        EXPECT_FALSE(context.labs.at(0).taken);
    }
}

TEST(Robustness, HugeNumbersAreNoDoseAndNoSupply)
{
    auto const context =
        Call{}
            .with("medications",
                  resource("MedicationRequest",
                           R"("status":"active","intent":"order","authoredOn":"2026-02-01",
                "medicationCodeableConcept":{"text":"furosemide"},
                "dispenseRequest":{"numberOfRepeatsAllowed":999999999999,"expectedSupplyDuration":{"value":1e30,"unit":"d"}},
                "dosageInstruction":[{"timing":{"repeat":{"frequency":1e30,"period":1e-30,"periodUnit":"d","boundsDuration":{"value":99999999,"unit":"a"}}},
                  "doseAndRate":[{"doseQuantity":{"value":1e50,"unit":"mg"}}]}])"))
            .read();

    EXPECT_EQ(context.medications.at(0).state, UseState::Active);
    EXPECT_FALSE(context.medications.at(0).supplyEnd);
}

TEST(Robustness, LongestDurationsStayInTheCalendar)
{
    auto const context =
        Call{}
            .with("medications",
                  resource("MedicationRequest",
                           R"("status":"active","intent":"order","authoredOn":"2026-02-01",
                "medicationCodeableConcept":{"text":"furosemide"},
                "dispenseRequest":{"numberOfRepeatsAllowed":99,"expectedSupplyDuration":{"value":100000,"unit":"a"}})"))
            .read();

    EXPECT_EQ(context.medications.at(0).state, UseState::Active);
}

} // namespace
} // namespace tcds::fhir::test
