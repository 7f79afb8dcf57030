#include "server/cds/search.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::cds {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ParseQuery, TakesAReadApart)
{
    auto const query = parseQuery("Patient/pt-1.a");

    EXPECT_EQ(query.type, "Patient");
    EXPECT_EQ(query.id, "pt-1.a");
    EXPECT_TRUE(query.patient.empty());
}

TEST(ParseQuery, TakesEveryParameterOfOurTemplates)
{
    auto const query = parseQuery("Observation?patient=p1&code=2823-3,6298-4&category=laboratory"
                                  "&status=active,completed&intent=order,plan&encounter=e1"
                                  "&_sort=-date&_count=100");

    EXPECT_EQ(query.type, "Observation");
    EXPECT_EQ(query.id, "");
    EXPECT_THAT(query.patient, ElementsAre("p1"));
    EXPECT_THAT(query.code, ElementsAre("2823-3", "6298-4"));
    EXPECT_THAT(query.category, ElementsAre("laboratory"));
    EXPECT_THAT(query.status, ElementsAre("active", "completed"));
    EXPECT_THAT(query.intent, ElementsAre("order", "plan"));
    EXPECT_THAT(query.encounter, ElementsAre("e1"));
    EXPECT_TRUE(query.newestFirst);
    EXPECT_EQ(query.count, 100U);
}

TEST(ParseQuery, SurvivesOddTexts)
{
    for (auto const* text : {"", "?", "Patient", "Patient/", "X?&&", "X?a", "X?=b", "X?_count=many",
                             "X?code=,,", "X?patient="})
        (void)parseQuery(text);
    EXPECT_EQ(parseQuery("X?_count=many").count, 0U);
    EXPECT_THAT(parseQuery("X?code=,a,,b,").code, ElementsAre("a", "b"));
    EXPECT_EQ(parseQuery("Patient").type, "Patient");
}

/// The resources of a JSON array, searched.
class Chart
{
public:
    explicit Chart(std::string text) : document_{*json::Document::parse(std::move(text))}
    {
        for (auto const& item : document_.root().GetArray()) resources_.push_back(&item);
    }

    [[nodiscard]] std::vector<std::string> find(std::string_view query) const
    {
        std::vector<std::string> ids;
        for (auto const* resource : search(parseQuery(query), resources_))
            ids.emplace_back(json::textOf(*resource, "id"));
        return ids;
    }

private:
    json::Document document_;
    std::vector<json::Value const*> resources_;
};

TEST(Search, MatchesTypeAndPatientByRelativeAndAbsoluteReference)
{
    Chart const chart{R"([
        {"resourceType":"Condition","id":"a","subject":{"reference":"Patient/p1"}},
        {"resourceType":"Condition","id":"b","subject":{"reference":"https://e.org/fhir/Patient/p1"}},
        {"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p11"}},
        {"resourceType":"Condition","id":"d","subject":{"reference":"XPatient/p1"}},
        {"resourceType":"Condition","id":"e"},
        {"resourceType":"Condition","id":"f","patient":{"reference":"Patient/p1"}},
        {"resourceType":"Procedure","id":"g","subject":{"reference":"Patient/p1"}}])"};

    EXPECT_THAT(chart.find("Condition?patient=p1"), ElementsAre("a", "b", "f"));
    EXPECT_THAT(chart.find("Procedure?patient=p1"), ElementsAre("g"));
    EXPECT_THAT(chart.find("Device?patient=p1"), IsEmpty());
}

TEST(Search, FindsThePatientOfAnAppointmentAmongItsParticipants)
{
    Chart const chart{R"([
        {"resourceType":"Appointment","id":"a","participant":[
            {"actor":{"reference":"Practitioner/p1"}},{"actor":{"reference":"Patient/p1"}}]},
        {"resourceType":"Appointment","id":"b","participant":[
            {"actor":{"reference":"Patient/p2"}}]}])"};

    EXPECT_THAT(chart.find("Appointment?patient=p1"), ElementsAre("a"));
}

