#include "asking.hpp"
#include "mock_server.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tcds::client::test {
namespace {

/// The number after "page=", 1 without.
int pageOf(Heard const& heard)
{
    auto const at = heard.target().find("page=");
    return at == std::string::npos ? 1 : std::stoi(heard.target().substr(at + 5));
}

/// As many pages of two entries; links made by `link` from the number of the next page.
template <class Link>
MockServer::Handler pages(int count, Link link)
{
    return [count, link](Heard const& heard, Wire& wire) {
        int const page = pageOf(heard);
        wire.send(answer(200, bundle(2, page < count ? link(page + 1) : std::string{})));
    };
}

// PFD-07, TOL-14: all pages, in order, with the token, opaque queries byte for byte.
TEST(Pages, AreFollowedToTheEnd)
{
    std::string base;
    MockServer server{pages(4, [&](int page) {
        auto const query = "?_getpages=a|b,%2F%7c+~&page=" + std::to_string(page);
        if (page == 2) return base + query;          // absolute
        if (page == 3) return "Observation" + query; // relative to the page
        return "/fhir/Observation" + query;          // absolute path
    })};
    base = server.base();
    FhirClient client{loopbackOptions()};

    auto const got = fetchOne(client, server.base(), {"Observation?patient=p1"}, "canary");

    EXPECT_EQ(got.outcome, Outcome::Ok) << got.why;
    EXPECT_EQ(got.pages, 4U);
    EXPECT_EQ(got.documents.size(), 4U);
    auto const heard = server.requests();
    ASSERT_EQ(heard.size(), 4U);
    EXPECT_EQ(heard[1].target(), "/fhir?_getpages=a|b,%2F%7c+~&page=2");
    EXPECT_EQ(heard[2].target(), "/fhir/Observation?_getpages=a|b,%2F%7c+~&page=3");
    EXPECT_EQ(heard[3].target(), "/fhir/Observation?_getpages=a|b,%2F%7c+~&page=4");
    for (auto const& request : heard) EXPECT_EQ(request.field("Authorization"), "Bearer canary");
    EXPECT_EQ(server.connections(), 1U);
}

// PFD-07, CTL-01: a link elsewhere is not followed, and no token goes there.
TEST(Pages, LyingLinkIsNotFollowed)
{
    MockServer other{always(bundle(1))};
    auto const port = std::to_string(other.port());
    for (auto const& link :
         {"http://127.0.0.1:" + port + "/fhir?page=2", "http://localhost:" + port + "/fhir?page=2",
          std::string{"//127.0.0.1:"} + port + "/fhir?page=2",
          std::string{"http://169.254.169.254/latest/meta-data"}, std::string{"file:///etc/passwd"},
          std::string{"/admin"}, std::string{"../admin"}, std::string{"not a url"}}) {
        MockServer server{always(bundle(2, link))};
        FhirClient client{loopbackOptions()};

        auto const got = fetchOne(client, server.base(), {"Observation?patient=p1"}, "canary");

        EXPECT_EQ(got.outcome, Outcome::Partial) << link;
        EXPECT_EQ(got.documents.size(), 1U);
        EXPECT_NE(got.why.find("next page"), std::string::npos) << got.why;
        EXPECT_EQ(server.requests().size(), 1U);
    }
    EXPECT_EQ(other.connections(), 0U);
}

TEST(Pages, LinkOfAnotherSchemeIsNotFollowed)
{
    std::string base;
    MockServer server{pages(2, [&](int) { return "https" + base.substr(4) + "?page=2"; })};
    base = server.base();

    auto const got = fetchOne(server.base(), {"Observation?patient=p1"});

    EXPECT_EQ(got.outcome, Outcome::Partial);
    EXPECT_EQ(server.connections(), 1U);
}

TEST(Pages, CircleEnds)
{
    MockServer server{[](Heard const& heard, Wire& wire) {
        wire.send(answer(200, bundle(1, pageOf(heard) == 1 ? "?page=2" : "?page=1")));
    }};

    auto const got = fetchOne(server.base(), {"Observation?page=1"});

    EXPECT_EQ(got.outcome, Outcome::Partial);
    EXPECT_EQ(got.pages, 2U);
    EXPECT_NE(got.why.find("circle"), std::string::npos);
    EXPECT_EQ(server.requests().size(), 2U);
}

TEST(Pages, SelfLinkAsNextEnds)
{
    MockServer server{always(bundle(1, "?page=1"))};

    auto const got = fetchOne(server.base(), {"Observation?page=1"});

    EXPECT_EQ(got.outcome, Outcome::Partial);
    EXPECT_EQ(server.requests().size(), 1U);
}

// CTL-11: endless pages end at the limit; the pages up to it are there.
TEST(Pages, EndlessPagesEndAtTheLimit)
{
    auto const link = [](int page) { return "?page=" + std::to_string(page); };
    auto options = loopbackOptions();
    options.pages = 5;
    {
        MockServer server{pages(1'000'000, link)};
        auto const got = fetchOne(server.base(), {"Observation?a=b"}, options);
        EXPECT_EQ(got.outcome, Outcome::Partial);
        EXPECT_EQ(got.pages, 5U);
        EXPECT_NE(got.why.find("more pages"), std::string::npos);
        EXPECT_EQ(server.requests().size(), 5U);
    }
    MockServer server{pages(5, link)};
    EXPECT_EQ(fetchOne(server.base(), {"Observation?a=b"}, options).outcome, Outcome::Ok);
}

// CTL-11: the bound of entries holds over all pages, exactly.
TEST(Pages, EntriesAreBoundedOverAllPages)
{
    auto const link = [](int page) { return "?page=" + std::to_string(page); };
    MockServer server{pages(3, link)}; // six entries
    auto options = loopbackOptions();

    options.entries = 6;
    EXPECT_EQ(fetchOne(server.base(), {"Observation?a=b"}, options).outcome, Outcome::Ok);
    options.entries = 5;
    auto const got = fetchOne(server.base(), {"Observation?a=b"}, options);
    EXPECT_EQ(got.outcome, Outcome::Partial);
    EXPECT_EQ(got.pages, 2U);
    EXPECT_NE(got.why.find("more entries"), std::string::npos);
    options.entries = 1;
    EXPECT_EQ(fetchOne(server.base(), {"Observation?a=b"}, options).outcome, Outcome::Invalid);
}

// A later page that fails leaves the earlier ones; it takes no other step of the ladder.
TEST(Pages, FailingLaterPageLeavesTheEarlierOnes)
{
    for (int const status : {302, 400, 401, 403, 404, 429, 500}) {
        MockServer server{[&](Heard const& heard, Wire& wire) {
            wire.send(pageOf(heard) == 1 ? answer(200, bundle(1, "?page=2")) : answer(status, ""));
        }};
        auto const got = fetchOne(server.base(), {"Observation?a=b", "Observation?c=d"});
        EXPECT_EQ(got.outcome, Outcome::Partial) << status;
        EXPECT_EQ(got.documents.size(), 1U);
        EXPECT_EQ(got.status, status);
        EXPECT_EQ(got.step, 0U);
    }
}

// FHIR-06: at the deadline, what is there is delivered.
TEST(Pages, DeadlineDeliversThePagesThatCame)
{
    MockServer server{[](Heard const& heard, Wire& wire) {
        if (pageOf(heard) == 1)
            wire.send(answer(200, bundle(1, "?page=2")));
        else
            wire.awaitClose();
    }};

    auto const got = fetchOne(server.base(), {"Observation?a=b"}, loopbackOptions(), later());

    EXPECT_EQ(got.outcome, Outcome::Partial);
    EXPECT_EQ(got.documents.size(), 1U);
    EXPECT_NE(got.why.find("deadline"), std::string::npos);
}

} // namespace
} // namespace tcds::client::test
