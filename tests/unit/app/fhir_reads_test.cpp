#include "server/app/fhir_reads.hpp"

#include "tests/support/json_edit.hpp"
#include "tests/unit/app/calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::app::test {

namespace {

using tcds::test::with;
using tcds::test::without;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kBase = "https://ehr.example.org/fhir";

cds::HookRequest requestOf(std::string const& body)
{
    auto request = cds::readHookRequest(body, *cds::findService("twitch-patient-view"));
    if (!request) throw std::runtime_error{request.error().what};
    return std::move(*request);
}

std::string authorized(std::string_view patient = "pt1", std::string_view life = "300")
{
    auto body = with(call(), "/fhirServer", R"("https://ehr.example.org/fhir")");
    return with(body, "/fhirAuthorization",
                R"({"access_token":"t0k","token_type":"Bearer","scope":"patient/*.rs",)"
                R"("subject":"twitch-cds","patient":")" +
                    std::string{patient} + R"(","expires_in":)" + std::string{life} + "}");
}

FhirTerms listed()
{
    FhirTerms terms;
    terms.bases = {"https://other.example.org/fhir", std::string{kBase}};
    return terms;
}

TEST(ReadableServer, ListedWithATokenOfThisPatient) // FHIR-01
{
    auto const base = readableServer(requestOf(authorized()), listed());

    ASSERT_TRUE(base) << base.error().what;
    EXPECT_EQ(*base, kBase);
    // REQ-09: a token that is bound to nobody by name is this user's to lend.
    EXPECT_TRUE(
        readableServer(requestOf(without(authorized(), "/fhirAuthorization/patient")), listed()));
}

TEST(ReadableServer, ScopesAreNotInterpreted) // FHIR-04, TOL-06
{
    for (auto const* scope : {R"("patient/Observation.read")", R"("patient/Observation.rs")",
                              R"("user/*.*")", R"("epic.scanning.dmsusername")"})
        EXPECT_TRUE(readableServer(requestOf(with(authorized(), "/fhirAuthorization/scope", scope)),
                                   listed()))
            << scope;
}

TEST(ReadableServer, NotWithoutReason)
{
    struct Row {
        char const* name;
        std::string body;
        FhirTerms terms;
        char const* why;
    };
    FhirTerms none;
    FhirTerms anonymous = listed();
    anonymous.anonymous = true;
    auto const withoutToken = without(authorized(), "/fhirAuthorization");
    for (auto const& row : {
             Row{"no server", call(), listed(), "names no fhirServer"},
             Row{"nothing listed", authorized(), none, "not listed"},
             Row{"another server", with(authorized(), "/fhirServer", R"("https://evil.example/")"),
                 listed(), "not listed"},                                          // CTL-01
             Row{"no token", withoutToken, listed(), "no access token"},           // FHIR-07
             Row{"other patient", authorized("pt2"), listed(), "another patient"}, // REQ-09, CTL-07
             Row{"other patient, open server", authorized("pt2"), anonymous, "another patient"},
             Row{"token over", authorized("pt1", "0"), listed(), "expired"}, // FHIR-02
         }) {
        auto const base = readableServer(requestOf(row.body), row.terms);
        ASSERT_FALSE(base) << row.name;
        EXPECT_THAT(base.error().what, HasSubstr(row.why)) << row.name;
        EXPECT_THAT(base.error().what + base.error().fix, testing::Not(HasSubstr("t0k")));
    }
    EXPECT_TRUE(readableServer(requestOf(withoutToken), anonymous)); // FHIR-07
}

/// An answer of the FHIR server to one query.
client::Answer answerOf(std::string key, client::Outcome outcome,
                        std::vector<std::string> const& texts = {}, std::size_t step = 0)
{
    client::Answer answer;
    answer.key = std::move(key);
    answer.outcome = outcome;
    answer.step = step;
    answer.status = 200;
    answer.took = std::chrono::milliseconds{42};
    answer.requestId = "r1";
    for (auto const& text : texts) {
        answer.documents.push_back(*json::Document::parse(text));
        answer.digests.push_back("digest");
    }
    return answer;
}

/// Asks one question, takes one answer; what was added to the inputs of a call without prefetch.
struct Taken {
    Taken(cds::FhirQuery query, client::Answer answer)
        : request{requestOf(without(call(), "/prefetch"))}
    {
        std::vector<cds::FhirQuery> queries;
        queries.push_back(std::move(query));
        (void)reads.ask(std::move(queries));
        std::vector<client::Answer> answers;
        answers.push_back(std::move(answer));
        reads.take(std::move(answers), request);
    }

    cds::HookRequest request;
    FhirReads reads;
};

cds::FhirQuery const kLabs{"labs",
                           {{"Observation?patient=pt1&code=2823-3"},
                            {"Observation?patient=pt1&category=laboratory"},
                            {"Observation?patient=pt1&code=2823-3"}},
                           2,
                           false};

TEST(FhirReads, PagesBecomeInputsThatContinue)
{
    Taken const taken{kLabs, answerOf("labs", client::Outcome::Ok, {"{}", "{}"})};

    ASSERT_THAT(taken.request.inputs, SizeIs(2));
    for (auto const& input : taken.request.inputs) {
        EXPECT_EQ(input.key, "labs");
        EXPECT_EQ(input.via, "fhir");
        EXPECT_NE(input.value, nullptr);
        EXPECT_EQ(input.failure, SourceStatus::Ok);
        EXPECT_TRUE(input.continued);
    }
}

TEST(FhirReads, FailureSaysWhy)
{
    struct Row {
        client::Outcome outcome;
        SourceStatus status;
    };
    for (auto const& row : {Row{client::Outcome::Denied, SourceStatus::Denied},
                            Row{client::Outcome::Timeout, SourceStatus::Timeout},
                            Row{client::Outcome::Invalid, SourceStatus::Invalid},
                            Row{client::Outcome::Error, SourceStatus::Failed},
                            Row{client::Outcome::Partial, SourceStatus::Timeout}}) {
        Taken const taken{kLabs, answerOf("labs", row.outcome)};
        ASSERT_THAT(taken.request.inputs, SizeIs(1));
        EXPECT_EQ(taken.request.inputs[0].value, nullptr);
        EXPECT_EQ(taken.request.inputs[0].failure, row.status);
    }
}

TEST(FhirReads, AFewCodesForTheWholeListArePartial)
{
    Taken const taken{kLabs, answerOf("labs", client::Outcome::Ok, {"{}"}, 2)};

    EXPECT_EQ(taken.request.inputs.at(0).failure, SourceStatus::Partial);
}

TEST(FhirReads, AnotherPatientIsWorthNothing) // CTL-07, PFD-12
{
    cds::FhirQuery const query{"patient", {{"Patient/pt1"}}, 1, false};
    Taken const other{query, answerOf("patient", client::Outcome::Ok, {patient("pt2")})};
    Taken const same{query, answerOf("patient", client::Outcome::Ok, {patient("pt1")})};

    EXPECT_EQ(other.request.inputs.at(0).value, nullptr);
    EXPECT_EQ(other.request.inputs.at(0).failure, SourceStatus::Invalid);
    EXPECT_NE(same.request.inputs.at(0).value, nullptr);
}

TEST(FhirReads, MedicationThatCannotBeReadLeavesTheListAsItIs)
{
    cds::FhirQuery const query{"medications", {{"Medication/m1"}}, 1, false};
    Taken const failed{query, answerOf("medications", client::Outcome::Error)};
    Taken const read{query, answerOf("medications", client::Outcome::Ok, {"{}"})};

    EXPECT_THAT(failed.request.inputs, IsEmpty());
    EXPECT_THAT(failed.reads.fetched(), IsEmpty());
    EXPECT_THAT(read.request.inputs, SizeIs(1));
}

TEST(FhirReads, RecordNamesTheQueryWithoutTheIdsOfTheCall)
{
    auto request = requestOf(with(without(call(), "/prefetch"), "/context/encounterId", R"("e7")"));
    FhirReads reads;
    (void)reads.ask({{"encounterDiagnoses", {{"Condition?patient=pt1&encounter=e7"}}, 1, false},
                     {"labs", {{"https://ehr.example.org/fhir?page=pt1"}}, 1, true}});
    std::vector<client::Answer> answers;
    answers.push_back(answerOf("encounterDiagnoses", client::Outcome::Ok, {"{}"}));
    answers.push_back(answerOf("labs", client::Outcome::Timeout));
    reads.take(std::move(answers), request);

    ASSERT_THAT(reads.fetched(), SizeIs(2));
    EXPECT_EQ(reads.fetched()[0].query, "Condition?patient={patientKey}&encounter={encounterKey}");
    EXPECT_EQ(reads.fetched()[0].sha256, "digest");
    EXPECT_EQ(reads.fetched()[0].milliseconds, 42U);
    EXPECT_EQ(reads.fetched()[1].query, "{next}"); // opaque: may hold anything
}

} // namespace

} // namespace tcds::app::test
