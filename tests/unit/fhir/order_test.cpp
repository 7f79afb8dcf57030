#include "reading_chart.hpp"

namespace tcds::fhir::test {
namespace {

TEST(ServiceRequest, IsAnOrderWithItsStatus)
{
    struct Row {
        char const* members;
        std::size_t orders;
        std::vector<Reason> gaps;
    };
    for (auto const& row : {
             Row{R"("status":"active","intent":"order")", 1, {}},
             Row{R"("status":"completed","intent":"order")", 1, {}},
             Row{R"("status":"on-hold","intent":"order")", 1, {}},
             Row{R"("status":"revoked","intent":"order")", 0, {Reason::BadStatus}},
             Row{R"("status":"entered-in-error")", 0, {Reason::EnteredInError}},
             Row{R"("status":"active","intent":"proposal")", 0, {Reason::BadStatus}},
             Row{R"("status":"draft","intent":"order")", 0, {Reason::BadStatus}},
             Row{R"("status":"active","doNotPerform":true)", 0, {Reason::BadStatus}},
             Row{R"("status":"active","authoredOn":"2026-03-09")", 0, {Reason::Future}},
             Row{R"("status":"active","subject":{"reference":"Patient/p2"})",
                 0,
                 {Reason::OtherPatient}},
         }) {
        SCOPED_TRACE(row.members);
        auto const context =
            Call{}
                .with(
                    "serviceRequests",
                    resource(
                        "ServiceRequest",
                        std::string{
                            R"("id":"s1","code":{"coding":[{"system":"http://loinc.org","code":"51990-0"}]},)"} +
                            row.members))
                .read();

        ASSERT_EQ(context.orders.size(), row.orders);
        EXPECT_EQ(gapReasons(context), row.gaps);
        if (row.orders == 0) continue;
        EXPECT_FALSE(context.orders[0].draft);
        EXPECT_EQ(context.orders[0].codes.at(0).code, "51990-0");
        EXPECT_FALSE(context.orders[0].status.empty());
    }
}

TEST(ServiceRequest, OfTheCallIsADraft)
{
    auto const context =
        Call{}
            .bundle(
                "context.draftOrders",
                {resource(
                    "ServiceRequest",
                    R"("status":"draft","intent":"proposal","code":{"text":"Neurology consult"})")})
            .read();

    ASSERT_EQ(context.orders.size(), 1U);
    EXPECT_TRUE(context.orders[0].draft);
    EXPECT_TRUE(context.orders[0].sets.has(set("NEUROLOGY_REFERRAL")));
}

TEST(ServiceRequest, SpecialtyIsUnderstoodFromCodeCategoryOrPerformer)
{
    for (auto const* member :
         {R"("code":{"text":"Referral to neurology"})", R"("category":[{"text":"Neurology"}])",
          R"("performerType":{"text":"Neurologist"})",
          R"("code":{"concept":{"text":"Neurology"}})"}) {
        SCOPED_TRACE(member);
        auto const context =
            Call{}
                .with("serviceRequests",
                      resource("ServiceRequest", std::string{R"("status":"active",)"} + member))
                .read();

        EXPECT_TRUE(context.orders.at(0).sets.has(set("NEUROLOGY_REFERRAL")));
    }
}

TEST(Procedure, StatusAndTimeAreRead)
{
    struct Row {
        char const* members;
        std::size_t procedures;
        std::vector<Reason> gaps;
    };
    for (
        auto const& row : {
            Row{R"("status":"completed","performedDateTime":"2026-03-01")", 1, {}},
            Row{R"("status":"completed","occurrencePeriod":{"start":"2026-03-01","end":"2026-03-01"})",
                1,
                {}}, // R5
            Row{R"("status":"in-progress")", 1, {}},
            Row{R"("status":"not-done")", 0, {Reason::BadStatus}},
            Row{R"("status":"preparation")", 0, {Reason::BadStatus}},
            Row{R"("status":"entered-in-error")", 0, {Reason::EnteredInError}},
            Row{R"("status":"completed","performedDateTime":"2026-04-01")", 0, {Reason::Future}},
            Row{R"("status":"completed","subject":{"reference":"Patient/p2"})",
                0,
                {Reason::OtherPatient}},
        }) {
        SCOPED_TRACE(row.members);
        auto const context =
            Call{}
                .with("procedures",
                      resource("Procedure",
                               std::string{R"("code":{"text":"Hemodialysis"},)"} + row.members))
                .read();

        ASSERT_EQ(context.procedures.size(), row.procedures);
        EXPECT_EQ(gapReasons(context), row.gaps);
        if (row.procedures == 1) {
            EXPECT_TRUE(context.procedures[0].sets.has(set("DIALYSIS_PROCEDURE")));
        }
    }
}

} // namespace
} // namespace tcds::fhir::test
