#include "hospital.hpp"

#include "tests/unit/auth/signer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace tcds::doctor::test {

namespace {

using testing::HasSubstr;
using testing::Not;

std::string textOf(Report const& report) { return asText({report}, false) + asJson({report}); }

/// "" when some finding is as wanted; else all of them.
std::string unlessFound(Report const& report, Level level, std::string_view where,
                        std::string_view what, std::string_view fix)
{
    auto const holds = [](std::string const& text, std::string_view part) {
        return text.find(part) != std::string::npos;
    };
    auto const found = std::ranges::any_of(report.findings, [&](Finding const& finding) {
        return finding.level == level && holds(finding.where, where) && holds(finding.what, what) &&
               holds(finding.fix, fix);
    });
    return found ? "" : asText({report}, false);
}

TEST(Doctor, FindsNothingWhereAllIsWell)
{
    Hospital hospital;

    auto const report = hospital.visit();

    auto const good = std::ranges::all_of(report.findings, [](Finding const& finding) {
        return finding.level == Level::Ok && finding.fix.empty();
    });
    EXPECT_TRUE(good) << asText({report}, false);
    EXPECT_FALSE(hasProblem({report}));
    for (auto const* key : {"patient", "conditions", "medications", "labs", "encounter",
                            "encounterDiagnoses", "complaints"})
        EXPECT_EQ(unlessFound(report, Level::Ok, std::string{" "} + key, "200, ", ""), "") << key;
    EXPECT_EQ(unlessFound(report, Level::Ok, "jku", "kid \"k1\" for ES384", ""), "");
    EXPECT_EQ(unlessFound(report, Level::Ok, "fhir_servers", "expires in 89 days", ""), "");
}

struct Fault {
    std::string name;
    std::function<void(Hospital&)> seed;
    std::string where, what, fix;
};

std::vector<Fault> faults()
{
    using auth::test::SigningKey;
    return {
        {"the base has a typing error", [](Hospital& h) { h.path = "/fihr"; }, "fhir_servers",
         "answers 404 to metadata", "compare the base URL"},
        {"the base leads to a web page",
         [](Hospital& h) {
             h.answers["/fhir/metadata"] = {200, "<!DOCTYPE html><html></html>", "text/html"};
         },
         "fhir_servers", "web page", "compare the base URL"},
        {"the base is redirected",
         [](Hospital& h) {
             h.answers["/fhir/metadata"] = {302, "", "text/plain"};
         },
         "fhir_servers", "redirected (302)", "write the base URL that the redirect leads to"},
        {"the host name has no address", [](Hospital& h) { h.host = "fhri.example.org"; },
         "fhir_servers", "fhri.example.org has no address", "check its spelling"},
        {"nothing listens", [](Hospital& h) { h.listens = false; }, "fhir_servers",
         "nothing listens", "check host and port"},
        {"the authority is unknown", [](Hospital& h) { h.trusted = false; }, "fhir_servers",
         "authority that is not trusted here, CN = Authority of a test", "fhir.ca_file"},
        {"the certificate has expired",
         [](Hospital& h) {
             h.life = {-7200, -3600};
         },
         "fhir_servers", "certificate expired on 2", "renew"},
        {"the certificate is for another host",
         [](Hospital& h) { h.names = "DNS:other.example.org,DNS:keys.example.org"; },
         "fhir_servers", "not for fhir.example.org but for other.example.org, keys.example.org",
         "with a name of the certificate"},
        {"a private address is not listed", [](Hospital& h) { h.listed = false; }, "fhir_servers",
         "127.0.0.1 (loopback address)", "fhir.networks"},
        {"the server speaks DSTU2",
         [](Hospital& h) {
             h.answers["/fhir/metadata"].body =
                 R"({"resourceType":"Conformance","fhirVersion":"1.0.2"})";
         },
         "fhir_servers", "1.0.2 (DSTU2)", "R4 endpoint"},
        {"the server speaks R5",
         [](Hospital& h) { h.answers["/fhir/metadata"].body = capabilityStatement("5.0.0"); },
         "fhir_servers", "5.0.0 (R5)", "R4 endpoint"},
        {"a scope is missing",
         [](Hospital& h) {
             h.answers["/fhir/MedicationRequest"] = {403, "{}"};
         },
         " medications", "403", "user/MedicationRequest.rs"},
        {"every form of a search is refused",
         [](Hospital& h) {
             h.answers["/fhir/Observation"] = {400, "{}"};
         },
         " labs", "400 to Observation?patient={{context.patientId}}", "lists such as code=A,B"},
        {"a search fails inside its Bundle",
         [](Hospital& h) {
             h.answers["/fhir/MedicationRequest"].body =
                 R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"OperationOutcome",
                    "issue":[{"severity":"error","code":"exception"}]}}]})";
         },
         " medications", "OperationOutcome", "run the query by hand"},
        {"the answers are about somebody else",
         [](Hospital& h) {
             h.answers["/fhir/Condition"].body =
                 R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Condition",
                    "subject":{"reference":"Patient/other"}}}]})";
         },
         " conditions", "1 of them about another patient", "not bound to the patient"},
        {"the patient is not known",
         [](Hospital& h) {
             h.answers["/fhir/Patient"] = {404, "{}"};
         },
         " patient", "no such patient; lost: every call is refused with 412", "--patient"},
        {"the token has expired",
         [](Hospital& h) {
             for (auto& [path, reply] : h.answers)
                 if (path != "/fhir/metadata") reply = {401, "{}"};
         },
         " all 7 queries", "401: the access token has expired", "get a new access token"},
        {"the clock is ten minutes off",
         [](Hospital& h) { h.clockAhead = std::chrono::minutes{10}; }, "fhir_servers",
         "600 s ahead", "NTP"},
        {"the clock is ten minutes behind",
         [](Hospital& h) { h.clockAhead = std::chrono::minutes{-10}; }, "fhir_servers", "s behind",
         "NTP"},
        {"no audience can be met", [](Hospital& h) { h.config.publicUrl.clear(); }, "audiences",
         "no token can be meant for this service", "set public_url"},
        {"the public URL holds the path",
         [](Hospital& h) { h.config.publicUrl = "https://cds.example.org/cds-services"; },
         "public_url", "/cds-services/cds-services/", "https://cds.example.org"},
        {"the audience is the issuer",
         [](Hospital& h) { h.entry.audiences = {"https://ehr.example.org"}; }, "audiences",
         "is the client itself", "`aud`"},
        {"the key set is a web page",
         [](Hospital& h) {
             h.keySet = {200, "\n<html>Sign in</html>", "text/html"};
         },
         "jku", "web page (HTML)", "URL of the key set itself"},
        {"the key set is not there", [](Hospital& h) { h.keySet.status = 404; }, "jku",
         "answers 404", "URL where its key set lies"},
        {"no key fits the algorithms",
         [](Hospital& h) { h.keySet.body = keySetOf(SigningKey::curve("P-256", "k1").jwk()); },
         "jku", "ES384, RS384: kid \"k1\" for ES256", "clients.algorithms"},
        {"no key has a kid",
         [](Hospital& h) {
             h.keySet.body = keySetOf(SigningKey::curve("P-384", "k1").jwkWithoutKid());
         },
         "jku", "no key that could verify a token", "with kid"},
        {"a private key is published",
         [](Hospital& h) {
             h.keySet.body = keySetOf(SigningKey::curve("P-384", "k1").jwk(R"(,"d":"AAAA")"));
         },
         "jku", "PRIVATE KEY PUBLISHED", "take it down"},
        {"the pinned key set is not there",
         [](Hospital& h) { h.entry.jwksFile = "no/such/file.json"; }, "jwks_file", "cannot be read",
         "check the path"},
    };
}