TEST(Search, ReadsByTypeAndId)
{
    Chart const chart{R"([{"resourceType":"Patient","id":"p1"},{"resourceType":"Patient","id":"p2"},
                          {"resourceType":"Encounter","id":"p2"}])"};

    EXPECT_THAT(chart.find("Patient/p2"), ElementsAre("p2"));
    EXPECT_THAT(chart.find("Encounter/p1"), IsEmpty());
}

TEST(Search, MatchesACategoryOfEveryShape) // TOL-10, T-36
{
    Chart const chart{R"([
        {"resourceType":"Condition","id":"list","category":[{"coding":[{"code":"x"},{"code":"problem-list-item"}]}]},
        {"resourceType":"Condition","id":"object","category":{"coding":[{"code":"problem-list-item"}]}},
        {"resourceType":"Condition","id":"coding","category":[{"code":"problem-list-item"}]},
        {"resourceType":"Condition","id":"text","category":"problem-list-item"},
        {"resourceType":"Condition","id":"texts","category":["problem-list-item"]},
        {"resourceType":"Condition","id":"other","category":[{"coding":[{"code":"encounter-diagnosis"}]}]},
        {"resourceType":"Condition","id":"none"},
        {"resourceType":"Condition","id":"odd","category":[7,null,[]]}])"};

    EXPECT_THAT(chart.find("Condition?category=problem-list-item"),
                ElementsAre("list", "object", "coding", "text", "texts"));
}

TEST(Search, MatchesCodeStatusIntentAndEncounter)
{
    Chart const chart{R"([
        {"resourceType":"MedicationRequest","id":"a","status":"active","intent":"order","encounter":{"reference":"Encounter/e1"}},
        {"resourceType":"MedicationRequest","id":"b","status":"active","intent":"proposal"},
        {"resourceType":"MedicationRequest","id":"c","status":"stopped","intent":"plan"},
        {"resourceType":"MedicationRequest","id":"d","status":"active","intent":"plan","encounter":{"reference":"Encounter/e2"}},
        {"resourceType":"Observation","id":"k","code":{"coding":[{"code":"2823-3"}]}},
        {"resourceType":"Observation","id":"u","code":{"coding":[{"code":"2828-2"}]}}])"};

    EXPECT_THAT(chart.find("MedicationRequest?intent=order,plan&status=active"),
                ElementsAre("a", "d"));
    EXPECT_THAT(chart.find("MedicationRequest?status=stopped,completed,on-hold"), ElementsAre("c"));
    EXPECT_THAT(chart.find("MedicationRequest?encounter=e1"), ElementsAre("a"));
    EXPECT_THAT(chart.find("Observation?code=2823-3,6298-4"), ElementsAre("k"));
}

TEST(Search, SortsByDateNewestFirstWhateverTheDateIsCalled)
{
    Chart const chart{R"([
        {"resourceType":"Observation","id":"none"},
        {"resourceType":"Observation","id":"day","effectiveDateTime":"2026-01-10"},
        {"resourceType":"Observation","id":"zone","effectiveDateTime":"2026-01-10T01:00:00+02:00"},
        {"resourceType":"Observation","id":"instant","effectiveInstant":"2026-01-12T00:00:00Z"},
        {"resourceType":"Observation","id":"period","effectivePeriod":{"start":"2025-01-01","end":"2026-01-11"}},
        {"resourceType":"Observation","id":"issued","issued":"2026-01-13T00:00:00Z"}])"};

    EXPECT_THAT(chart.find("Observation?_sort=-date"),
                ElementsAre("issued", "instant", "period", "day", "zone", "none"));
    EXPECT_THAT(chart.find("Observation?_sort=-date&_count=2"), ElementsAre("issued", "instant"));
    EXPECT_THAT(chart.find("Observation?_count=2"), ElementsAre("none", "day"));
    EXPECT_EQ(chart.find("Observation?_count=0").size(), 6U);
}

} // namespace

} // namespace tcds::cds
