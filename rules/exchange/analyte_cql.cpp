#include "rules/exchange/cql_library.hpp"
#include "rules/exchange/cql_text.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace tcds::rules::exchange {

namespace {

/// Spellings of UCUM in which laboratories report; those that convert to the analyte's unit are
/// written out, so that no unit service is needed at run time.
std::vector<std::string> reportedUnits()
{
    static constexpr std::array<std::string_view, 23> kAmounts{
        "mol", "mmol", "umol",  "nmol",  "pmol",  "g",   "mg",  "ug",
        "ng",  "pg",   "eq",    "meq",   "ueq",   "U",   "kU",  "mU",
        "uU",  "[IU]", "k[IU]", "m[IU]", "u[IU]", "osm", "mosm"};
    static constexpr std::array<std::string_view, 5> kVolumes{"L", "dL", "mL", "uL", "kg"};
    std::vector<std::string> units{
        "s",      "ms",  "%",    "1",   "Cel",    "[degF]",           "K",
        "mm[Hg]", "kPa", "[pH]", "L/L", "mL/min", "mL/min/{1.73_m2}", "mL/min/1.73.m2"};
    for (auto const amount : kAmounts)
        for (auto const volume : kVolumes)
            units.push_back(std::string{amount} + '/' + std::string{volume});
    return units;
}

/// `value` as an expression in the canonical unit, by unit.
using Conversions = std::map<std::string, std::string>;

void addListed(std::vector<terms::UnitFactor> const& units, std::string const& value,
               Conversions& conversions)
{
    for (auto const& unit : units) {
        auto const moved =
            unit.offset.isZero() ? value : "(" + value + " + " + cqlDecimal(unit.offset) + ")";
        auto const one = unit.factor == Decimal{1, 0};
        conversions[unit.ucum] =
            one ? moved : "Round(" + moved + " * " + cqlDecimal(unit.factor) + ", 8)";
    }
}

Conversions conversionsOf(terms::Analyte const& analyte, std::string const& value)
{
    constexpr int kMostPlaces = 8;
    Conversions conversions;
    for (auto const& unit : reportedUnits()) {
        auto const zero = terms::toCanonical(analyte, Decimal{}, unit);
        auto const one = terms::toCanonical(analyte, Decimal{1, 0}, unit);
        if (!zero || !one || !zero->isZero()) continue;
        if (*one == Decimal{1, 0})
            conversions[unit] = value;
        else if (one->rounded(kMostPlaces) == *one)
            conversions[unit] = "Round(" + value + " * " + cqlDecimal(*one) + ", 8)";
    }
    addListed(analyte.units, value, conversions);
    conversions[analyte.unit] = value;
    return conversions;
}

std::string byUnit(Conversions const& conversions, std::string const& unit)
{
    std::string text = "case " + unit;
    for (auto const& [ucum, value] : conversions)
        text += " when " + cqlString(ucum) + " then " + value;
    return text + " else null as Decimal end";
}

/// Codes that have factors of their own: urea against urea nitrogen.
std::string withOwnFactors(terms::Analyte const& analyte, std::string const& otherwise)
{
    std::string text;
    for (auto const& code : analyte.codes) {
        if (code.units.empty()) continue;
        Conversions own;
        addListed(code.units, "R.value", own);
        for (auto const& [ucum, value] : own)
            text += "when R.unit = " + cqlString(ucum) +
                    " and exists (R.codes C where C.code = " + cqlString(code.code) + ") then " +
                    value + "\n      ";
    }
    return text.empty() ? otherwise : "case " + text + "else " + otherwise + " end";
}

std::optional<Decimal> canonical(terms::Analyte const& analyte,
                                 std::optional<terms::Measure> const& measure)
{
    if (!measure) return std::nullopt;
    return terms::toCanonical(analyte, measure->value, measure->ucum);
}

class AnalyteCql
{
public:
    AnalyteCql(CqlLibrary& library, terms::Analyte const& analyte)
        : library_{library}, analyte_{analyte}, populations_{
                                                    library.rules().populations[analyte.id.index()]}
    {
    }

