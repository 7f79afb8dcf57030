#include "rules/load/read_quantity.hpp"

#include "rules/load/dictionary.hpp"
#include "rules/load/fields.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

constexpr std::string_view kUpper = "xULN";
constexpr std::string_view kLower = "xLLN";

std::string quoted(std::string_view text) { return '"' + std::string{text} + '"'; }

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::string nameOf(terms::Analyte const& analyte)
{
    return analyte.key + " (" + analyte.title + ")";
}

/// `3.5 mmol/L`; the unit is not looked at.
std::optional<terms::Measure> measureOf(std::string_view text)
{
    auto const blank = text.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    auto const number = Decimal::parse(text.substr(0, blank));
    auto const unit = trimmed(text.substr(blank));
    if (!number || unit.empty() || unit.find(' ') != std::string_view::npos) return std::nullopt;
    return terms::Measure{*number, std::string{unit}, std::string{text}};
}

std::string textOf(std::optional<terms::Measure> const& measure)
{
    return measure ? measure->text : "any";
}

std::string unitsOf(terms::Analyte const& analyte)
{
    auto list = analyte.unit;
    for (auto const& unit : analyte.units)
        list += (&unit == &analyte.units.back() ? " or " : ", ") + unit.ucum;
    return list;
}

class LimitReader
{
public:
    LimitReader(Node node, terms::Analyte const& analyte, bool isDifference, Problems& problems)
        : node_{node}, analyte_{analyte}, isDifference_{isDifference}, problems_{problems}
    {
    }

    std::optional<terms::Limit> read()
    {
        terms::Limit limit;
        std::vector<Decimal> canonical;
        auto rest = node_.text();
        while (true) {
            auto const bar = rest.find('|');
            auto const measure = measureOf(trimmed(rest.substr(0, bar)));
            if (!measure)
                return fail("L01", quoted(node_.text()) + " is no quantity",
                            "write number and unit: 3.5 " + analyte_.unit);
            auto const value = canonicalOf(*measure);
            if (!value) return std::nullopt;
            limit.push_back(*measure);
            canonical.push_back(*value);
            if (bar == std::string_view::npos) break;
            rest = rest.substr(bar + 1);
        }
        if (!agree(canonical)) return std::nullopt;
        putCanonicalFirst(limit, canonical.front());
        return limit;
    }

private:
    std::nullopt_t fail(std::string code, std::string what, std::string fix)
    {
        problems_.error(std::move(code), node_.where(), std::move(what), std::move(fix));
        return std::nullopt;
    }

    std::optional<Decimal> canonicalOf(terms::Measure const& measure)
    {
        auto value = terms::toCanonical(analyte_, measure.value, measure.ucum);
        if (value && isDifference_) {
            // An offset of the unit (degrees Fahrenheit) does not count in a difference.
            auto const zero = terms::toCanonical(analyte_, Decimal{}, measure.ucum);
            value = *value - *zero;
        }
        if (!value)
            return fail("L05",
                        quoted(measure.text) + " is not in a unit of " + nameOf(analyte_) +
                            ", which is kept in " + analyte_.unit,
                        "write it in " + unitsOf(analyte_));
        auto const tooLow = analyte_.plausibleLow && *value < analyte_.plausibleLow->value;
        auto const tooHigh = analyte_.plausibleHigh && *value > analyte_.plausibleHigh->value;
        if (!isDifference_ && (tooLow || tooHigh))
            return fail("L06",
                        quoted(measure.text) + " lies outside the plausible range of " +
                            nameOf(analyte_) + ", " + textOf(analyte_.plausibleLow) + " to " +
                            textOf(analyte_.plausibleHigh),
                        "correct the number or its unit");
        return value;
    }

    /// Alternatives are the same limit rounded in another unit: they may differ by a few percent.
    bool agree(std::vector<Decimal> const& canonical)
    {
        static Decimal const kTolerance{5, 2};
        for (auto const& other : canonical) {
            auto const difference =
                other > canonical.front() ? other - canonical.front() : canonical.front() - other;
            if (difference <= canonical.front() * kTolerance) continue;
            fail("L05", quoted(node_.text()) + " names different values of " + nameOf(analyte_),
                 "write the same limit in each unit");
            return false;
        }
        return true;
    }

    void putCanonicalFirst(terms::Limit& limit, Decimal const& canonical)
    {
        auto const at = std::ranges::find(limit, analyte_.unit, &terms::Measure::ucum);
        if (at != limit.end())
            std::rotate(limit.begin(), at, at + 1);
        else
            limit.insert(limit.begin(),
                         {canonical, analyte_.unit, canonical.text() + ' ' + analyte_.unit});
    }

    Node node_;
    terms::Analyte const& analyte_;
    bool isDifference_;
    Problems& problems_;
};

} // namespace

std::optional<terms::Limit> readLimit(Node node, terms::Analyte const& analyte, Problems& problems)
{
    return LimitReader{node, analyte, false, problems}.read();
}

std::optional<terms::Limit> readDifference(Node node, terms::Analyte const& analyte,
                                           Problems& problems)
{
    return LimitReader{node, analyte, true, problems}.read();
}

