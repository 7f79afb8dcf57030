#include "fhir/facts/course.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

namespace tcds {

namespace {

// Clinical specification C.0.1: gaps of at most 30 days (30 x 24 h) join.
constexpr auto kJoin = std::chrono::hours{24 * 30};

bool takesPart(MedicationUse const& use)
{
    switch (use.state) {
    case UseState::Active:
    case UseState::Stopped:
    case UseState::OnHold:
    case UseState::Given:
    case UseState::Unknown:
        return true;
    case UseState::Draft:
    case UseState::Planned:
    case UseState::NotTaken:
    case UseState::Cancelled:
    case UseState::Future:
        return false;
    }
    return false;
}

bool runs(MedicationUse const& use)
{
    return use.state == UseState::Active || use.state == UseState::OnHold;
}

/// Where the use began: its start, else (single doses) when it was given.
std::optional<TimeSpan> const& beginOf(MedicationUse const& use)
{
    return use.start ? use.start : use.lastGiven;
}

/// The last instant known to be covered. A supply that was handed over covers its days when no
/// stop is on record.
Instant coveredUntil(MedicationUse const& use, Instant asOf)
{
    auto until = beginOf(use)->first();
    if (runs(use)) return std::max(until, asOf);
    if (use.stop)
        until = std::max(until, use.stop->last());
    else if (use.supplyEnd)
        until = std::max(until, use.supplyEnd->last());
    if (use.lastGiven) until = std::max(until, use.lastGiven->last());
    return until;
}

/// Amounts of the substance; counts ("1 tablet") compare only within one product.
bool isAmount(std::string_view unit)
{
    constexpr std::array<std::string_view, 16> kAmounts{
        "mg",   "g",  "ug",   "mcg",   "ng", "mmol",      "meq",  "mEq",
        "[iU]", "IU", "unit", "units", "U",  "milligram", "mg/h", "ug/h"};
    return std::find(kAmounts.begin(), kAmounts.end(), unit) != kAmounts.end();
}

/// The same codes, whatever their order and the words that were sent with them.
bool isSameProduct(std::vector<Coding> const& a, std::vector<Coding> const& b)
{
    auto const holds = [](std::vector<Coding> const& codes, Coding const& wanted) {
        return std::any_of(codes.begin(), codes.end(), [&wanted](Coding const& each) {
            return each.system == wanted.system && each.code == wanted.code;
        });
    };
    return !a.empty() && a.size() == b.size() &&
           std::all_of(a.begin(), a.end(), [&](Coding const& each) { return holds(b, each); });
}

bool comparable(MedicationUse const& before, MedicationUse const& after)
{
    if (!before.dailyDose || !after.dailyDose) return false;
    if (before.dailyDose->unit != after.dailyDose->unit) return false;
    if (isAmount(after.dailyDose->unit)) return true;
    return isSameProduct(before.codes, after.codes);
}

bool isPrescribed(MedicationUse const& use)
{
    return use.kind == UseKind::Order || use.kind == UseKind::Statement;
}

class CourseBuilder
{
public:
    /// @param courses  of all ingredients: those of this one are appended
    CourseBuilder(IngredientId ingredient, Instant asOf, std::vector<Course>& courses)
        : ingredient_{ingredient}, asOf_{asOf}, courses_{courses}, first_{courses.size()}
    {
    }

    /// Uses with a start must come in the order of their starts.
    void add(MedicationUse const& use)
    {
        auto const& begin = *beginOf(use);
        if (hasNone() || begin.first() - until_ > kJoin) {
            open(begin);
        } else {
            noteDose(use);
        }
        if (isPrescribed(use) && use.dailyDose) dosed_ = &use;
        until_ = std::max(until_, coveredUntil(use, asOf_));
        courses_.back().uses.push_back(use.id);
        noteEnd(use);
    }

    void addUndated(MedicationUse const& use)
    {
        if (hasNone()) courses_.emplace_back().ingredient = ingredient_;
        auto& course = courses_.back();
        course.startUnknown = true;
        course.uses.push_back(use.id);
        noteEnd(use);
    }

    void finish()
    {
        for (auto i = first_; i < courses_.size(); ++i) std::ranges::sort(courses_[i].uses);
    }

private:
    [[nodiscard]] bool hasNone() const { return courses_.size() == first_; }

    void open(TimeSpan const& begin)
    {
        auto& course = courses_.emplace_back();
        course.ingredient = ingredient_;
        course.start = begin;
        until_ = begin.first();
        running_ = false;
        dosed_ = nullptr;
    }

    void noteDose(MedicationUse const& use)
    {
        if (!isPrescribed(use) || dosed_ == nullptr || !comparable(*dosed_, use)) return;
        auto const& begin = *beginOf(use);
        // Orders that begin together (morning and evening) are one dose split in two, no change.
        if (begin.first() <= beginOf(*dosed_)->first()) return;
        auto& course = courses_.back();
        if (use.dailyDose->value == dosed_->dailyDose->value) return;
        course.lastChange = begin;
        if (use.dailyDose->value > dosed_->dailyDose->value) course.lastRise = begin;
    }

    /// A course has ended when nothing of it runs; its stop is the newest one, unless a use without
    /// a known stop began after that.
    void noteEnd(MedicationUse const& use)
    {
        auto& course = courses_.back();
        if (runs(use)) running_ = true;
        auto const& begin = beginOf(use);
        auto const& end = use.stop ? use.stop : use.lastGiven;
        if (running_) {
            course.stop.reset();
        } else if (end) {
            if (!course.stop || course.stop->last() < end->last()) course.stop = end;
        } else if (begin && course.stop && course.stop->last() < begin->first()) {
            course.stop.reset();
        }
    }

    IngredientId ingredient_;
    Instant asOf_;
    std::vector<Course>& courses_;
    std::size_t first_;
    Instant until_{};
    bool running_ = false;
    MedicationUse const* dosed_ = nullptr; // newest order of the course with a daily dose
};

} // namespace

std::vector<Course> coursesOf(std::span<MedicationUse const> uses, Instant asOf)
{
    std::vector<std::pair<IngredientId, MedicationUse const*>> parts;
    parts.reserve(uses.size());
    for (auto const& use : uses)
        if (takesPart(use))
            for (auto const ingredient : use.ingredients) parts.emplace_back(ingredient, &use);

    // Undated uses last within their ingredient: they join what the dated ones made.
    std::sort(parts.begin(), parts.end(), [](auto const& a, auto const& b) {
        if (a.first != b.first) return a.first < b.first;
        auto const& startA = beginOf(*a.second);
        auto const& startB = beginOf(*b.second);
        if (startA.has_value() != startB.has_value()) return startA.has_value();
        if (startA && startA->first() != startB->first()) return startA->first() < startB->first();
        return a.second->id < b.second->id;
    });

    std::vector<Course> courses;
    courses.reserve(parts.size());
    for (auto at = parts.begin(); at != parts.end();) {
        auto const ingredient = at->first;
        CourseBuilder builder{ingredient, asOf, courses};
        for (; at != parts.end() && at->first == ingredient; ++at) {
            if (beginOf(*at->second))
                builder.add(*at->second);
            else
                builder.addUndated(*at->second);
        }
        builder.finish();
    }
    return courses;
}

} // namespace tcds
