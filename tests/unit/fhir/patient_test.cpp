#include "reading_chart.hpp"

namespace tcds::fhir::test {
namespace {

TEST(Patient, BirthSexAndDeathAreRead)
{
    auto const context =
        Call{}
            .with("patient", R"json({"resourceType":"Patient","id":"p1","meta":{"versionId":"4"},
                                 "gender":"female","birthDate":"1950-04-01","deceasedBoolean":false})json")
            .read();

    EXPECT_EQ(context.patient.sex, Sex::Female);
    ASSERT_TRUE(context.patient.birth);
    EXPECT_EQ(context.patient.birth->text, "1950-04-01");
    EXPECT_FALSE(context.patient.deceased);
    EXPECT_TRUE(context.patient.human);
    EXPECT_EQ(context.patient.id, FactId{0});
    EXPECT_EQ(context.patient.source.resource, "Patient/p1");
    EXPECT_EQ(context.patient.source.version, "4");
    EXPECT_EQ(context.source("patient"), SourceStatus::Ok);
}

TEST(Patient, DeathIsReadFromFlagOrDate)
{
    struct Row {
        char const* member;
        bool deceased;
    };
    for (auto const& row :
         {Row{R"("deceasedBoolean":true)", true}, Row{R"("deceasedDateTime":"2025-01-01")", true},
          Row{R"("deceasedBoolean":false)", false}, Row{R"("deceasedBoolean":"true")", false},
          Row{R"("active":true)", false}}) {
        SCOPED_TRACE(row.member);
        auto const context =
            Call{}
                .with("patient", resource("Patient", std::string{R"("id":"p1",)"} + row.member))
                .read();

        EXPECT_EQ(context.patient.deceased, row.deceased);
    }
}

TEST(Patient, AnimalIsNotHuman)
{
    auto const context =
        Call{}
            .with("patient", R"json({"resourceType":"Patient","id":"p1","extension":[
                {"url":"http://hl7.org/fhir/StructureDefinition/patient-animal","extension":[]}]})json")
            .read();

    EXPECT_FALSE(context.patient.human);
}

TEST(Patient, BirthDateThatIsNoDateIsAbsent)
{
    for (auto const* birth : {R"("1950-13-01")", R"("soon")", "1950", "{}", R"("2999-01-01")"}) {
        SCOPED_TRACE(birth);
        auto const context =
            Call{}
                .with("patient",
                      std::string{R"({"resourceType":"Patient","id":"p1","birthDate":)"} + birth +
                          "}")
                .read();

        EXPECT_FALSE(context.patient.birth);
    }
}

TEST(Patient, AnotherIdIsRefused)
{
    auto const context =
        Call{}.with("patient", R"({"resourceType":"Patient","id":"p2"})").tryRead();

    ASSERT_FALSE(context);
    EXPECT_EQ(context.error().kind, Error::Kind::BadRequest);
    EXPECT_EQ(context.error().where, "/prefetch/patient");
    EXPECT_EQ(context.error().what.find("p2"), std::string::npos); // no identifiers in messages
}

TEST(Patient, WithoutAnIdIsTheOneOfTheCall)
{
    auto const context =
        Call{}.with("patient", R"({"resourceType":"Patient","gender":"male"})").read();

    EXPECT_EQ(context.patient.sex, Sex::Male);
}

TEST(Patient, NobodyDeliveredIsAbsentAndStillFactZero)
{
    auto const context = Call{}.read();

    EXPECT_EQ(context.source("patient"), SourceStatus::Absent);
    EXPECT_EQ(context.patient.id, FactId{0});
    EXPECT_EQ(context.factCount, 1U);
}

} // namespace
} // namespace tcds::fhir::test