// JWT-05, JWT-09, CTL-01, CTL-02, CTL-13: what they refuse at run time is told beforehand.
TEST(Doctor, NamesTheFixOfEverySeededFault)
{
    for (auto const& fault : faults()) {
        SCOPED_TRACE(fault.name);
        Hospital hospital;
        fault.seed(hospital);

        auto const report = hospital.visit();

        EXPECT_EQ(unlessFound(report, Level::Problem, fault.where, fault.what, fault.fix), "");
        EXPECT_TRUE(hasProblem({report}));
        // FHIR-02, CTL-06
        auto const text = textOf(report);
        EXPECT_THAT(text, Not(HasSubstr(kToken)));
        EXPECT_THAT(text, Not(HasSubstr(kPatient)));
        EXPECT_THAT(text, Not(HasSubstr(kVisit)));
    }
}

// CTL-13, FHIR-02: a certificate that is read to its end is still not trusted.
TEST(Doctor, SendsNothingToAServerThatItDoesNotTrust)
{
    Hospital hospital;
    hospital.trusted = false;

    (void)hospital.visit();

    EXPECT_TRUE(hospital.heard.empty());
}

// CTL-06: key sets and metadata are open; the token goes with queries alone.
TEST(Doctor, SendsTheTokenWithQueriesAlone)
{
    Hospital hospital;

    (void)hospital.visit();

    std::size_t queries = 0;
    for (auto const& request : hospital.heard) {
        auto const open = request.target() == "/keys" || request.target() == "/fhir/metadata";
        EXPECT_EQ(request.field("Authorization"), open ? "-" : "Bearer " + std::string{kToken})
            << request.target();
        if (!open) ++queries;
    }
    EXPECT_EQ(queries, 7U);
}