    void write()
    {
        auto const least = canonical(analyte_, analyte_.plausibleLow);
        auto const most = canonical(analyte_, analyte_.plausibleHigh);
        std::string usable = "canonical is not null";
        if (least) usable += " and canonical >= " + cqlDecimal(*least);
        if (most) usable += " and canonical <= " + cqlDecimal(*most);
        library_.defineFunction(analyte_.key + " canonical", "value Decimal, unit String",
                                byUnit(conversionsOf(analyte_, "value"), "unit"));
        if (!analyte_.limits.empty()) defineRow();

        std::vector<std::string> own;
        for (auto const& code : analyte_.codes)
            if (!code.units.empty()) own.push_back(code.code);
        auto text =
            "(Tcds.\"Results\" R\n    let canonical: " +
            withOwnFactors(analyte_, canonicalOf("R.value", "R.unit")) +
            ",\n      usable: " + usable + ",\n      ownFactors: " +
            (own.empty() ? "false"
                         : "R.unit != " + cqlString(analyte_.unit) +
                               " and exists (R.codes C where C.code in " + cqlList(own) + ")");
        for (auto const low : {true, false}) text += limitsOf(low);
        text += "\n    where R.codes in " + cqlName(analyteSetName(analyte_)) +
                "\n    return all Tuple {\n      at: R.at, atMinute: R.atMinute, atMilli: "
                "R.atMilli, rank: R.rank,\n      issuedMinute: R.issuedMinute, issuedMilli: "
                "R.issuedMilli, source: "
                "R.source, notes: R.notes,\n      value: R.value, unit: R.unit, comparator: "
                "R.comparator, canonical: canonical,\n      usable: usable, ownFactors: ownFactors,"
                "\n      lowLimit: lowLimit, lowReported: lowReported, highLimit: highLimit, "
                "highReported: highReported\n    }) S\n    sort by atMinute desc, atMilli desc, "
                "rank desc, issuedMinute desc, "
                "issuedMilli desc, source desc";
        library_.define(analyte_.key + " results", text, analyte_.title + ", newest first");
        library_.define(analyte_.key + " newest",
                        "First(" + cqlName(analyte_.key + " results") + " R where R.usable)");
    }

private:
    [[nodiscard]] std::string canonicalOf(std::string const& value, std::string const& unit) const
    {
        return cqlName(analyte_.key + " canonical") + "(" + value + ", " + unit + ")";
    }

    /// Which row of limits holds for the patient: the first whose population is certain.
    void defineRow()
    {
        std::string text = "case";
        for (std::size_t i = 0; i < analyte_.limits.size(); ++i)
            text += "\n    when " + library_.isPopulation(populations_.limits[i]) + " then " +
                    std::to_string(i + 1);
        library_.define(analyte_.key + " row", text + "\n    else null as Integer end");
    }

    template <class Value>
    std::string byRow(Value valueOf, std::string const& otherwise) const
    {
        std::string text = "(case " + cqlName(analyte_.key + " row");
        for (std::size_t i = 0; i < analyte_.limits.size(); ++i) {
            auto const value = valueOf(analyte_.limits[i]);
            if (value != otherwise) text += " when " + std::to_string(i + 1) + " then " + value;
        }
        auto const none = text.ends_with("row\"");
        return none ? otherwise : text + " else " + otherwise + " end)";
    }

    std::string believed(terms::GuardRow const* guard, bool low, std::string const& limit) const
    {
        auto const& from = guard == nullptr ? std::optional<terms::Measure>{}
                           : low            ? guard->lowFrom
                                            : guard->highFrom;
        auto const& to = guard == nullptr ? std::optional<terms::Measure>{}
                         : low            ? guard->lowTo
                                          : guard->highTo;
        if (from && to)
            return "(" + limit + " >= " + cqlDecimal(from->value) + " and " + limit +
                   " <= " + cqlDecimal(to->value) + ")";
        // Without a guard: within 25 % of the default.
        auto const standard = low ? "lowStandard" : "highStandard";
        return "(" + std::string{standard} + " is null or (" + limit + " >= Round(" + standard +
               " * 0.75, 8) and " + limit + " <= Round(" + standard + " * 1.25, 8)))";
    }

