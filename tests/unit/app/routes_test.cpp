#include "server/app/routes.hpp"

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
