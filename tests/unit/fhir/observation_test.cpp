#include "reading_chart.hpp"

#include <algorithm>

namespace tcds::fhir::test {
namespace {

LabResult readK(std::string const& members)
{
    auto const context = Call{}.with("labs", potassium(members)).read();
    EXPECT_EQ(context.labs.size(), 1U);
    return context.labs.empty() ? LabResult{} : context.labs[0];
}

TEST(Result, ValueIsKeptAsSentAndMadeCanonical) // TOL-11
{
    struct Row {
        char const* members;
        char const* value;
        char const* unit;
        char const* ucum;
        char const* canonical;
    };
    for (
        auto const& row : {
            Row{R"("valueQuantity":{"value":3.10,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"})",
                "3.10", "mmol/L", "mmol/L", "3.1"},
            Row{R"("valueQuantity":{"value":3.1,"unit":"mEq/L"})", "3.1", "mEq/L", "meq/L", "3.1"},
            Row{R"("valueQuantity":{"value":3.1,"code":"mmol/L"})", "3.1", "mmol/L", "mmol/L",
                "3.1"},
            Row{R"("valueQuantity":{"value":3.1,"system":"urn:oid:2.16.840.1.113883.6.8","code":"mmol/L"})",
                "3.1", "mmol/L", "mmol/L", "3.1"},
            Row{R"("valueQuantity":{"value":3.1,"unit":"millimoles","system":"http://unitsofmeasure.org","code":"mmol/L"})",
                "3.1", "millimoles", "mmol/L", "3.1"},
        }) {
        SCOPED_TRACE(row.members);
        auto const lab = readK(row.members);

        EXPECT_EQ(lab.unusable, Reason::None);
        ASSERT_TRUE(lab.value);
        EXPECT_EQ(lab.value->value.text(), row.value);
        EXPECT_EQ(lab.value->unit, row.unit);
        EXPECT_EQ(lab.ucum, row.ucum);
        ASSERT_TRUE(lab.canonical);
        EXPECT_EQ(*lab.canonical, *Decimal::parse(row.canonical));
        EXPECT_EQ(lab.analyte, analyte("K"));
    }
}

TEST(Result, WhatCannotBeReadIsNamedAndNeverGuessed) // TOL-11
{
    struct Row {
        char const* name;
        char const* members;
        Reason reason;
    };
    for (auto const& row : {
             Row{"nothing", R"("x":1)", Reason::NoValue},
             Row{"absent", R"("dataAbsentReason":{"coding":[{"code":"unknown"}]})",
                 Reason::NoValue},
             Row{"quantity without value", R"("valueQuantity":{"unit":"mmol/L"})", Reason::NoValue},
             Row{"value as a string", R"("valueQuantity":{"value":"3.1","unit":"mmol/L"})",
                 Reason::NoValue},
             Row{"words", R"("valueString":"see note")", Reason::NoValue},
             Row{"number and words", R"("valueString":"3.1 mmol/L haemolysed")", Reason::NoValue},
             Row{"decimal comma", R"("valueString":"3,1 mmol/L")", Reason::NoValue},
             Row{"concept", R"("valueCodeableConcept":{"text":"normal"})", Reason::NoValue},
             Row{"unknown comparator",
                 R"("valueQuantity":{"value":3.1,"unit":"mmol/L","comparator":"~"})",
                 Reason::NoValue},
             Row{"no unit", R"("valueQuantity":{"value":3.1})", Reason::NoUnit},
             Row{"text without unit", R"("valueString":"3.1")", Reason::NoUnit},
             Row{"integer without unit", R"("valueInteger":3)", Reason::NoUnit},
             Row{"mass unit", R"("valueQuantity":{"value":12.1,"unit":"mg/dL"})", Reason::BadUnit},
             Row{"unknown unit", R"("valueQuantity":{"value":3.1,"unit":"furlong"})",
                 Reason::BadUnit},
             Row{"above the plausible range", R"("valueQuantity":{"value":20.1,"unit":"mmol/L"})",
                 Reason::Implausible},
             Row{"below the plausible range", R"("valueQuantity":{"value":0.7,"unit":"mmol/L"})",
                 Reason::Implausible},
             Row{"negative", R"("valueQuantity":{"value":-3.1,"unit":"mmol/L"})",
                 Reason::Implausible},
         }) {
        SCOPED_TRACE(row.name);
        auto const lab = readK(row.members);

        EXPECT_EQ(lab.unusable, row.reason);
        EXPECT_FALSE(lab.canonical);
    }
}

