#include "rules/eval/chart.hpp"

#include "rules/eval/derive.hpp"

#include <algorithm>
#include <tuple>

namespace tcds::rules {

namespace {

int statusRank(ResultStatus status)
{
    switch (status) {
    case ResultStatus::Corrected:
        return 4;
    case ResultStatus::Amended:
        return 3;
    case ResultStatus::Final:
        return 2;
    case ResultStatus::Preliminary:
        return 1;
    case ResultStatus::Unknown:
        return 0;
    }
    return 0;
}

/// Newest first; ties as in the rule language, section 4, "Latest result". Results of one resource,
/// or of resources without id, are told apart by what they say: the order of reading never counts.
bool newerThan(Result const& a, Result const& b)
{
    if (a.at != b.at) return a.at > b.at;
    if (a.status != b.status) return statusRank(a.status) > statusRank(b.status);
    if (a.issued != b.issued) return a.issued > b.issued;
    if (a.resource != b.resource) return a.resource > b.resource;
    if (a.usable != b.usable) return b.usable; // the unreadable one first: nothing reassures
    if (a.canonical != b.canonical) return a.canonical > b.canonical;
    return a.comparator > b.comparator;
}

std::optional<Instant> firstOf(std::optional<TimeSpan> const& span)
{
    return span ? std::optional{span->first()} : std::nullopt;
}

bool comesBefore(MedicationUse const* a, MedicationUse const* b)
{
    auto const key = [](MedicationUse const& use) {
        return std::tuple{firstOf(use.start),
                          std::string_view{use.source.resource},
                          std::string_view{use.name},
                          use.kind,
                          use.state,
                          firstOf(use.lastGiven)};
    };
    if (a->ingredients != b->ingredients) return a->ingredients < b->ingredients;
    return key(*a) < key(*b);
}

bool hasOwnFactors(terms::Analyte const& analyte, std::vector<Coding> const& codes)
{
    return std::ranges::any_of(analyte.codes, [&](terms::AnalyteCode const& known) {
        return !known.units.empty() && std::ranges::any_of(codes, [&](Coding const& coding) {
            return coding.code == known.code;
        });
    });
}

Result resultOf(LabResult const& lab, terms::Analyte const& analyte)
{
    Result result;
    result.analyte = lab.analyte;
    result.unusable = lab.unusable;
    result.usable = lab.unusable == Reason::None && lab.canonical.has_value();
    if (result.usable) {
        result.canonical = *lab.canonical;
        result.reported = lab.value->value;
        result.shownValue = lab.value->value;
        result.shownUnit = lab.value->unit;
    }
    result.ucum = lab.ucum;
    result.codeFactors = lab.ucum != analyte.unit && hasOwnFactors(analyte, lab.codes);
    result.comparator = lab.comparator;
    result.notes = lab.notes;
    result.taken = &*lab.taken;
    result.at = lab.taken->first();
    result.ranges = lab.ranges;
    result.status = lab.status;
    result.resource = lab.source.resource;
    if (lab.issued) result.issued = lab.issued->first();
    result.facts = {lab.id, FactId{}};
    return result;
}

} // namespace

std::string Result::shownNumber() const
{
    constexpr int kMostDecimalsOfALaboratory = 4;
    auto const value =
        shownValue.decimals() > kMostDecimalsOfALaboratory ? shownValue.rounded(2) : shownValue;
    switch (comparator) {
    case Comparator::Less:
        return "<" + value.text();
    case Comparator::LessOrEqual:
        return "<=" + value.text();
    case Comparator::Greater:
        return ">" + value.text();
    case Comparator::GreaterOrEqual:
        return ">=" + value.text();
    case Comparator::None:
        break;
    }
    return value.text();
}

std::string Result::shown() const
{
    auto text = shownNumber();
    if (!shownUnit.empty()) {
        text += ' ';
        text += shownUnit;
    }
    return text;
}

ClassIndex::ClassIndex(std::span<MedPart const> medications, std::size_t sets)
    : words_{(medications.size() + 63) / 64}, rowOf_(sets, kNoRow)
{
    constexpr std::size_t kUsualClasses = 48;
    rows_.reserve(kUsualClasses * words_);
    std::size_t rows = 0;
    for (std::size_t place = 0; place < medications.size(); ++place)
        medications[place].classes->forEach([&](SetId id) {
            auto& row = rowOf_[id.index()];
            if (row == kNoRow) {
                row = static_cast<std::uint16_t>(rows++);
                rows_.resize(rows * words_);
            }
            rows_[row * words_ + place / 64] |= std::uint64_t{1} << (place % 64);
        });
}

Chart::Chart(PatientContext const& context, RuleSet const& rules)
    : context_{context}, rules_{rules},
      byAnalyte_(rules.terms->analytes().size()), courses_{
                                                      coursesOf(context.medications, context.asOf)}
{
    inpatient_ = std::ranges::any_of(context.encounters, [](EncounterFact const& encounter) {
        return encounter.current && encounter.cls == EncounterClass::Inpatient;
    });
    addMedications();
    addRead();
    for (auto& results : byAnalyte_) std::ranges::sort(results, newerThan);
    addDerived();
}

void Chart::addMedications()
{
    std::vector<MedicationUse const*> uses;
    uses.reserve(context_.medications.size());
    for (auto const& use : context_.medications) uses.push_back(&use);
    std::ranges::stable_sort(uses, comesBefore);

    medications_.reserve(uses.size());
    for (auto const* use : uses) {
        for (auto const ingredient : use->ingredients)
            medications_.push_back(
                {{use, ingredient, courseOf(*use, ingredient)}, &terms().classesOf(ingredient)});
        if (use->ingredients.empty()) medications_.push_back({{use, {}, nullptr}, &use->sets});
    }
    byClass_ = ClassIndex{medications_, terms().sets().size()};
}

void Chart::addRead()
{
    for (auto const& lab : context_.labs) {
        // Undated results cannot be placed, later ones are not there yet (C.0.2).
        if (!lab.analyte.known() || !lab.taken || lab.taken->first() > now()) continue;
        byAnalyte_[lab.analyte.index()].push_back(resultOf(lab, terms().analyte(lab.analyte)));
    }
}

void Chart::addDerived()
{
    for (auto const& analyte : terms().analytes()) {
        if (analyte.derived == terms::DerivedKind::None || analyte.of.size() != 2) continue;
        auto& target = byAnalyte_[analyte.id.index()];
        auto derived = derive(analyte, terms(), byAnalyte_[analyte.of[0].index()],
                              byAnalyte_[analyte.of[1].index()], target);
        target.insert(target.end(), derived.begin(), derived.end());
        std::ranges::sort(target, newerThan);
    }
}

std::span<Result const> Chart::results(AnalyteId analyte) const
{
    return byAnalyte_[analyte.index()];
}

Result const* Chart::newest(AnalyteId analyte) const
{
    auto const& results = byAnalyte_[analyte.index()];
    auto const found = std::ranges::find_if(results, &Result::usable);
    return found == results.end() ? nullptr : &*found;
}

Course const* Chart::courseOf(MedicationUse const& use, IngredientId ingredient) const
{
    auto course = std::ranges::lower_bound(courses_, ingredient, {}, &Course::ingredient);
    for (; course != courses_.end() && course->ingredient == ingredient; ++course)
        if (std::ranges::binary_search(course->uses, use.id)) return &*course;
    return nullptr;
}

Duration Chart::window(AnalyteId analyte, std::optional<Duration> const& within) const
{
    auto const& known = terms().analyte(analyte);
    auto const asked = within.value_or(known.window);
    if (!inpatient_ || !known.inpatientWindow) return asked;
    return now() - *known.inpatientWindow > now() - asked ? *known.inpatientWindow : asked;
}

std::string_view Chart::nameOf(MedMatch const& match) const
{
    if (match.ingredient.known()) return terms().ingredient(match.ingredient).name;
    if (!match.use->name.empty()) return match.use->name;
    if (!match.use->ingredients.empty())
        return terms().ingredient(match.use->ingredients.front()).name;
    return "this medicine";
}

} // namespace tcds::rules