void Parameters::read(Node node, Dictionary const& words, Problems& problems)
{
    if (!node.isMap()) {
        problems.error("L01", node.where(), "parameters must be a map of names",
                       "write name: {value: ..}");
        return;
    }
    for (auto const& [name, keyNode, value] : node.members()) {
        auto& parameter = list_.emplace_back();
        auto& source = sources_.emplace_back(Source{value, {}, {}});
        parameter.name = name;
        std::optional<Node> everybody;
        for (auto const& row : value.members()) {
            if (row.key == "value") everybody = row.value;
            if (row.key == "value" || row.key == "allowed") continue;
            if (auto const population = words.named(row.keyNode, problems)) {
                parameter.rows.push_back({*population, {}});
                source.limits.push_back(row.value);
            }
        }
        if (!everybody) {
            problems.error("L01", keyNode.where(), "parameter " + quoted(name) + " has no value",
                           "add value: the limit for everybody");
            continue;
        }
        parameter.rows.push_back({NamedIndex{}, {}});
        source.limits.push_back(*everybody);
    }
}

int Parameters::use(Node node, terms::Analyte const& analyte, Problems& problems)
{
    auto const name = node.text().substr(1);
    auto const at = std::ranges::find(list_, name, &Parameter::name);
    if (at == list_.end()) {
        std::vector<std::string_view> known;
        for (auto const& parameter : list_) known.emplace_back(parameter.name);
        problems.error("L03", node.where(),
                       "parameter \"" + std::string{name} + "\" does not exist",
                       known.empty() ? "add it under parameters" : suggestion(name, known));
        return -1;
    }
    auto const index = static_cast<std::size_t>(at - list_.begin());
    auto& source = sources_[index];
    if (source.analyte.known() && source.analyte != analyte.id) {
        problems.error("L05", node.where(),
                       "parameter \"" + std::string{name} + "\" is used for two analytes",
                       "use one parameter an analyte");
        return -1;
    }
    if (!source.analyte.known()) bind(index, analyte, problems);
    source.analyte = analyte.id;
    return static_cast<int>(index);
}

void Parameters::checkUsed(Problems& problems) const
{
    for (std::size_t i = 0; i < list_.size(); ++i)
        if (!sources_[i].analyte.known())
            problems.error("L01", sources_[i].node.where(),
                           "parameter " + quoted(list_[i].name) + " is used by no clause",
                           "write $" + list_[i].name + " where the limit is meant, or remove it");
}

void Parameters::bind(std::size_t index, terms::Analyte const& analyte, Problems& problems)
{
    auto& parameter = list_[index];
    auto& source = sources_[index];
    for (std::size_t i = 0; i < source.limits.size(); ++i)
        if (auto limit = readLimit(source.limits[i], analyte, problems))
            parameter.rows[i].limit = std::move(*limit);

    auto const allowed = source.node.find("allowed");
    if (!allowed) return;
    auto const ends = allowed->items();
    if (!allowed->isList() || ends.size() != 2) {
        problems.error("L01", allowed->where(), "allowed must be a list of two quantities",
                       "write [lowest, highest]");
        return;
    }
    auto const low = readLimit(ends[0], analyte, problems);
    auto const high = readLimit(ends[1], analyte, problems);
    if (!low || !high) return;
    parameter.allowed.emplace(low->front(), high->front());
    for (std::size_t i = 0; i < parameter.rows.size(); ++i) {
        auto const& limit = parameter.rows[i].limit;
        if (limit.empty()) continue;
        auto const& value = limit.front().value;
        if (value < low->front().value || value > high->front().value)
            problems.error("L06", source.limits[i].where(),
                           limit.front().text + " of parameter " + quoted(parameter.name) +
                               " lies outside what is allowed, " + low->front().text + " to " +
                               high->front().text,
                           "choose a limit in this range");
    }
}

std::optional<Threshold> readThreshold(Node node, terms::Analyte const& analyte,
                                       Parameters* parameters, Problems& problems)
{
    Threshold threshold;
    threshold.text = node.text();
    if (node.text().starts_with('$')) {
        if (parameters == nullptr) {
            problems.error("L03", node.where(), "a named condition has no parameters",
                           "write the limit itself");
            return std::nullopt;
        }
        threshold.parameter = parameters->use(node, analyte, problems);
        return threshold.parameter < 0 ? std::nullopt : std::optional{threshold};
    }
    auto const measure = measureOf(node.text());
    if (measure && (measure->ucum == kUpper || measure->ucum == kLower)) {
        if (measure->value <= Decimal{}) {
            problems.error("L06", node.where(), quoted(node.text()) + " is no multiple of a limit",
                           "write a number above 0");
            return std::nullopt;
        }
        threshold.multiple = measure->value;
        threshold.ofUpper = measure->ucum == kUpper;
        return threshold;
    }
    auto limit = readLimit(node, analyte, problems);
    if (!limit) return std::nullopt;
    threshold.limit = std::move(*limit);
    return threshold;
}

} // namespace tcds::rules
