#include "reading_chart.hpp"

namespace tcds::fhir::test {
namespace {

/// One furosemide order with these dosage lines; authored 2026-02-01.
MedicationUse dosed(std::string const& lines)
{
    auto const context =
        Call{}
            .with("medications",
                  resource("MedicationRequest", R"("id":"m1","status":"active","intent":"order",
                "authoredOn":"2026-02-01","medicationCodeableConcept":{"text":"furosemide"},"dosageInstruction":)" +
                                                    lines))
            .read();
    EXPECT_EQ(context.medications.size(), 1U);
    return context.medications.empty() ? MedicationUse{} : context.medications[0];
}

std::string const kDose = R"("doseAndRate":[{"doseQuantity":{"value":40,"unit":"mg"}}])";

TEST(DailyDose, IsDoseTimesFrequencyByPeriod)
{
    struct Row {
        char const* timing;
        char const* perDay; // nullptr: not computable
    };
    for (
        auto const& row : {
            Row{R"("timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d"}})", "40"},
            Row{R"("timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d"}})", "80"},
            Row{R"("timing":{"repeat":{"period":12,"periodUnit":"h"}})", "80"},
            Row{R"("timing":{"repeat":{"frequency":1,"period":2,"periodUnit":"d"}})", "20"},
            Row{R"("timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"wk","dayOfWeek":["mon"]}})",
                "5.71428571428571"},
            Row{R"("timing":{"repeat":{"timeOfDay":["08:00:00","14:00:00","20:00:00"]}})", "120"},
            Row{R"("timing":{"repeat":{"when":["MORN","EVE"]}})", "80"},
            Row{R"("timing":{"code":{"coding":[{"code":"TID"}]}})", "120"},
            Row{R"("timing":{"code":{"text":"QOD"}})", "20"},
            Row{R"("timing":{"code":{"text":"as directed"}})", nullptr},
            Row{R"("timing":{"repeat":{"frequency":1}})", nullptr},
            Row{R"("timing":{"repeat":{"frequency":0,"period":0,"periodUnit":"d"}})", nullptr},
            Row{R"("text":"twice daily")", nullptr},
        }) {
        SCOPED_TRACE(row.timing);
        auto const use = dosed("[{" + kDose + "," + row.timing + "}]");

        ASSERT_EQ(use.dailyDose.has_value(), row.perDay != nullptr);
        if (row.perDay == nullptr) continue;
        EXPECT_EQ(use.dailyDose->value.text(), row.perDay);
        EXPECT_EQ(use.dailyDose->unit, "mg");
    }
}

TEST(DailyDose, LinesOfOneUnitAdd)
{
    std::string const daily = R"("timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d"}})";
    auto const line = [&daily](char const* value, char const* unit) {
        return std::string{R"({"doseAndRate":[{"doseQuantity":{"value":)"} + value +
               R"(,"unit":")" + unit + R"("}}],)" + daily + "}";
    };

    EXPECT_EQ(dosed("[" + line("40", "mg") + "," + line("20", "mg") + "]").dailyDose->value,
              (Decimal{60, 0}));
    EXPECT_FALSE(dosed("[" + line("40", "mg") + "," + line("2", "mL") + "]").dailyDose);
}

TEST(DailyDose, OlderReleasesNameTheDoseDirectly)
{
    for (auto const* member : {"doseQuantity", "doseSimpleQuantity"}) {
        auto const use = dosed(
            std::string{R"([{")"} + member +
            R"(":{"value":40,"code":"mg","system":"http://unitsofmeasure.org"},"timing":{"code":{"text":"BID"}}}])");

        ASSERT_TRUE(use.dailyDose) << member;
        EXPECT_EQ(use.dailyDose->value, (Decimal{80, 0}));
        EXPECT_EQ(use.dailyDose->unit, "mg");
    }
}

