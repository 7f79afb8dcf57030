#include "tests/unit/eval/asking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>

namespace tcds::rules::test {

namespace {

constexpr unsigned kCharts = 150;

/// Draws charts that the shipped rules have much to say about; the same seed gives the same chart.
class Dice
{
public:
    explicit Dice(unsigned seed) : generator_{seed} {}

    int upTo(int most) { return std::uniform_int_distribution<int>{0, most}(generator_); }
    bool oneIn(int n) { return upTo(n - 1) == 0; }
    template <class T, std::size_t N>
    T const& oneOf(std::array<T, N> const& choices)
    {
        return choices[static_cast<std::size_t>(upTo(static_cast<int>(N) - 1))];
    }
    /// Mostly whole days, so that facts share their times; now and then none.
    std::string date()
    {
        static constexpr std::array kDays{0, 1, 1, 2, 3, 5, 10, 20, 29, 30, 31, 60, 100, 200, 400};
        return oneIn(8) ? std::string{} : daysAgo(oneOf(kDays));
    }

    std::mt19937& generator() { return generator_; }

private:
    std::mt19937 generator_;
};

void addMedications(ChartBuilder& made, Dice& dice)
{
    static constexpr std::array kDrugs{"furosemide",   "hydrochlorothiazide", "omeprazole",
                                       "prednisolone", "albuterol",           "lithium",
                                       "levodopa",     "rasagiline",          "sertraline",
                                       "tramadol",     "lisinopril",          "spironolactone",
                                       "digoxin",      "potassium chloride"};
    static constexpr std::array kStates{UseState::Active,  UseState::Active, UseState::Active,
                                        UseState::Stopped, UseState::OnHold, UseState::Given,
                                        UseState::Unknown, UseState::Future};
    static constexpr std::array kRoutes{Route::Oral,    Route::Oral,      Route::Unknown,
                                        Route::Topical, Route::Nebulised, Route::Injected};
    static constexpr std::array kDoses{"20", "40", "80"};
    for (auto count = dice.upTo(6); count > 0; --count) {
        auto& use = made.med(dice.oneOf(kDrugs), dice.date());
        use.state = dice.oneOf(kStates);
        use.route = dice.oneOf(kRoutes);
        use.asNeeded = dice.oneIn(6);
        if (use.state == UseState::Given) {
            use.kind = UseKind::Administration;
            use.lastGiven = use.start;
        }
        if (use.state == UseState::Stopped && use.start && !dice.oneIn(4)) use.stop = use.start;
        if (dice.oneIn(6)) {
            use.kind = UseKind::Draft;
            use.state = UseState::Draft;
            use.selected = dice.oneIn(2);
        }
        if (dice.oneIn(2)) use.dailyDose = Quantity{*Decimal::parse(dice.oneOf(kDoses)), "mg"};
    }
}

void addResults(ChartBuilder& made, Dice& dice)
{
    struct Sample {
        char const* analyte;
        std::array<char const*, 5> values;
    };
    static constexpr std::array kSamples{
        Sample{"K", {"2.3 mmol/L", "2.9 mmol/L", "3.4 mmol/L", "4.2 mmol/L", "6.6 mmol/L"}},
        Sample{"MG", {"0.40 mmol/L", "1.3 mg/dL", "1.7 mg/dL", "0.8 mmol/L", "n/a"}},
        Sample{"CA", {"8.0 mg/dL", "1.80 mmol/L", "2.30 mmol/L", "9.5 mmol/L", "n/a"}},
        Sample{"ALB", {"28 g/L", "4.0 g/dL", "18 g/L", "45 g/L", "<20 g/L"}},
        Sample{"NA", {"118 mmol/L", "128 mmol/L", "133 mmol/L", "140 mmol/L", "140"}},
        Sample{"BUN", {"30 mg/dL", "8.2 mmol/L", "25 mmol/L", "5 mmol/L", "n/a"}},
        Sample{"CREAT", {"1.2 mg/dL", "100 umol/L", "200 umol/L", "60 umol/L", "400 umol/L"}},
        Sample{"EGFR",
               {"12 mL/min/{1.73_m2}", "28 mL/min/{1.73_m2}", "55 mL/min/{1.73_m2}",
                ">60 mL/min/{1.73_m2}", "90 mL/min/{1.73_m2}"}},
        Sample{"TSH", {"0.01 m[IU]/L", "0.3 m[IU]/L", "2 m[IU]/L", "9 m[IU]/L", "n/a"}},
        Sample{"LI", {"0.6 mmol/L", "1.3 mmol/L", "1.8 mmol/L", "<0.2 mmol/L", "n/a"}},
        Sample{"QTC", {"420 ms", "505 ms", "480 ms", "n/a", "400 ms"}}};
    for (auto count = dice.upTo(10); count > 0; --count) {
        auto const& sample = dice.oneOf(kSamples);
        auto& result = made.lab(sample.analyte, dice.oneOf(sample.values), dice.date());
        if (dice.oneIn(6)) result.notes.add(Note::Haemolysed);
        if (dice.oneIn(5)) result.status = ResultStatus::Preliminary;
        if (dice.oneIn(6)) result.source.resource.clear();
        if (dice.oneIn(5) && result.analyte == made.context.labs.front().analyte)
            result.ranges.push_back(rangeOf("3.6 mmol/L", "5.2 mmol/L"));
    }
}

void addTheRest(ChartBuilder& made, Dice& dice)
{
    static constexpr std::array kKinds{"TWITCH", "TWITCH_UNSPEC", "MYOCLONUS",
                                       "TETANY", "CRAMP",         "TREMOR"};
    static constexpr std::array kProblems{"EPILEPSY",  "CKD_STAGE_4", "DIALYSIS_STATUS", "ANXIETY",
                                          "PREGNANCY", "POSTPARTUM",  "AKI_CODED"};
    static constexpr std::array kFindings{"CONFUSION",   "SEIZURE", "MUSCLE_WEAKNESS", "CLONUS",
                                          "TREMOR_SIGN", "SADDLE",  "AGITATION"};
    static constexpr std::array kKeys{"medications",     "labs",       "conditions", "stopped",
                                      "administrations", "procedures", "vitals",     "complaints"};
    static constexpr std::array kStatuses{SourceStatus::Absent, SourceStatus::Failed,
                                          SourceStatus::Partial, SourceStatus::Empty};
    static constexpr std::array kHooks{Hook::PatientView, Hook::PatientView, Hook::EncounterStart,
                                       Hook::OrderSelect, Hook::OrderSign};
    static constexpr std::array kBirths{"1958-03-04", "2019-06-01", "1990-01-31", ""};
    made.context.hook = dice.oneOf(kHooks);
    made.born(dice.oneOf(kBirths));
    for (auto count = 1 + dice.upTo(2); count > 0; --count)
        made.complaint(dice.oneOf(kKinds), dice.date());
    for (auto count = dice.upTo(3); count > 0; --count) {
        auto& problem = made.problem(dice.oneOf(kProblems), dice.date());
        if (dice.oneIn(4)) problem.state = ProblemState::Inactive;
        if (dice.oneIn(3)) problem.weeks = 10 + dice.upTo(25);
    }
    for (auto count = dice.upTo(3); count > 0; --count) {
        auto& finding = made.finding(dice.oneOf(kFindings), dice.date());
        finding.thisEncounter = dice.oneIn(2);
        finding.inComplaint = dice.oneIn(4);
    }
    if (dice.oneIn(3))
        made.encounter(dice.oneIn(2) ? EncounterClass::Inpatient : EncounterClass::Ambulatory);
    for (auto count = dice.upTo(2); count > 0; --count)
        made.source(dice.oneOf(kKeys), dice.oneOf(kStatuses));
}

ChartBuilder randomChart(unsigned seed)
{
    Dice dice{seed};
    auto made = chart();
    addTheRest(made, dice);
    addMedications(made, dice);
    addResults(made, dice);
    return made;
}

/// Everything that an evaluation says of each rule, without fact numbers.
std::map<std::string, std::string> told(Run const& done)
{
    std::map<std::string, std::string> all;
    for (auto const& rule : done.rules->rules) {
        auto text = done.graded(rule.id);
        if (auto const* judgement = done.evaluation->of(rule.index)) {
            text += " | " + std::string{judgement->what} + " | " + std::to_string(judgement->band) +
                    " | " + std::to_string(judgement->used.size());
            for (auto const& binding : judgement->bound) {
                if (binding.result != nullptr) text += " | " + binding.result->shown();
                text += " | " + std::to_string(binding.meds.size());
            }
            auto missing =
                std::vector<std::string>(judgement->missing.begin(), judgement->missing.end());
            std::ranges::sort(missing);
            for (auto const& subject : missing) text += " " + subject;
            text += " | " + std::to_string(judgement->saysAlso) + " " +
                    std::to_string(judgement->offers);
        }
        all[rule.id] = text;
    }
    return all;
}

TEST(Charts, AreWorthTheName) // the properties below would hold of empty charts, too
{
    std::size_t fired = 0;
    std::size_t unknown = 0;
    std::size_t suppressed = 0;
    std::map<std::string, int> rules;
    for (unsigned seed = 0; seed < kCharts; ++seed) {
        auto const done = run(tcds::test::shippedRules(), randomChart(seed));
        for (auto const& judgement : done.evaluation->judged) {
            fired += judgement.outcome == Outcome::Fired ? 1U : 0U;
            unknown += judgement.outcome == Outcome::Unknown ? 1U : 0U;
            suppressed += judgement.outcome == Outcome::Suppressed ? 1U : 0U;
            if (judgement.outcome == Outcome::Fired) ++rules[done.rules->rule(judgement.rule).id];
            EXPECT_NE(judgement.outcome, Outcome::Error) << seed;
        }
    }
    EXPECT_GT(fired, 100U);
    EXPECT_GT(unknown, 100U);
    EXPECT_GT(suppressed, 20U);
    EXPECT_GT(rules.size(), 15U);
}

TEST(IdleRules, HaveTheOutcomeTheyWouldHaveHad) // decision D40
{
    for (unsigned seed = 0; seed < kCharts; ++seed) {
        SCOPED_TRACE(seed);
        EvaluateOptions everyRule;
        everyRule.everyRule = true;
        auto const some = run(tcds::test::shippedRules(), randomChart(seed));
        auto const all = run(tcds::test::shippedRules(), randomChart(seed), everyRule);
        auto const spelt = told(all);
        for (auto const& [id, text] : told(some)) {
            if (text != "idle") {
                EXPECT_EQ(text, spelt.at(id)) << id;
                continue;
            }
            EXPECT_THAT(spelt.at(id), testing::AnyOf(testing::StartsWith("not-met"),
                                                     testing::StartsWith("unknown"), "idle"))
                << id;
        }
        EXPECT_EQ(some.evaluation->missing, all.evaluation->missing);
        EXPECT_EQ(some.evaluation->idle(), all.evaluation->idle());
    }
}

TEST(Missing, IsSortedAndNamesNothingTwice) // decision D52
{
    for (unsigned seed = 0; seed < kCharts; ++seed) {
        auto const done = run(tcds::test::shippedRules(), randomChart(seed));
        auto const& missing = done.evaluation->missing;
        EXPECT_EQ(std::ranges::adjacent_find(missing, std::ranges::greater_equal{}), missing.end())
            << seed;
    }
}

template <class Facts>
void shuffle(Facts& facts, std::mt19937& generator)
{
    std::ranges::shuffle(facts, generator);
}

void renumber(PatientContext& context)
{
    std::uint16_t next = 1; // the patient is fact 0
    auto const number = [&next](auto& facts) {
        for (auto& fact : facts) fact.id = FactId{next++};
    };
    number(context.labs);
    number(context.medications);
    number(context.findings);
    number(context.complaints);
    number(context.problems);
    number(context.encounters);
}

TEST(Order, OfFactsNeverChangesWhatIsFound) // rule language section 7, step 2
{
    for (unsigned seed = 0; seed < kCharts; ++seed) {
        SCOPED_TRACE(seed);
        auto shuffled = randomChart(seed);
        std::mt19937 generator{seed + 1000};
        shuffle(shuffled.context.medications, generator);
        shuffle(shuffled.context.labs, generator);
        shuffle(shuffled.context.problems, generator);
        shuffle(shuffled.context.findings, generator);
        shuffle(shuffled.context.complaints, generator);
        renumber(shuffled.context);

        EXPECT_EQ(told(run(tcds::test::shippedRules(), randomChart(seed))),
                  told(run(tcds::test::shippedRules(), std::move(shuffled))));
    }
}

TEST(Evaluation, OfTheSameChartIsTheSame) // pure: the clock is the chart's
{
    for (unsigned seed = 0; seed < 20; ++seed)
        EXPECT_EQ(told(run(tcds::test::shippedRules(), randomChart(seed))),
                  told(run(tcds::test::shippedRules(), randomChart(seed))));
}

TEST(Tracing, ChangesNothing)
{
    EvaluateOptions options;
    options.trace = true;
    for (unsigned seed = 0; seed < 50; ++seed)
        EXPECT_EQ(told(run(tcds::test::shippedRules(), randomChart(seed))),
                  told(run(tcds::test::shippedRules(), randomChart(seed), options)))
            << seed;
}

} // namespace

} // namespace tcds::rules::test
