#include "fhir/terms/analyte.hpp"

#include "tests/unit/terms/content.hpp"

#include <gtest/gtest.h>

namespace tcds::terms {
namespace {

using test::shipped;

Analyte const& analyte(std::string_view key)
{
    return shipped().analyte(shipped().analyteNamed(key));
}

struct Row {
    char const *key, *value, *unit, *loinc, *expected; // expected nullptr: no unit of the analyte
};

// Factors of the clinical specification C.0.2, multiplied by hand.
constexpr Row kRows[]{
    {"K", "3.1", "mmol/L", "2823-3", "3.1"},
    {"K", "3.1", "meq/L", "2823-3", "3.1"},
    {"K", "3100", "umol/L", "2823-3", "3.1"},
    {"K", "12", "mg/dL", "2823-3", nullptr}, // never guessed
    {"K", "3.1", "", "2823-3", nullptr},
    {"NA", "135", "meq/L", "2951-2", "135"},
    {"NA", "310", "mg/dL", "2951-2", nullptr},
    {"CA", "8", "mg/dL", "17861-6", "1.996"},
    {"CA", "80", "mg/L", "17861-6", "1.996"}, // commensurable with a listed unit
    {"CA", "4", "meq/L", "17861-6", "2"},
    {"MG", "1.7", "mg/dL", "19123-9", "0.69938"},
    {"MG", "1.4", "meq/L", "19123-9", "0.7"},
    {"PHOS", "2.5", "mg/dL", "2777-1", "0.80725"},
    {"ALB", "3.2", "g/dL", "1751-7", "32"},
    {"ALB", "32", "g/L", "1751-7", "32"},
    {"GLUC", "70", "mg/dL", "2345-7", "3.885"},
    {"BUN", "60", "mg/dL", "3094-0", "21.42"},
    {"BUN", "60", "mg/dL", "22664-7", "9.99"}, // the whole molecule: x 0.1665
    {"CREAT", "1.2", "mg/dL", "2160-0", "106.08"},
    {"TSH", "0.3", "u[IU]/mL", "3016-3", "0.3"},
    {"VITD", "12", "ng/mL", "1989-3", "30"},
    {"PTH", "50", "pg/mL", "2731-8", "5.3"},
    {"DIG", "2", "ng/mL", "10535-3", "2"},
    {"THEO", "100", "umol/L", "4049-3", "18.02"},
    {"HCT", "45", "%", "4544-3", "0.45"},
    {"QTC", "0.47", "s", "8636-3", "470"},
    {"PCO2", "5", "kPa", "2019-8", "37.505"},
    {"PH", "7.4", "", "2744-1", "7.4"},
    {"PH", "7.4", "[pH]", "2744-1", "7.4"},
    {"GAD7", "9", "{score}", "70274-6", "9"},
};

TEST(ToCanonical, UsesTheFactorsOfTheSubstance)
{
    for (auto const& row : kRows) {
        SCOPED_TRACE(std::string{row.key} + " " + row.value + " " + row.unit + " " + row.loinc);
        auto const canonical =
            toCanonical(analyte(row.key), Decimal::parse(row.value).value(), row.unit, row.loinc);
        ASSERT_EQ(canonical.has_value(), row.expected != nullptr);
        if (canonical) {
            EXPECT_EQ(*canonical, Decimal::parse(row.expected).value());
        }
    }
}

TEST(ToCanonical, ShiftsFahrenheit)
{
    auto const celsius = toCanonical(analyte("TEMP"), Decimal::parse("100.4").value(), "[degF]");

    ASSERT_TRUE(celsius);
    EXPECT_EQ(celsius->rounded(2), Decimal::parse("38.00").value());
}

struct Property {
    char const *display, *unit;
    bool contradicts;
};

TEST(UnitContradictsCode, ComparesTheUnitWithThePropertyInTheName)
{
    constexpr Property kProperties[]{
        {"Calcium [Moles/volume] in Serum or Plasma", "mg/dL", true},
        {"Calcium [Moles/volume] in Serum or Plasma", "mmol/L", false},
        {"Calcium [Moles/volume] in Serum or Plasma", "meq/L", false},
        {"Calcium [Mass/volume] in Serum or Plasma", "mmol/L", true},
        {"Calcium [Mass/volume] in Serum or Plasma", "meq/L", true},
        {"Calcium [Mass/volume] in Serum or Plasma", "mg/dL", false},
        {"Calcium SerPl-sCnc", "mg/dL", true},
        {"Calcium SerPl-mCnc", "mmol/L", true},
        {"Vitamin D [Mass or Moles/volume]", "nmol/L", false},
        {"Creatine kinase [Enzymatic activity/volume]", "U/L", false},
        {"", "mg/dL", false},
    };
    for (auto const& row : kProperties)
        EXPECT_EQ(unitContradictsCode({"", row.display, "", {}}, row.unit), row.contradicts)
            << row.display << " " << row.unit;
}

} // namespace
} // namespace tcds::terms