TEST(DailyDose, RangesAndAsNeededLinesGiveNone)
{
    EXPECT_FALSE(
        dosed(
            R"([{"doseAndRate":[{"doseRange":{"low":{"value":20},"high":{"value":40}}}],"timing":{"code":{"text":"QD"}}}])")
            .dailyDose);
    auto const prn =
        dosed("[{" + kDose + R"(,"asNeededBoolean":true,"timing":{"code":{"text":"BID"}}}])");
    EXPECT_FALSE(prn.dailyDose);
    EXPECT_TRUE(prn.asNeeded);
}

TEST(DailyDose, OfATaperIsItsPresentStep)
{
    // 20 days of 40 mg from 1 February end on 21 February, then 20 mg for 20 days.
    auto const use = dosed(
        R"([{"sequence":1,"doseAndRate":[{"doseQuantity":{"value":40,"unit":"mg"}}],
             "timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d","boundsDuration":{"value":20,"unit":"d"}}}},
            {"sequence":2,"doseAndRate":[{"doseQuantity":{"value":20,"unit":"mg"}}],
             "timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d","boundsDuration":{"value":20,"unit":"d"}}}}])");

    ASSERT_TRUE(use.dailyDose);
    EXPECT_EQ(use.dailyDose->value, (Decimal{20, 0}));
    EXPECT_EQ(use.state, UseState::Active);
}

TEST(AsNeeded, HoldsOnlyWhenEveryLineIs)
{
    EXPECT_TRUE(dosed(R"([{"asNeededCodeableConcept":{"text":"oedema"}}])").asNeeded);
    EXPECT_TRUE(dosed(R"([{"asNeeded":true}])").asNeeded); // R5
    EXPECT_FALSE(dosed(R"([{"asNeededBoolean":false}])").asNeeded);
    EXPECT_FALSE(dosed(R"([{"asNeededBoolean":true},{"asNeededBoolean":false}])").asNeeded);
    EXPECT_FALSE(dosed("[]").asNeeded);
}

TEST(Bounds, EndOfAllLinesEndsAnActiveOrder)
{
    struct Row {
        char const* name;
        char const* lines;
        UseState state;
        char const* stop;
    };
    for (
        auto const& row : {
            Row{"period over",
                R"([{"timing":{"repeat":{"boundsPeriod":{"start":"2026-02-01","end":"2026-02-20"}}}}])",
                UseState::Stopped, "2026-02-20"},
            Row{"period ends today",
                R"([{"timing":{"repeat":{"boundsPeriod":{"end":"2026-03-03"}}}}])",
                UseState::Active, nullptr},
            Row{"period ended yesterday",
                R"([{"timing":{"repeat":{"boundsPeriod":{"end":"2026-03-02"}}}}])",
                UseState::Stopped, "2026-03-02"},
            Row{"duration over",
                R"([{"timing":{"repeat":{"boundsDuration":{"value":7,"unit":"days"}}}}])",
                UseState::Stopped, "2026-02-08"},
            Row{"duration runs",
                R"([{"timing":{"repeat":{"boundsDuration":{"value":2,"code":"mo"}}}}])",
                UseState::Active, nullptr},
            Row{"one line is open",
                R"([{"timing":{"repeat":{"boundsPeriod":{"end":"2026-02-20"}}}},{"text":"then daily"}])",
                UseState::Active, nullptr},
            Row{"begins later",
                R"([{"timing":{"repeat":{"boundsPeriod":{"start":"2026-04-01"}}}}])",
                UseState::Future, nullptr},
        }) {
        SCOPED_TRACE(row.name);
        auto const use = dosed(row.lines);

        EXPECT_EQ(use.state, row.state);
        ASSERT_EQ(use.stop.has_value(), row.stop != nullptr);
        if (row.stop != nullptr) {
            EXPECT_EQ(use.stop->text, row.stop);
        }
    }
}

TEST(DosageRoute, IsTheFirstThatALineNames)
{
    auto const use = dosed(
        R"([{"text":"x"},{"route":{"coding":[{"system":"http://snomed.info/sct","code":"47625008"}]}}])");

    EXPECT_EQ(use.route, Route::Injected);
    EXPECT_EQ(use.routeFrom, RouteOrigin::Dosage);
}

} // namespace
} // namespace tcds::fhir::test
