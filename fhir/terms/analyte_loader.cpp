#include "fhir/terms/analyte_loader.hpp"

#include "fhir/terms/authored.hpp"
#include "fhir/terms/table.hpp"
#include "fhir/terms/unit_grammar.hpp"
#include "fhir/terms/words.hpp"

#include <algorithm>
#include <unordered_map>

namespace tcds::terms {
namespace {

/// `3.5 mmol/L`; the unit may hold blanks of its own only where UCUM does, that is never.
std::optional<Measure> parseMeasure(std::string_view text)
{
    text = trimmed(text);
    auto const blank = text.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    auto const value = Decimal::parse(text.substr(0, blank));
    auto const unit = parseUnit(trimmed(text.substr(blank)));
    if (!value || !unit) return std::nullopt;
    return Measure{*value, unit->text, std::string{text}};
}

class AnalyteReader
{
public:
    AnalyteReader(Node::Member const& member, AnalyteId id, Problems& problems)
        : problems_{problems}, fields_{member.value,
                                       "analyte",
                                       {"title", "unit", "unitless", "codes", "units", "limits",
                                        "guard", "lab_range", "plausible", "window", "category",
                                        "derived", "haemolysis_sensitive"},
                                       problems}
    {
        analyte_.id = id;
        analyte_.key = member.key;
    }

    Analyte run()
    {
        if (!fields_.isMap()) return std::move(analyte_);
        analyte_.title = fields_.required("title");
        readUnit();
        analyte_.unitless = fields_.flag("unitless");
        analyte_.haemolysisSensitive = fields_.flag("haemolysis_sensitive");
        readCategory();
        if (auto const units = fields_.find("units")) analyte_.units = readFactors(*units);
        for (auto const& node : fields_.list("codes")) readCode(node);
        readPlausible();
        auto const shownOnly = readShown(fields_);
        for (auto const& node : fields_.list("limits")) readLimits(node, shownOnly);
        for (auto const& node : fields_.list("guard")) readGuard(node);
        readWindow();
        return std::move(analyte_);
    }

private:
    void readUnit()
    {
        auto const unit = fields_.required("unit");
        if (unit.empty()) return;
        auto const parts = parseUnit(unit);
        if (!parts)
            problems_.error("L05", fields_.find("unit")->where(), quoted(unit) + " is no UCUM unit",
                            "write the UCUM code, such as mmol/L");
        analyte_.unit = parts ? parts->text : std::string{unit};
    }

    void readCategory()
    {
        auto const category = fields_.text("category");
        analyte_.vital = category == "vital-signs";
        if (!category.empty() && category != "laboratory" && category != "vital-signs" &&
            category != "score")
            problems_.error("L01", fields_.find("category")->where(),
                            quoted(category) + " is no category",
                            "write laboratory, vital-signs or score");
    }

    std::optional<Decimal> number(Node const& node)
    {
        auto const value = node.isText() ? Decimal::parse(node.text()) : Result<Decimal>{Error{}};
        if (value) return *value;
        problems_.error("L01", node.where(), quoted(node.text()) + " is no number",
                        "write a decimal number");
        return std::nullopt;
    }

    std::vector<UnitFactor> readFactors(Node const& node)
    {
        std::vector<UnitFactor> factors;
        if (!node.isMap()) {
            problems_.error("L01", node.where(), "units is a map of unit to factor",
                            "write {meq/L: 1}");
            return factors;
        }
        for (auto const& member : node.members()) {
            auto const unit = parseUnit(member.key);
            if (!unit)
                problems_.error("L05", member.keyNode.where(),
                                quoted(member.key) + " is no UCUM unit",
                                "write the UCUM code, such as mmol/L");
            UnitFactor factor{unit ? unit->text : std::string{member.key}, Decimal{1, 0},
                              Decimal{}};
            if (member.value.isText()) {
                if (auto const value = number(member.value)) factor.factor = *value;
            } else {
                Fields const fields{member.value, "unit", {"factor", "offset"}, problems_};
                if (auto const given = fields.find("factor"))
                    if (auto const value = number(*given)) factor.factor = *value;
                if (auto const given = fields.find("offset"))
                    if (auto const value = number(*given)) factor.offset = *value;
            }
            if (factor.factor.isZero())
                problems_.error("L05", member.value.where(), "a factor of 0 makes every result 0",
                                "write the factor to " + analyte_.unit);
            factors.push_back(std::move(factor));
        }
        return factors;
    }

