#include "fhir/terms/code_systems.hpp"
#include "tests/unit/terms/content.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::terms {
namespace {

using test::shipped;
using testing::Contains;
using testing::Not;

std::vector<std::string> setsOf(std::string_view system, std::string_view code,
                                std::string_view text = {})
{
    return test::namesOf(shipped(), shipped().meaningOf(system, code, text).sets);
}

TEST(CodeSystem, AliasesLeadToTheCanonicalUri) // TOL-09
{
    constexpr std::pair<char const*, std::string_view> kRows[]{
        {"urn:oid:2.16.840.1.113883.6.90", kIcd10Cm},
        {"URN:OID:2.16.840.1.113883.6.96", kSnomed},
        {"2.16.840.1.113883.6.1", kLoinc},
        {"urn:oid:2.16.840.1.113883.6.88", kRxNorm},
        {"urn:oid:2.16.840.1.113883.6.73", kAtc},
        {"urn:oid:2.16.840.1.113883.6.3", kIcd10},
        {"urn:oid:2.16.840.1.113883.6.69", kNdc},
        {"https://loinc.org", kLoinc},
        {"http://loinc.org/", kLoinc},
        {"http://snomed.info/sct/731000124108", kSnomed},
        {"http://snomed.info/sct", kSnomed},
        {"https://www.whocc.no/atc", kAtc},
        {"urn:oid:1.2.3", "urn:oid:1.2.3"},
        {"http://example.org/codes", "http://example.org/codes"},
        {"", ""},
    };
    for (auto const& [system, canonical] : kRows)
        EXPECT_EQ(Terminology::canonicalSystem(system), canonical) << system;
}

TEST(CodeIndex, IcdCodesMatchWithAndWithoutDotInAnyCase)
{
    for (auto const* code : {"R25.3", "R253", "r25.3", " R25.3 "})
        EXPECT_THAT(setsOf(kIcd10Cm, code), Contains("TWITCH")) << code;
    EXPECT_THAT(setsOf("urn:oid:2.16.840.1.113883.6.90", "R25.3"), Contains("TWITCH"));
    EXPECT_THAT(setsOf(kIcd10Cm, "R25.31"), Not(Contains("TWITCH"))); // no prefix in the set
    EXPECT_THAT(setsOf(kSnomed, "R25.3"), Not(Contains("TWITCH")));
}

TEST(CodeIndex, PrefixesHoldEverythingBelowThem)
{
    EXPECT_THAT(setsOf(kIcd10Cm, "G24.01"), Contains("DYSTONIA_DYSKINESIA"));
    EXPECT_THAT(setsOf(kIcd10Cm, "M62.838"), Contains("CRAMP"));
    EXPECT_THAT(setsOf(kIcd10Cm, "M62.81"), Not(Contains("CRAMP")));
    EXPECT_THAT(setsOf(kIcd10Cm, "G2"), Not(Contains("DYSTONIA_DYSKINESIA")));
}

TEST(CodeIndex, ACodeMayCountOnlyBesideCertainWords)
{
    EXPECT_THAT(setsOf(kIcd10Cm, "R29.2"), Not(Contains("HYPERREFLEXIA")));
    EXPECT_THAT(setsOf(kIcd10Cm, "R29.2", "Abnormal reflex"), Not(Contains("HYPERREFLEXIA")));
    EXPECT_THAT(setsOf(kIcd10Cm, "R29.2", "Hyperreflexia of both legs"), Contains("HYPERREFLEXIA"));
    EXPECT_THAT(setsOf(kIcd10Cm, "R29.2"), Contains("MND_SIGNS")); // by code alone
}

TEST(CodeIndex, AnUnspecifiedMovementIsNoneWhenTheTextNamesAnother)
{
    EXPECT_THAT(setsOf(kIcd10Cm, "R25.9"), Contains("TWITCH_UNSPEC"));
    EXPECT_THAT(setsOf(kIcd10Cm, "R25.9", "Unspecified abnormal involuntary movements"),
                Contains("TWITCH_UNSPEC"));
    EXPECT_THAT(setsOf(kIcd10Cm, "R25.9", "Involuntary movements, tremor"),
                Not(Contains("TWITCH_UNSPEC")));
}

TEST(CodeIndex, OnlyListedLoincCodesAreAnalytes)
{
    auto const keyOf = [](std::string_view code) {
        auto const id = shipped().meaningOf(kLoinc, code).analyte;
        return id.known() ? shipped().analyte(id).key : std::string{};
    };
    // Clinical specification C.0.2; the last row are its urine look-alikes.
    for (auto const& [code, key] : {std::pair{"2823-3", "K"},
                                    {"6298-4", "K"},
                                    {"2951-2", "NA"},
                                    {"17861-6", "CA"},
                                    {"2000-8", "CA"},
                                    {"29265-6", "CA_ADJ"},
                                    {"1995-0", "ICA"},
                                    {"19123-9", "MG"},
                                    {"2601-3", "MG"},
                                    {"2777-1", "PHOS"},
                                    {"2028-9", "HCO3"},
                                    {"3094-0", "BUN"},
                                    {"33914-3", "EGFR"},
                                    {"2157-6", "CK"},
                                    {"14334-7", "LI"},
                                    {"70274-6", "GAD7"}})
        EXPECT_EQ(keyOf(code), key) << code;
    for (auto const* code :
         {"2828-2", "2955-3", "19124-7", "17862-4", "2778-9", "2161-8", "2350-7", "2597-3"})
        EXPECT_EQ(keyOf(code), "") << code;
}

} // namespace
} // namespace tcds::terms
