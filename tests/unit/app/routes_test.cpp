#include "server/app/routes.hpp"

#include "tests/unit/app/service.hpp"

#include <gtest/gtest.h>

namespace tcds::app::test {

namespace {

TEST(Routes, OfEveryPathOfTheService)
{
    EXPECT_EQ(routeOf("/cds-services").target, Target::Discovery);
    EXPECT_EQ(routeOf("/cds-services/").target, Target::Discovery);
    EXPECT_EQ(routeOf("/healthz/live").target, Target::Live);
    EXPECT_EQ(routeOf("/healthz/ready").target, Target::Ready);
    for (auto const& service : cds::services()) {
        auto const path = "/cds-services/" + std::string{service.id};
        EXPECT_EQ(routeOf(path).target, Target::Hook);
        EXPECT_EQ(routeOf(path).service->id, service.id);
        EXPECT_EQ(routeOf(path + "/feedback").target, Target::Feedback);
        EXPECT_EQ(routeOf(path + "/feedback").service->id, service.id);
    }
}

TEST(Routes, EachPrefetchProfileHasABasePath)
{
    for (auto const profile :
         {cds::Profile::Default, cds::Profile::UsCore, cds::Profile::Context}) {
        auto const base = "/p/" + std::string{cds::toText(profile)};
        auto const found = routeOf(base + "/cds-services");
        EXPECT_EQ(found.target, Target::Discovery);
        EXPECT_EQ(found.profile, profile);
        auto const hook = routeOf(base + "/cds-services//twitch-order-sign/feedback");
        EXPECT_EQ(hook.target, Target::Feedback);
        EXPECT_EQ(hook.profile, profile);
        EXPECT_EQ(pathOf(hook), base + "/cds-services/twitch-order-sign/feedback");
    }
    for (auto const* path :
         {"/p", "/p/", "/p/uscore", "/p/uscore/", "/p/other/cds-services", "/p/uscore/healthz/live",
          "/p/uscore/p/uscore/cds-services", "/p//cds-services"})
        EXPECT_EQ(routeOf(path).target, Target::Unknown) << path;
}

TEST(Discovery, IsOfTheBasePathElseOfTheClient)
{
    Service service{{},
                    "clients: [{name: a, auth: none, prefetch_profile: uscore, "
                    "extra_prefetch: vitals}]\n"};

    auto const own = service.send("GET", "/cds-services").body;
    EXPECT_NE(own.find("category=laboratory"), std::string::npos);
    EXPECT_NE(own.find("category=vital-signs"), std::string::npos);
    auto const narrow = service.send("GET", "/p/default/cds-services").body;
    EXPECT_NE(narrow.find("&code=2823-3,"), std::string::npos);
    EXPECT_NE(narrow.find("category=vital-signs"), std::string::npos);
    auto const nothing = service.send("GET", "/p/context/cds-services").body;
    EXPECT_EQ(nothing.find("\"prefetch\""), std::string::npos);
    EXPECT_NE(nothing.find("twitch-order-sign"), std::string::npos);
    EXPECT_EQ(service.post("/p/uscore/cds-services/twitch-patient-view", call()).status, 200);
}

TEST(Routes, PathIsTheOneOfDiscovery) // JWT-05
{
    EXPECT_EQ(pathOf(routeOf("/cds-services/")), "/cds-services");
    EXPECT_EQ(pathOf(routeOf("/cds-services//twitch-patient-view")),
              "/cds-services/twitch-patient-view");
}

TEST(Routes, ForgiveOneDoubledSlash) // T-02
{
    EXPECT_EQ(routeOf("/cds-services//twitch-order-sign").target, Target::Hook);
    EXPECT_EQ(routeOf("/cds-services//twitch-order-sign/feedback").target, Target::Feedback);
}

TEST(Routes, LeadNowhereElse)
{
    for (auto const* path :
         {"", "/", "*", "/cds-service", "/cds-servicesX", "/CDS-SERVICES", "/cds-services/feedback",
          "/cds-services//feedback", "/cds-services/twitch-order-sign/",
          "/cds-services/twitch-order-sign//feedback",
          "/cds-services/twitch-order-sign/feedback/feedback", "/healthz/", "/rules"})
        EXPECT_EQ(routeOf(path).target, Target::Unknown) << path;
}

} // namespace

} // namespace tcds::app::test