    void readCode(Node const& node)
    {
        Fields const fields{node, "code", {"code", "display", "source", "units"}, problems_};
        if (!fields.isMap()) return;
        AnalyteCode code{std::string{fields.required("code")},
                         std::string{fields.text("display")},
                         std::string{fields.text("source")},
                         {}};
        if (auto const units = fields.find("units")) code.units = readFactors(*units);
        if (!code.code.empty()) analyte_.codes.push_back(std::move(code));
    }

    /// A quantity in a unit of this analyte.
    std::optional<Measure> measure(Node const& node, std::string_view text)
    {
        auto const read = parseMeasure(text);
        if (!read) {
            problems_.error("L05", node.where(), quoted(trimmed(text)) + " is no quantity",
                            "write a number, a blank and a UCUM unit: 3.5 mmol/L");
            return std::nullopt;
        }
        auto const canonical = toCanonical(analyte_, read->value, read->ucum);
        if (!canonical) {
            problems_.error("L05", node.where(),
                            quoted(read->text) + " cannot be converted: " + analyte_.key +
                                " is kept in " + analyte_.unit,
                            "write it in " + analyte_.unit + ", or add the unit's factor to units");
            return std::nullopt;
        }
        bool const outside = (low_ && *canonical < *low_) || (high_ && *canonical > *high_);
        if (outside)
            problems_.error("L06", node.where(),
                            quoted(read->text) + " lies outside the plausible range",
                            "check the number and its unit");
        return read;
    }

    std::optional<Measure> measure(Node const& node) { return measure(node, node.text()); }

    void readPlausible()
    {
        auto const node = fields_.find("plausible");
        if (!node) return;
        auto const range = pair(*node);
        if (!range) return;
        analyte_.plausibleLow = measure(range->first);
        analyte_.plausibleHigh = measure(range->second);
        if (!analyte_.plausibleLow || !analyte_.plausibleHigh) return;
        auto const low =
            toCanonical(analyte_, analyte_.plausibleLow->value, analyte_.plausibleLow->ucum);
        auto const high =
            toCanonical(analyte_, analyte_.plausibleHigh->value, analyte_.plausibleHigh->ucum);
        if (*high < *low)
            problems_.error("L06", node->where(), "the plausible range is upside down",
                            "write [low, high]");
        low_ = low;
        high_ = high;
    }

    std::optional<std::pair<Node, Node>> pair(Node const& node)
    {
        auto const items = node.items();
        if (node.isList() && items.size() == 2) return std::pair{items[0], items[1]};
        problems_.error("L01", node.where(), "two quantities are needed", "write [low, high]");
        return std::nullopt;
    }

    bool readShown(Fields const& fields)
    {
        auto const range = fields.text("lab_range");
        if (!range.empty() && range != "used" && range != "shown")
            problems_.error("L01", fields.find("lab_range")->where(),
                            quoted(range) + " is no way to use a range", "write used or shown");
        return range == "shown";
    }

    std::optional<Limit> limit(Fields const& fields, std::string_view key)
    {
        auto const node = fields.find(key);
        if (!node) return std::nullopt;
        Limit alternatives;
        forEachPart(node->text(), [&](std::string_view part) {
            if (auto read = measure(*node, part)) alternatives.push_back(std::move(*read));
        });
        if (alternatives.empty()) {
            if (!node->isText())
                problems_.error("L01", node->where(), "a limit is a text", "write 3.5 mmol/L");
            return std::nullopt;
        }
        return alternatives;
    }

    void readLimits(Node const& node, bool shownOnly)
    {
        Fields const fields{node, "row of limits", {"for", "low", "high", "lab_range"}, problems_};
        if (!fields.isMap()) return;
        if (!analyte_.limits.empty() && analyte_.limits.back().population.empty())
            problems_.error("L01", node.where(), "no row can stand behind the one for everybody",
                            "put the row without \"for\" last");
        analyte_.limits.push_back({std::string{fields.text("for")}, limit(fields, "low"),
                                   limit(fields, "high"), shownOnly || readShown(fields)});
    }

    void readGuard(Node const& node)
    {
        Fields const fields{node, "row of guard", {"for", "low", "high"}, problems_};
        if (!fields.isMap()) return;
        GuardRow row;
        row.population = fields.text("for");
        if (auto const low = fields.find("low"))
            if (auto const range = pair(*low)) {
                row.lowFrom = measure(range->first);
                row.lowTo = measure(range->second);
            }
        if (auto const high = fields.find("high"))
            if (auto const range = pair(*high)) {
                row.highFrom = measure(range->first);
                row.highTo = measure(range->second);
            }
        analyte_.guards.push_back(std::move(row));
    }

    void readWindow()
    {
        auto const node = fields_.find("window");
        if (!node) return;
        Fields const fields{*node, "window", {"default", "inpatient"}, problems_};
        if (auto const window = fields.duration("default")) analyte_.window = *window;
        analyte_.inpatientWindow = fields.duration("inpatient");
    }