    std::string isBelieved(bool low) const
    {
        std::string const side = low ? "low" : "high";
        auto const limit = side + "Canonical";
        std::string text = "(case";
        auto everybody = false;
        for (std::size_t i = 0; i < analyte_.guards.size() && !everybody; ++i) {
            auto const population = populations_.guards[i];
            auto const& known = library_.rules().known;
            auto condition = library_.isPopulation(population);
            // A guard for the population that the row is itself written for does not apply to it.
            if (population.known() && population == known.pregnant)
                condition = "(not " + side + "Range.pregnancy and " + condition + ")";
            everybody = !population.known();
            text += (everybody ? " else " : " when " + condition + " then ") +
                    believed(&analyte_.guards[i], low, limit);
        }
        if (!everybody) {
            if (text == "(case") return believed(nullptr, low, limit);
            text += " else " + believed(nullptr, low, limit);
        }
        text += " end)";
        return text.starts_with("(case else ")
                   ? text.substr(11, text.size() - 11 - std::string{" end)"}.size())
                   : text;
    }

    std::string standardOf(bool low, terms::LimitRow const& row, bool canonicalOnly) const
    {
        auto const& limit = low ? row.low : row.high;
        if (!limit) return "null as Decimal";
        std::string text;
        for (std::size_t i = 1; i < limit->size() && !canonicalOnly; ++i)
            text += "if not ownFactors and R.unit = " + cqlString((*limit)[i].ucum) + " then " +
                    cqlDecimal((*limit)[i].value) + " else ";
        text += cqlDecimal(limit->front().value);
        return text.starts_with("if ") ? "(" + text + ")" : text;
    }

    /// The limit of one side: the laboratory's own if it is believed, else the default.
    std::string limitsOf(bool low) const
    {
        std::string const side = low ? "low" : "high";
        if (analyte_.limits.empty() && analyte_.guards.empty() &&
            analyte_.derived != terms::DerivedKind::None)
            return ",\n      " + side + "Limit: null as Decimal,\n      " + side +
                   "Reported: false";
        auto const& known = library_.rules().known;
        auto const pregnant =
            known.pregnant.known() ? library_.isPopulation(known.pregnant) : std::string{"false"};
        auto const fits = "(R.ranges) G where G." + side + " is not null and (not G.pregnancy or " +
                          pregnant + ")";
        auto const limit = side + "Range." + side;
        auto const unit = side + "Range." + side + "Unit";
        auto const shownOnly = byRow(
            [](terms::LimitRow const& row) {
                return std::string{row.labRangeShownOnly ? "true" : "false"};
            },
            "false");
        auto const alternatives = byRow(
            [&](terms::LimitRow const& row) {
                std::vector<std::string> units{analyte_.unit};
                if (auto const& own = low ? row.low : row.high)
                    for (auto const& measure : *own)
                        if (measure.ucum != analyte_.unit) units.push_back(measure.ucum);
                return "R.unit in " + cqlList(units);
            },
            "false");
        std::string text;
        text += ",\n      " + side + "Range: Coalesce(First(" + fits + " and G.special), First(" +
                fits + "))";
        text += ",\n      " + side + "Standard: " +
                byRow([&](terms::LimitRow const& row) { return standardOf(low, row, true); },
                      "null as Decimal");
        text += ",\n      " + side + "Canonical: if " + unit +
                " = R.unit and ownFactors then Round(" + limit +
                " * canonical / R.value, 8)\n        else " + canonicalOf(limit, unit);
        text += ",\n      " + side + "Believed: " + side + "Range is not null and " + side +
                "Canonical is not null and not " + shownOnly + "\n        and " + isBelieved(low);
        text += ",\n      " + side + "Limit: if " + side + "Believed then (if " + unit +
                " = R.unit then " + limit + " else " + side + "Canonical)\n        else " +
                byRow([&](terms::LimitRow const& row) { return standardOf(low, row, false); },
                      "null as Decimal");
        text += ",\n      " + side + "Reported: if " + side + "Believed then " + unit +
                " = R.unit else not ownFactors and " + alternatives;
        return text;
    }

    CqlLibrary& library_;
    terms::Analyte const& analyte_;
    RowPopulations const& populations_;
};

} // namespace

void defineAnalyte(CqlLibrary& library, terms::Analyte const& analyte)
{
    AnalyteCql{library, analyte}.write();
}

} // namespace tcds::rules::exchange