TEST(Doctor, TellsAllFaultsOfOneCertificate)
{
    Hospital hospital;
    hospital.trusted = false;
    hospital.life = {-7200, -3600};
    hospital.names = "DNS:other.example.org";

    auto const report = hospital.visit();

    for (auto const* what : {"not trusted here", "expired", "but for other.example.org"})
        EXPECT_EQ(unlessFound(report, Level::Problem, "fhir_servers", what, ""), "") << what;
}

TEST(Doctor, WarnsOfACertificateThatEndsSoon)
{
    Hospital hospital;
    hospital.life = {-3600, 10L * 24 * 3600 + 1800};

    auto const report = hospital.visit();

    EXPECT_EQ(unlessFound(report, Level::Note, "fhir_servers", "expires in 10 days", "renew"), "");
    EXPECT_FALSE(hasProblem({report}));
}

TEST(Doctor, SaysWhichStepOfTheLadderWorked)
{
    Hospital hospital;
    hospital.answers["/fhir/MedicationRequest?patient=" + std::string{kPatient} +
                     "&intent=order,plan"] = {400, "{}"};

    auto const report = hospital.visit();

    EXPECT_EQ(
        unlessFound(report, Level::Note, " medications",
                    "step 2 of 3, "
                    "MedicationRequest?patient={{context.patientId}}&intent=order&status=active"
                    "; the server answers 400 to",
                    "the service does this by itself"),
        "");
    EXPECT_FALSE(hasProblem({report}));
}

TEST(Doctor, TakesOneAnsweredPlaceOfAComplaintForEnough) // decision D26
{
    Hospital hospital;
    hospital.answers["/fhir/Condition"] = {403, "{}"};

    auto const report = hospital.visit();

    EXPECT_EQ(unlessFound(report, Level::Note, " conditions", "lost: twitching on the problem list",
                          "user/Condition.rs"),
              "");
    EXPECT_FALSE(hasProblem({report})); // visit and chief complaint are read
}

