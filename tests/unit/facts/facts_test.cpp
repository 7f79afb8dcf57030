#include "fhir/facts/facts.hpp"

#include "fhir/facts/patient_context.hpp"
#include "fhir/facts/reason.hpp"

#include <gtest/gtest.h>

namespace tcds {
namespace {

TEST(Route, OralInjectedTransdermalIntrathecalAndUnknownAreSystemic)
{
    for (auto const route : {Route::Oral, Route::Injected, Route::Intravenous, Route::Transdermal,
                             Route::Intrathecal, Route::Unknown})
        EXPECT_TRUE(isSystemic(route)) << static_cast<int>(route);
}

TEST(Route, LocalRoutesAreNotSystemic)
{
    // Clinical specification C.0.1 lists these for steroids.
    for (auto const route :
         {Route::Topical, Route::Inhaled, Route::Nebulised, Route::Nasal, Route::Ophthalmic,
          Route::Otic, Route::Rectal, Route::Vaginal, Route::IntraArticular})
        EXPECT_FALSE(isSystemic(route)) << static_cast<int>(route);
}

TEST(Note, EveryNoteHasAWordThatReadsBack)
{
    struct Row {
        Note note;
        char const* word;
    };
    for (auto const& row :
         {Row{Note::Haemolysed, "haemolysed"}, Row{Note::Preliminary, "preliminary"},
          Row{Note::NoAlbumin, "no-albumin"}, Row{Note::LowAlbumin, "low-albumin"},
          Row{Note::ParsedText, "parsed-text"}, Row{Note::UnitProperty, "unit-property"},
          Row{Note::DelayedSeparation, "delayed-separation"},
          Row{Note::PostDialysis, "post-dialysis"}, Row{Note::LabCritical, "lab-critical"},
          Row{Note::StatusUnknown, "status-unknown"}}) {
        SCOPED_TRACE(row.word);
        EXPECT_EQ(toText(row.note), row.word);
        EXPECT_EQ(parseNote(row.word), row.note);
    }
    EXPECT_EQ(parseNote("hemolysed"), std::nullopt);
}

TEST(NoteSet, HoldsWhatWasAddedAndNothingElse)
{
    NoteSet notes;
    EXPECT_TRUE(notes.none());

    notes.add(Note::Haemolysed);
    notes.add(Note::StatusUnknown);

    EXPECT_TRUE(notes.has(Note::Haemolysed));
    EXPECT_TRUE(notes.has(Note::StatusUnknown));
    EXPECT_FALSE(notes.has(Note::Preliminary));
}

TEST(SourceStatus, FailedIsWrittenAsErrorInTheRecord)
{
    EXPECT_EQ(toText(SourceStatus::Failed), "error");
    EXPECT_EQ(toText(SourceStatus::Ok), "ok");
    EXPECT_EQ(toText(SourceStatus::Partial), "partial");
    EXPECT_EQ(toText(SourceStatus::Absent), "absent");
}

TEST(Reason, WordsAreThoseOfTheRuleLanguage)
{
    EXPECT_EQ(toText(Reason::NoResult), "no-result");
    EXPECT_EQ(toText(Reason::BadUnit), "bad-unit");
    EXPECT_EQ(toText(Reason::SourceFailed), "source-failed");
    EXPECT_EQ(toText(Reason::NotAsked), "not-asked");
    EXPECT_EQ(toText(Reason::NoBirthDate), "no-birth-date");
    EXPECT_EQ(toText(Reason::OtherPatient), "other-patient");
    EXPECT_EQ(toText(Reason::None), "");
}

TEST(Hook, NamesReadBackAndOthersAreUnknown)
{
    for (auto const* name : {"patient-view", "encounter-start", "problem-list-item-create",
                             "order-select", "order-sign"}) {
        auto const hook = parseHook(name);
        ASSERT_TRUE(hook) << name;
        EXPECT_EQ(toText(*hook), name);
    }
    EXPECT_FALSE(parseHook("encounter-discharge"));
    EXPECT_TRUE(isOrderHook(Hook::OrderSelect));
    EXPECT_TRUE(isOrderHook(Hook::OrderSign));
    EXPECT_FALSE(isOrderHook(Hook::PatientView));
}

TEST(PatientContext, SourceThatNobodyDeliveredIsAbsent)
{
    PatientContext context;
    context.inputs.push_back({"labs", "prefetch", SourceStatus::Partial, 3});

    EXPECT_EQ(context.source("labs"), SourceStatus::Partial);
    EXPECT_EQ(context.source("vitals"), SourceStatus::Absent);
}

TEST(SetBits, KeepOnlyLeavesTheCommonMembers)
{
    SetBits a;
    a.add(SetId{3});
    a.add(SetId{200});
    SetBits b;
    b.add(SetId{200});
    b.add(SetId{511});

    a.keepOnly(b);

    EXPECT_FALSE(a.has(SetId{3}));
    EXPECT_TRUE(a.has(SetId{200}));
    EXPECT_FALSE(a.has(SetId{511}));
    EXPECT_FALSE(a.has(SetId{}));
}

} // namespace
} // namespace tcds
