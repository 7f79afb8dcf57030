#include "tests/unit/terms/content.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::terms {
namespace {

using test::loadTexts;
using testing::HasSubstr;

TEST(AnalyteFile, IsReadInItsOwnOrder)
{
    auto const loaded = loadTexts({}, R"(
MG:
  title: Magnesium
  unit: mmol/L
  haemolysis_sensitive: yes
  codes: [{code: 19123-9, display: "Magnesium [Mass/volume] in Serum or Plasma"}]
  units: {mg/dL: 0.4114, meq/L: 0.5}
  limits:
    - {for: pregnancy, low: 0.60 mmol/L | 1.5 mg/dL}
    - {low: 0.70 mmol/L | 1.7 mg/dL | 1.4 meq/L, high: 1.05 mmol/L | 2.6 mg/dL}
  guard: [{low: [0.60 mmol/L, 0.80 mmol/L]}]
  plausible: [0.05 mmol/L, 15 mmol/L]
  window: {default: 30 d, inpatient: 72 h}
NA: {title: Sodium, unit: mmol/L, lab_range: shown, limits: [{low: 135 mmol/L, high: 145 mmol/L}]}
)");

    ASSERT_EQ(loaded.report(), "");
    ASSERT_EQ(loaded.terms->analytes().size(), 2U);
    auto const& magnesium = loaded.terms->analytes()[0];
    EXPECT_EQ(magnesium.key, "MG");
    EXPECT_TRUE(magnesium.haemolysisSensitive);
    ASSERT_EQ(magnesium.limits.size(), 2U);
    EXPECT_EQ(magnesium.limits[0].population, "pregnancy");
    EXPECT_FALSE(magnesium.limits[0].high);
    ASSERT_EQ(magnesium.limits[1].low->size(), 3U);
    EXPECT_EQ((*magnesium.limits[1].low)[1].text, "1.7 mg/dL");
    EXPECT_EQ((*magnesium.limits[1].low)[2].ucum, "meq/L");
    EXPECT_EQ(magnesium.guards[0].lowTo->value, Decimal::parse("0.8").value());
    EXPECT_EQ(magnesium.window, (Duration{30, Duration::Unit::Day}));
    EXPECT_EQ(magnesium.inpatientWindow, (Duration{72, Duration::Unit::Hour}));
    EXPECT_TRUE(loaded.terms->analytes()[1].limits[0].labRangeShownOnly);
    EXPECT_EQ(loaded.terms->meaningOf("http://loinc.org", "19123-9").analyte, magnesium.id);
}

struct Fault {
    char const *yaml, *message;
};

TEST(AnalyteFile, FaultsNamePlaceFindingAndFix)
{
    constexpr Fault kFaults[]{
        {"K: {title: Potassium, unit: mmol/L, limts: []}",
         "analytes.yaml:1:37: error L01: unknown key \"limts\" in an analyte. Fix: did you mean "
         "\"limits\"?"},
        {"K: {title: Potassium, unit: mmol/L, limits: [{low: 3.5 mg/dL}]}",
         "error L05: \"3.5 mg/dL\" cannot be converted: K is kept in mmol/L."},
        {"K: {title: Potassium, unit: mmol/L, limits: [{low: 3.5}]}",
         "error L05: \"3.5\" is no quantity."},
        {"K: {title: Potassium, unit: mEq/L}", "error L05: \"mEq/L\" is no UCUM unit."},
        {"K: {title: Potassium, unit: mmol/L, plausible: [0.8 mmol/L, 20 mmol/L], limits: [{low: "
         "35 mmol/L}]}",
         "error L06: \"35 mmol/L\" lies outside the plausible range."},
        {"K: {title: Potassium, unit: mmol/L, plausible: [20 mmol/L, 0.8 mmol/L]}",
         "error L06: the plausible range is upside down."},
        {"K: {title: Potassium, unit: mmol/L, window: {default: thirty}}",
         "error L01: \"thirty\" is no duration."},
        {"K: {title: A, unit: mmol/L, codes: [{code: 1-1}]}\nNA: {title: B, unit: mmol/L, codes: "
         "[{code: 1-1}]}",
         "error L02: LOINC 1-1 belongs to K and NA."},
        {"X: {title: A, unit: mmol/L, derived: {kind: ratio, of: [X, Y]}}",
         "error L03: analyte \"Y\" does not exist."},
        {"K: {title: A, unit: mmol/L, limits: [{low: 3 mmol/L}, {for: female, low: 3 mmol/L}]}",
         "error L01: no row can stand behind the one for everybody."},
        {"K: {title: A, unit: mmol/L, units: {meq/L: 0}}",
         "error L05: a factor of 0 makes every result 0."},
        {"K: {title: A, unit: mmol/L, unitless: maybe}", "error L01: \"unitless\" is yes or no."},
    };
    for (auto const& fault : kFaults)
        EXPECT_THAT(loadTexts({}, fault.yaml).report(), HasSubstr(fault.message));
}

} // namespace
} // namespace tcds::terms