TEST(Result, PlausibleRangeIncludesItsEnds) // decision D55: K 0.8 to 20
{
    EXPECT_TRUE(readK(R"("valueQuantity":{"value":0.8,"unit":"mmol/L"})").canonical);
    EXPECT_TRUE(readK(R"("valueQuantity":{"value":20,"unit":"mmol/L"})").canonical);
}

TEST(Result, TextWithNumberAndUnitIsReadWithANote) // TOL-11
{
    struct Row {
        char const* text;
        Comparator comparator;
    };
    for (auto const& row :
         {Row{"3.1 mmol/L", Comparator::None}, Row{" 3.1mmol/L ", Comparator::None},
          Row{"<3.1 mmol/L", Comparator::Less}, Row{"< 3.1 mmol/L", Comparator::Less},
          Row{"<=3.1 mmol/L", Comparator::LessOrEqual}, Row{">3.1 mmol/L", Comparator::Greater},
          Row{"\xE2\x89\xA5 3.1 mmol/L", Comparator::GreaterOrEqual}}) {
        SCOPED_TRACE(row.text);
        auto const lab = readK(std::string{R"("valueString":")"} + row.text + '"');

        ASSERT_TRUE(lab.canonical);
        EXPECT_EQ(*lab.canonical, (Decimal{31, 1}));
        EXPECT_EQ(lab.comparator, row.comparator);
        EXPECT_TRUE(lab.notes.has(Note::ParsedText));
        EXPECT_EQ(lab.value->unit, "mmol/L");
    }
}

TEST(Result, ComparatorOfAQuantityIsKept) // TOL-11
{
    struct Row {
        char const* sign;
        Comparator comparator;
    };
    for (auto const& row : {Row{"<", Comparator::Less}, Row{"<=", Comparator::LessOrEqual},
                            Row{">", Comparator::Greater}, Row{">=", Comparator::GreaterOrEqual}})
        EXPECT_EQ(
            readK(std::string{R"("valueQuantity":{"value":3.1,"unit":"mmol/L","comparator":")"} +
                  row.sign + "\"}")
                .comparator,
            row.comparator)
            << row.sign;
}

TEST(Result, UnitDecidesOverThePropertyOfTheCodeWithANote) // decision D27
{
    auto const calcium = [](char const* loinc, char const* unit, char const* value) {
        return Call{}
            .with("labs", resource("Observation",
                                   std::string{R"("status":"final","effectiveDateTime":"2026-03-01",
                "code":{"coding":[{"system":"http://loinc.org","code":")"} +
                                       loinc + R"("}]},"valueQuantity":{"value":)" + value +
                                       R"(,"unit":")" + unit + "\"}"))
            .read()
            .labs.at(0);
    };

    auto const odd = calcium("2000-8", "mg/dL", "9.0"); // a moles code with a mass unit
    EXPECT_TRUE(odd.notes.has(Note::UnitProperty));
    EXPECT_EQ(*odd.canonical, (Decimal{22455, 4})); // 9.0 x 0.2495
    EXPECT_FALSE(calcium("17861-6", "mg/dL", "9.0").notes.has(Note::UnitProperty));
    EXPECT_FALSE(calcium("2000-8", "mmol/L", "2.25").notes.has(Note::UnitProperty));
}