    Problems& problems_;
    Fields fields_;
    Analyte analyte_;
    std::optional<Decimal> low_, high_; // plausible, canonical
};

/// Derived analytes name others, which may stand further down.
class DerivedReader
{
public:
    DerivedReader(std::vector<Analyte>& analytes, Problems& problems)
        : analytes_{analytes}, problems_{problems}
    {
    }

    void read(Analyte& analyte, Node const& node)
    {
        Fields const fields{
            node, "derivation", {"kind", "of", "within", "reported", "systems"}, problems_};
        if (!fields.isMap()) return;
        auto const kind = fields.required("kind");
        if (kind == "albumin-adjusted-calcium")
            analyte.derived = DerivedKind::AlbuminAdjustedCalcium;
        else if (kind == "ratio")
            analyte.derived = DerivedKind::Ratio;
        else if (!kind.empty())
            problems_.error("L01", fields.find("kind")->where(), quoted(kind) + " is no derivation",
                            "write albumin-adjusted-calcium or ratio");
        for (auto const& input : fields.list("of"))
            if (auto const id = find(input)) analyte.of.push_back(*id);
        if (analyte.of.size() != 2)
            problems_.error("L03", node.where(), "a derivation needs two inputs",
                            "write of: [CA, ALB]");
        analyte.ofWithin = fields.duration("within");
        if (auto const reported = fields.find("reported"))
            (void)find(*reported); // its own key, checked only
        for (auto const& system : fields.list("systems")) readSystem(analyte, system);
    }

private:
    std::optional<AnalyteId> find(Node const& node)
    {
        auto const found =
            std::find_if(analytes_.begin(), analytes_.end(),
                         [&](Analyte const& each) { return each.key == node.text(); });
        if (found != analytes_.end()) return found->id;
        std::vector<std::string_view> keys;
        for (auto const& each : analytes_) keys.emplace_back(each.key);
        problems_.error("L03", node.where(), "analyte " + quoted(node.text()) + " does not exist",
                        didYouMean(node.text(), keys, "use a key of this file"));
        return std::nullopt;
    }

    void readSystem(Analyte& analyte, Node const& node)
    {
        Fields const fields{node, "unit system", {"units", "factor", "unit"}, problems_};
        if (!fields.isMap()) return;
        auto const units = fields.list("units");
        auto const factor = fields.text("factor");
        auto const value = Decimal::parse(factor.empty() ? "1" : factor);
        bool const known = units.size() == 2 && parseUnit(units[0].text()) &&
                           parseUnit(units[1].text()) && parseUnit(fields.required("unit"));
        if (!known || !value) {
            problems_.error("L05", node.where(),
                            "a unit system needs the units of both inputs and its own",
                            "write {units: [mg/dL, mg/dL], unit: mg/mg}");
            return;
        }
        analyte.systems.push_back({parseUnit(units[0].text())->text,
                                   parseUnit(units[1].text())->text, *value,
                                   parseUnit(fields.text("unit"))->text});
    }

    std::vector<Analyte>& analytes_;
    Problems& problems_;
};

void refuseSharedCodes(std::vector<Analyte> const& analytes, Tree const& tree, Problems& problems)
{
    std::unordered_map<std::string_view, std::string_view> owners;
    for (auto const& analyte : analytes)
        for (auto const& code : analyte.codes) {
            auto const [place, added] = owners.emplace(code.code, analyte.key);
            if (added) continue;
            auto const entry = tree.root().find(analyte.key);
            problems.error("L02", entry ? entry->where() : tree.file(),
                           "LOINC " + code.code + " belongs to " + std::string{place->second} +
                               " and " + analyte.key,
                           "keep it in one analyte");
        }
}

} // namespace

std::vector<Analyte> readAnalytes(Tree const& tree, Problems& problems)
{
    std::vector<Analyte> analytes;
    if (!tree.root().isMap()) {
        problems.error("L01", tree.root().where(), "analytes are a map of key to entry",
                       "write K: {...}");
        return analytes;
    }
    auto const members = tree.root().members();
    for (auto const& member : members) {
        AnalyteId const id{static_cast<std::uint16_t>(analytes.size())};
        analytes.push_back(AnalyteReader{member, id, problems}.run());
    }
    DerivedReader derived{analytes, problems};
    for (std::size_t i = 0; i < members.size(); ++i)
        if (members[i].value.isMap())
            if (auto const node = members[i].value.find("derived"))
                derived.read(analytes[i], *node);
    refuseSharedCodes(analytes, tree, problems);
    return analytes;
}

} // namespace tcds::terms
