#include "tests/support/json_edit.hpp"
#include "tests/unit/app/service.hpp"

#include <gtest/gtest.h>

namespace tcds::app::test {

namespace {

using tcds::test::at;

TEST(Live, AnswersInEveryMode)
{
    Service sandbox;
    Service production{{{"mode", "production"}, {"audit.key_file", "/nowhere"}}};

    EXPECT_EQ(sandbox.send("GET", "/healthz/live").status, 200);
    EXPECT_EQ(production.send("GET", "/healthz/live").status, 200);
}

TEST(Ready, IsTrueUntilTheDrainBegins)
{
    Service service;
    EXPECT_EQ(service.send("GET", "/healthz/ready").status, 200);

    service.app().beginDrain();

    auto const answer = service.send("GET", "/healthz/ready");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(at(answer.body, "/reason"), "draining");
    EXPECT_EQ(service.send("GET", "/healthz/live").status, 200);
    EXPECT_EQ(service.post(kView, call()).status, 200); // calls that still come are answered
}

TEST(Ready, IsFalseWhileTheLogCannotBeWrittenAndTrueAgainAfterwards)
{
    Service service;
    {
        FullDisk const full;
        (void)service.post(kView, call()); // the answer is looked at elsewhere
        auto const answer = service.send("GET", "/healthz/ready");
        EXPECT_EQ(answer.status, 503);
        EXPECT_EQ(at(answer.body, "/reason"), "audit-not-writable");
    }
    EXPECT_EQ(service.post(kView, call()).status, 200);
    EXPECT_EQ(service.send("GET", "/healthz/ready").status, 200);
}

TEST(Ready, IsFalseInProductionWithoutClientEntries) // nobody could call it
{
    Service service{{{"mode", "production"}, {"audit.key_file", "/nowhere"}}};

    EXPECT_EQ(service.send("GET", "/healthz/ready").status, 503);
}

TEST(MayBlock, IsForLargeBodiesAndForRecordsThatAreForcedToDisk)
{
    Service service;
    Service careful{{{"audit.fsync", "always"}}};
    http::Request request;
    request.body = "{}";

    EXPECT_FALSE(service.app().mayBlock(request));
    EXPECT_TRUE(careful.app().mayBlock(request));
    request.path = "/healthz/live";
    EXPECT_FALSE(careful.app().mayBlock(request)) << "whatever the disk does";
    request.body.assign(2U * 1024U * 1024U, ' ');
    EXPECT_TRUE(service.app().mayBlock(request));
}

} // namespace

} // namespace tcds::app::test