TEST(Result, ScoreNeedsNoUnit)
{
    for (auto const* value :
         {R"("valueInteger":12)", R"("valueQuantity":{"value":12,"unit":"{score}"})",
          R"("valueQuantity":{"value":12})"}) {
        SCOPED_TRACE(value);
        auto const context =
            Call{}
                .with(
                    "labs",
                    resource(
                        "Observation",
                        std::string{
                            R"("status":"final","code":{"coding":[{"system":"http://loinc.org","code":"70274-6"}]},)"} +
                            value))
                .read();

        ASSERT_EQ(context.labs.size(), 1U);
        ASSERT_TRUE(context.labs[0].canonical);
        EXPECT_EQ(*context.labs[0].canonical, (Decimal{12, 0}));
    }
}

TEST(Result, StatusDecidesWhetherItCounts)
{
    struct Row {
        char const* status;
        std::optional<ResultStatus> counts;
        Reason gap;
    };
    for (auto const& row : {
             Row{"final", ResultStatus::Final, Reason::None},
             Row{"amended", ResultStatus::Amended, Reason::None},
             Row{"corrected", ResultStatus::Corrected, Reason::None},
             Row{"preliminary", ResultStatus::Preliminary, Reason::None},
             Row{"registered", std::nullopt, Reason::BadStatus},
             Row{"cancelled", std::nullopt, Reason::BadStatus},
             Row{"unknown", std::nullopt, Reason::BadStatus},
             Row{"entered-in-error", std::nullopt, Reason::EnteredInError},
         }) {
        SCOPED_TRACE(row.status);
        auto const context =
            Call{}
                .with("labs", potassium(std::string{R"("status":")"} + row.status +
                                        R"(","valueQuantity":{"value":3.1,"unit":"mmol/L"})"))
                .read();

        ASSERT_EQ(context.labs.size(), row.counts ? 1U : 0U);
        if (row.counts) {
            EXPECT_EQ(context.labs[0].status, *row.counts);
            EXPECT_EQ(context.labs[0].notes.has(Note::Preliminary),
                      row.counts == ResultStatus::Preliminary);
        } else {
            ASSERT_EQ(context.gaps.size(), 1U);
            EXPECT_EQ(context.gaps[0].reason, row.gap);
            EXPECT_EQ(context.gaps[0].kind, "lab");
            EXPECT_EQ(context.gaps[0].analyte, analyte("K"));
        }
    }
}

TEST(Result, UnknownStatusCountsOnlyWhereTheSettingAcceptsIt) // decision D14
{
    for (auto const* status : {R"("status":"unknown")", R"("status":null)"}) {
        SCOPED_TRACE(status);
        Call call;
        call.options.acceptUnknownStatus = true;
        auto const context =
            call.with("labs", potassium(std::string{status} +
                                        R"(,"valueQuantity":{"value":3.1,"unit":"mmol/L"})"))
                .read();

        ASSERT_EQ(context.labs.size(), 1U);
        EXPECT_EQ(context.labs[0].status, ResultStatus::Unknown);
        EXPECT_TRUE(context.labs[0].notes.has(Note::StatusUnknown));
    }
}

TEST(Result, TimeIsEffectiveElseIssued)
{
    struct Row {
        char const* members;
        char const* taken; // nullptr: not known
    };
    for (auto const& row : {
             Row{R"("effectiveDateTime":"2026-03-01T08:00:00Z","issued":"2026-03-02T00:00:00Z")",
                 "2026-03-01T08:00:00Z"},
             Row{R"("effectiveInstant":"2026-03-01T08:00:00Z")", "2026-03-01T08:00:00Z"},
             Row{R"("effectivePeriod":{"start":"2026-02-27","end":"2026-02-28"})", "2026-02-28"},
             Row{R"("effectivePeriod":{"start":"2026-02-27"})", "2026-02-27"},
             Row{R"("effectiveTiming":{"event":["2026-02-20","2026-02-21"]})", "2026-02-21"},
             Row{R"("effectiveDateTime":"yesterday","issued":"2026-03-02T00:00:00Z")",
                 "2026-03-02T00:00:00Z"},
             Row{R"("effectiveDateTime":"yesterday")", nullptr},
         }) {
        SCOPED_TRACE(row.members);
        auto const lab =
            readK(std::string{R"("valueQuantity":{"value":3.1,"unit":"mmol/L"},)"} + row.members);

        ASSERT_EQ(lab.taken.has_value(), row.taken != nullptr);
        if (row.taken != nullptr) {
            EXPECT_EQ(lab.taken->text, row.taken);
        }
    }
}

TEST(Result, TimeWithoutZoneIsReadInTheZoneOfTheSite)
{
    Call call;
    call.options.zoneMinutes = 120;
    auto const context =
        call.with(
                "labs",
                potassium(
                    R"("effectiveDateTime":"2026-03-01T08:00:00","valueQuantity":{"value":3.1,"unit":"mmol/L"})"))
            .read();

    EXPECT_EQ(context.labs.at(0).taken->from, span("2026-03-01T06:00:00Z").from);
}

TEST(Result, FutureResultIsAGap)
{
    auto const context =
        Call{}
            .with(
                "labs",
                potassium(
                    R"("effectiveDateTime":"2026-03-03T10:00:01Z","valueQuantity":{"value":3.1,"unit":"mmol/L"})"))
            .read();

    EXPECT_TRUE(context.labs.empty());
    EXPECT_EQ(gapReasons(context), std::vector{Reason::Future});
}

TEST(Result, InterpretationCodesBecomeFlags)
{
    struct Row {
        char const* interpretation;
        std::vector<std::string> flags;
        bool critical;
    };
    for (auto const& row : {
             Row{R"([{"coding":[{"code":"LL"}]}])", {"LL"}, true},
             Row{R"([{"coding":[{"code":"HH"}]}])", {"HH"}, true},
             Row{R"({"coding":[{"code":"L"}]})",
                 {"L"},
                 false}, // one where many are due (before R4)
             Row{R"([{"text":"L"}])", {"L"}, false},
             Row{R"([{"text":"looks low to me"}])", {}, false},
             Row{R"([{"coding":[{"code":"H"},{"code":"A"}]}])", {"H", "A"}, false},
         }) {
        SCOPED_TRACE(row.interpretation);
        auto const lab = readK(
            std::string{R"("valueQuantity":{"value":3.1,"unit":"mmol/L"},"interpretation":)"} +
            row.interpretation);

        EXPECT_EQ(lab.flags, row.flags);
        EXPECT_EQ(lab.notes.has(Note::LabCritical), row.critical);
    }
}

TEST(Result, ComponentsShareTimeAndStatusOfTheirPanel) // TOL-11
{
    auto const context =
        Call{}
            .with(
                "labs",
                R"json({"resourceType":"Observation","id":"panel","status":"preliminary","effectiveDateTime":"2026-03-01",
                "code":{"coding":[{"system":"http://loinc.org","code":"51990-0"}]},
                "component":[
                  {"code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},"valueQuantity":{"value":3.1,"unit":"mmol/L"}},
                  {"code":{"coding":[{"system":"http://loinc.org","code":"17861-6"}]},"valueQuantity":{"value":9.0,"unit":"mg/dL"}}]})json")
            .read();

    ASSERT_EQ(context.labs.size(), 2U);
    EXPECT_EQ(context.labs[0].analyte, analyte("K"));
    EXPECT_EQ(context.labs[0].source.resource, "Observation/panel");
    EXPECT_EQ(context.labs[0].source.pointer, "/component/0");
    EXPECT_EQ(context.labs[1].analyte, analyte("CA"));
    EXPECT_EQ(context.labs[1].source.pointer, "/component/1");
    for (auto const& lab : context.labs) {
        EXPECT_EQ(lab.taken->text, "2026-03-01");
        EXPECT_TRUE(lab.notes.has(Note::Preliminary));
    }
    EXPECT_TRUE(context.gaps.empty());
}

TEST(Result, BloodPressureComponentsAreResults)
{
    auto const context =
        Call{}
            .with(
                "vitals",
                R"json({"resourceType":"Observation","status":"final","effectiveDateTime":"2026-03-01",
                "code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},
                "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},
                  "valueQuantity":{"value":162,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]})json")
            .read();

    ASSERT_EQ(context.labs.size(), 1U);
    EXPECT_EQ(context.labs[0].analyte, analyte("SBP"));
    EXPECT_EQ(*context.labs[0].canonical, (Decimal{162, 0}));
}

TEST(Result, MembersOfAPanelTakeItsTimeWhenTheyHaveNone)
{
    auto const member = [](char const* id, char const* time) {
        return resource("Observation",
                        std::string{R"("id":")"} + id + R"(","status":"final",)" + time +
                            R"("code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},
                                              "valueQuantity":{"value":3.1,"unit":"mmol/L"})");
    };
    auto const context =
        Call{}
            .bundle(
                "labs",
                {member("a", ""), member("b", R"("effectiveDateTime":"2026-02-01",)"),
                 R"json({"resourceType":"Observation","id":"panel","status":"final","effectiveDateTime":"2026-03-01",
                                "code":{"text":"Electrolytes"},
                                "hasMember":[{"reference":"Observation/a"},{"reference":"Observation/b"},{"reference":"#c"}],
                                "contained":[{"resourceType":"Observation","id":"c","status":"final",
                                  "code":{"coding":[{"system":"http://loinc.org","code":"6298-4"}]},
                                  "valueQuantity":{"value":3.3,"unit":"mmol/L"}}]})json"})
            .read();

    ASSERT_EQ(context.labs.size(), 3U);
    for (auto const& lab : context.labs) {
        auto const* expected = lab.source.resource == "Observation/b" ? "2026-02-01" : "2026-03-01";
        EXPECT_EQ(lab.taken->text, expected) << lab.source.resource;
    }
    EXPECT_EQ(context.labs[2].source.pointer, "/contained/0");
}

TEST(Result, MembersOfAReportAreReadOnce)
{
    auto const context =
        Call{}
            .bundle(
                "labs",
                {potassium(R"("id":"a","valueQuantity":{"value":3.1,"unit":"mmol/L"})"),
                 R"json({"resourceType":"DiagnosticReport","id":"r","status":"final","effectiveDateTime":"2026-03-01",
                                "result":[{"reference":"Observation/a"},{"reference":"#c"}],
                                "contained":[{"resourceType":"Observation","id":"c","status":"final",
                                  "code":{"coding":[{"system":"http://loinc.org","code":"6298-4"}]},
                                  "valueQuantity":{"value":3.3,"unit":"mmol/L"}}]})json"})
            .read();

    ASSERT_EQ(context.labs.size(), 2U);
    auto const contained =
        std::find_if(context.labs.begin(), context.labs.end(), [](LabResult const& lab) {
            return lab.source.resource == "DiagnosticReport/r";
        });
    ASSERT_NE(contained, context.labs.end());
    EXPECT_EQ(contained->taken->text, "2026-03-01");
}

TEST(Result, ContainedOnesFallWithAMistakenReport)
{
    auto const context =
        Call{}
            .with(
                "labs",
                R"json({"resourceType":"DiagnosticReport","status":"entered-in-error","result":[{"reference":"#c"}],
                "contained":[{"resourceType":"Observation","id":"c","status":"final",
                  "code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},"valueQuantity":{"value":3.3,"unit":"mmol/L"}}]})json")
            .read();

    EXPECT_TRUE(context.labs.empty());
    EXPECT_EQ(gapReasons(context), std::vector{Reason::EnteredInError});
}

TEST(Result, PanelsThatNameEachOtherEnd)
{
    auto const context =
        Call{}
            .bundle(
                "labs",
                {resource(
                     "Observation",
                     R"("id":"a","status":"final","code":{"text":"x"},"hasMember":[{"reference":"Observation/b"}])"),
                 resource(
                     "Observation",
                     R"("id":"b","status":"final","code":{"text":"x"},"hasMember":[{"reference":"Observation/a"},{"reference":"Observation/b"}])")})
            .read();

    EXPECT_TRUE(context.labs.empty());
}

TEST(Result, CodedOneThatNoRuleAsksForIsLeftOutWithoutAWord)
{
    auto const context =
        Call{}
            .with(
                "labs",
                resource(
                    "Observation",
                    R"("status":"final","code":{"coding":[{"system":"http://loinc.org","code":"718-7"}],"text":"Hemoglobin"},
                "valueQuantity":{"value":13,"unit":"g/dL"})"))
            .read();

    EXPECT_TRUE(context.labs.empty());
    EXPECT_TRUE(context.gaps.empty());
}

TEST(Result, LocallyCodedOneIsAGap)
{
    auto const context =
        Call{}
            .with(
                "labs",
                resource(
                    "Observation",
                    R"("status":"final","code":{"coding":[{"system":"urn:site","code":"K"}],"text":"Potassium"},
                "valueQuantity":{"value":3.1,"unit":"mmol/L"})"))
            .read();

    EXPECT_TRUE(context.labs.empty());
    EXPECT_EQ(gapReasons(context), std::vector{Reason::Uncoded});
}

} // namespace
} // namespace tcds::fhir::test