/// An answer to a step of a ladder, with as many milliseconds.
Attempt attempt(std::size_t step, int status, std::chrono::milliseconds took)
{
    Attempt tried{step, {}};
    tried.answer.status = status;
    tried.answer.took = took;
    tried.answer.outcome = status == 200 ? client::Outcome::Ok : client::Outcome::Error;
    if (status == 200)
        tried.answer.documents.push_back(
            *json::Document::parse(R"({"resourceType":"Bundle","entry":[]})"));
    return tried;
}

TEST(Trial, CountsTheTimeOfAllStepsAgainstTheDeadlineOfACall) // TOL-21
{
    std::vector<Ladder> const ladders{{"conditions", {{"Condition?a=b"}, {"Condition"}}, true, 2}};
    for (auto const& [second, late] : {std::pair{500, false}, std::pair{501, true}}) {
        SCOPED_TRACE(second);
        std::vector<std::vector<Attempt>> attempts(1);
        attempts[0].push_back(attempt(0, 400, std::chrono::milliseconds{1000}));
        attempts[0].push_back(attempt(1, 200, std::chrono::milliseconds{second}));
        Findings findings;

        judgeTrial("here", ladders, attempts, {"p", ""}, {true, std::chrono::milliseconds{1500}},
                   findings);

        EXPECT_EQ(unlessFound({"", findings.all()}, Level::Problem, "here conditions",
                              "takes 1501 ms, and a call ends after 1500 ms", "deadline_ms")
                      .empty(),
                  late);
    }
}

TEST(Doctor, NotesWhatTheStatementLacks)
{
    Hospital hospital;
    hospital.answers["/fhir/metadata"].body =
        R"({"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[{"mode":"server",
            "resource":[{"type":"Condition","searchParam":[{"name":"patient"}]}]}]})";

    auto const report = hospital.visit();

    EXPECT_EQ(unlessFound(report, Level::Note, "fhir_servers",
                          "Condition: the CapabilityStatement lacks the search parameters category",
                          "--patient"),
              "");
    EXPECT_EQ(unlessFound(report, Level::Note, "fhir_servers",
                          "Patient: the CapabilityStatement lacks the resource itself", ""),
              "");
    EXPECT_FALSE(hasProblem({report}));
}

TEST(Doctor, NotesAudiencesThatLeaveServicesOut)
{
    Hospital hospital;
    hospital.entry.audiences = {"https://cds.example.org/cds-services/twitch-patient-view"};

    auto const report = hospital.visit();

    EXPECT_EQ(unlessFound(report, Level::Note, "audiences", "are refused: twitch-encounter-start",
                          "leave audiences out"),
              "");
}

TEST(Doctor, NotesKeysThatAreLeftOutAndWhy)
{
    using auth::test::SigningKey;
    Hospital hospital;
    hospital.keySet.body = keySetOf(SigningKey::curve("P-384", "k1").jwk() + "," +
                                    SigningKey::curve("P-384", "k2").jwk(R"(,"use":"enc")"));

    auto const report = hospital.visit();

    EXPECT_EQ(unlessFound(report, Level::Note, "jku", "/keys/1: left out: use is not sig",
                          "unless the client signs with it"),
              "");
    EXPECT_FALSE(hasProblem({report}));
}

TEST(Doctor, NotesModeAndAliases)
{
    Hospital hospital;
    hospital.entry.mode = config::ClientMode::Silent;
    hospital.entry.aliases = {{"labs-user", "labs"}, {"given", "administrations"}};

    auto const report = hospital.visit();

    EXPECT_EQ(unlessFound(report, Level::Note, "clients.north.mode", "no card", "mode: active"),
              "");
    EXPECT_EQ(unlessFound(report, Level::Ok, "aliases", "labs-user is read as labs", ""), "");
    EXPECT_EQ(unlessFound(report, Level::Note, "aliases", "which is not asked for",
                          "clients.extra_prefetch"),
              "");
}

} // namespace

} // namespace tcds::doctor::test
