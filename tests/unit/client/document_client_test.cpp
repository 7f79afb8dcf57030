#include "asking.hpp"
#include "certificates.hpp"
#include "mock_server.hpp"

#include "fhir/client/document_client.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>

namespace tcds::client::test {
namespace {

std::string urlOf(MockServer const& server)
{
    return "http://127.0.0.1:" + std::to_string(server.port()) + "/.well-known/jwks.json?v=1";
}

// CTL-02: exactly that URL, without a token.
TEST(DocumentClient, FetchesTheExactUrl)
{
    MockServer server{[](Heard const&, Wire& wire) {
        wire.send(answer(200, R"({"keys":[]})", "application/jwk-set+json"));
    }};
    DocumentClient client{loopbackOptions()};

    auto const text = client.getAndWait(urlOf(server), kDocumentBytes, inTime());

    ASSERT_TRUE(text) << toText(text.error());
    EXPECT_EQ(*text, R"({"keys":[]})");
    ASSERT_EQ(server.requests().size(), 1U);
    EXPECT_EQ(server.requests()[0].target(), "/.well-known/jwks.json?v=1");
    EXPECT_EQ(server.requests()[0].field("Authorization"), "-");
    EXPECT_EQ(server.requests()[0].field("Accept"), "application/json, application/jwk-set+json");
}

// CTL-02: 64 KiB, exactly.
TEST(DocumentClient, SizeIsBounded)
{
    MockServer fits{always(std::string(kDocumentBytes, ' '))};
    MockServer exceeds{always(std::string(kDocumentBytes + 1, ' '))};
    DocumentClient client{loopbackOptions()};

    EXPECT_EQ(client.getAndWait(urlOf(fits), kDocumentBytes, inTime())->size(), kDocumentBytes);
    auto const text = client.getAndWait(urlOf(exceeds), kDocumentBytes, inTime());
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().kind, Error::Kind::TooLarge);
    EXPECT_EQ(text.error().where, "http://127.0.0.1:" + std::to_string(exceeds.port()));
}

TEST(DocumentClient, OtherStatusesAndSilenceAreErrors)
{
    DocumentClient client{loopbackOptions()};
    for (int const status : {204, 301, 302, 401, 404, 500}) {
        MockServer server{[&](Heard const&, Wire& wire) { wire.send(answer(status, "")); }};
        auto const text = client.getAndWait(urlOf(server), kDocumentBytes, inTime());
        ASSERT_FALSE(text) << status;
        EXPECT_EQ(text.error().kind, Error::Kind::Unavailable);
        EXPECT_EQ(server.requests().size(), 1U);
    }
    MockServer silent{[](Heard const&, Wire& wire) { wire.awaitClose(); }};
    auto const text = client.getAndWait(urlOf(silent), kDocumentBytes, soon());
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().kind, Error::Kind::Timeout);
}

// JWT-08: https with a verified host, as for FHIR servers.
TEST(DocumentClient, VerifiesTheServer)
{
    Authority const authority;
    auto options = loopbackOptions();
    options.caFile = authority.file();
    for (auto const* subject : {"DNS:keys.example.org", "DNS:evil.example.org"}) {
        auto const identity = authority.issue(subject);
        MockServer server{always(R"({"keys":[]})"), &identity};
        Watch watch{{"127.0.0.1"}};
        DocumentClient client{options, watch.outside()};
        auto const text =
            client.getAndWait("https://keys.example.org:" + std::to_string(server.port()) + "/jwks",
                              kDocumentBytes, inTime());
        bool const right = std::string_view{subject} == "DNS:keys.example.org";
        EXPECT_EQ(text.has_value(), right);
        if (right) continue;
        EXPECT_EQ(text.error().kind, Error::Kind::Unavailable);
    }
}

TEST(DocumentClient, DestructorAnswersWhatIsUnderWay)
{
    Meeting begun{2};
    MockServer server{[&](Heard const&, Wire& wire) {
        begun.join();
        wire.awaitClose();
    }};
    std::promise<bool> promise;
    {
        DocumentClient client{loopbackOptions()};
        client.get(urlOf(server), kDocumentBytes, inTime(),
                   [&](Result<std::string> const& text) { promise.set_value(text.has_value()); });
        EXPECT_TRUE(begun.join());
    }
    EXPECT_FALSE(promise.get_future().get());
}

} // namespace
} // namespace tcds::client::test
