#include "rules/cards/remarks.hpp"

#include "rules/cards/escape.hpp"
#include "rules/cards/values.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

constexpr std::string_view kLab = "lab:";
constexpr std::string_view kSource = "source:";

std::string listed(std::vector<std::string> const& words)
{
    std::string text;
    for (auto const& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

void addOnce(std::vector<std::string>& words, std::string word)
{
    if (std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
}

/// Analytes that the rules of a card name for the reader; total calcium stands for the adjusted
/// one.
std::vector<AnalyteId> analytesNamed(RuleSet const& rules, CardPlan const& plan)
{
    std::vector<AnalyteId> analytes;
    auto const add = [&](AnalyteId analyte) {
        if (!analyte.known()) return;
        if (std::ranges::find(analytes, analyte) == analytes.end()) analytes.push_back(analyte);
    };
    for (auto const* fired : plan.rules) {
        for (auto const analyte : fired->rule->via)
            add(analyte == rules.known.calcium ? rules.known.adjustedCalcium : analyte);
        for (auto const& show : fired->rule->show)
            if (show.kind == Show::Kind::Lab && !show.before.known()) add(show.analyte);
    }
    return analytes;
}

std::string_view reasonInWords(Reason reason)
{
    switch (reason) {
    case Reason::NoValue:
        return "no value";
    case Reason::NoUnit:
        return "no unit";
    case Reason::BadUnit:
        return "unit not known";
    case Reason::Implausible:
        return "value not plausible";
    default:
        return "not readable";
    }
}

std::string unusable(Chart const& chart, Result const& result)
{
    return nameInText(chart, result.analyte) + " (" + dayOf(result) + ", " +
           std::string{reasonInWords(result.unusable)} + ")";
}

/// Why each missing analyte is missing: nothing at all, nothing readable, or too old.
void addResults(Chart const& chart, std::vector<std::string> const& missing, Remarks& remarks)
{
    std::vector<std::string> none, unread, old, open;
    for (auto const& subject : missing) {
        if (!subject.starts_with(kLab)) continue;
        auto const analyte =
            chart.terms().analyteNamed(std::string_view{subject}.substr(kLab.size()));
        if (!analyte.known()) continue;
        auto const results = chart.results(analyte);
        if (auto const* newest = chart.newest(analyte)) {
            auto const inWindow = newest->at >= chart.now() - chart.window(analyte, std::nullopt);
            auto& words = inWindow ? open : old;
            words.push_back(nameInText(chart, analyte) + " (" + dayOf(*newest) + ")");
        } else if (!results.empty()) {
            unread.push_back(unusable(chart, results.front()));
        } else {
            none.push_back(nameInText(chart, analyte));
        }
    }
    auto const* said =
        failed(chart.context().source("labs")) ? "No result read: " : "No result on record: ";
    if (!none.empty()) remarks.unread.push_back(said + listed(none) + ".");
    if (!unread.empty()) remarks.unread.push_back("Result not usable: " + listed(unread) + ".");
    if (!old.empty()) remarks.unread.push_back("Last result too old: " + listed(old) + ".");
    if (!open.empty()) remarks.unread.push_back("Result not decisive: " + listed(open) + ".");
}

void addSources(PatientContext const& context, std::vector<std::string> const& missing,
                Remarks& remarks)
{
    std::vector<std::string> bad, notAsked;
    for (auto const& input : context.inputs) {
        auto const key = sourceInWords(input.key);
        if (failed(input.status) && key != "other data")
            addOnce(bad, withCapital(std::string{key}) + ": " +
                             std::string{failureInWords(input.status)} + ".");
    }
    for (auto const& subject : missing) {
        if (!subject.starts_with(kSource)) continue;
        auto const key = std::string_view{subject}.substr(kSource.size());
        if (!failed(context.source(key))) addOnce(notAsked, std::string{sourceInWords(key)});
    }
    remarks.unread.insert(remarks.unread.end(), bad.begin(), bad.end());
    if (!notAsked.empty()) remarks.unread.push_back("Not delivered: " + listed(notAsked) + ".");
}

void addOtherMissing(std::vector<std::string> const& missing, Remarks& remarks)
{
    struct Word {
        std::string_view subject, text;
    };
    static constexpr std::array kWords{Word{"med:start", "start of a medicine"},
                                       Word{"med:stop", "end of a medicine"},
                                       Word{"med:dose", "daily dose of a medicine"},
                                       Word{"patient:birthDate", "date of birth"},
                                       Word{"patient:sex", "sex"},
                                       Word{"patient:pregnancyWeeks", "weeks of pregnancy"},
                                       Word{"complaint:onset", "onset of the complaint"},
                                       Word{"condition:date", "date of a problem"},
                                       Word{"finding:date", "date of a sign"}};
    std::vector<std::string> words;
    for (auto const& word : kWords)
        if (std::ranges::find(missing, word.subject) != missing.end())
            words.emplace_back(word.text);
    if (!words.empty()) remarks.unread.push_back("Not stated: " + listed(words) + ".");
}

/// Unreadable results that are newer than the one that counts (decision D13).
void addSkipped(Chart const& chart, AnalyteId analyte, std::vector<std::string>& skipped)
{
    auto const results = chart.results(analyte);
    if (chart.newest(analyte) == nullptr || results.front().usable) return;
    addOnce(skipped, unusable(chart, results.front()));
}

void addResultNotes(Chart const& chart, CardPlan const& plan, Remarks& remarks)
{
    std::vector<std::string> skipped;
    for (auto const* fired : plan.rules)
        for (auto const& binding : fired->bound) {
            if (binding.kind != Binding::Kind::Result) continue;
            addSkipped(chart, binding.result->analyte, skipped);
            auto const words = wordsFor(binding.result->notes);
            if (words.empty()) continue;
            addOnce(remarks.standing, withCapital(nameInText(chart, binding.result->analyte)) +
                                          " of " + dayOf(*binding.result) + ": " + words + ".");
        }
    if (!skipped.empty())
        remarks.unread.push_back("Newer result skipped: " + listed(skipped) + ".");
}

void addMedicationNotes(Chart const& chart, CardPlan const& plan, Remarks& remarks)
{
    std::vector<std::string> byName, noRoute;
    for (auto const* fired : plan.rules) {
        for (auto const& drug : drugsOf(chart, *fired))
            for (auto const& match : drug.matches) {
                auto const name = escapedName(cleaned(drug.name));
                if (match.use->matchedBy == MatchedBy::Name) addOnce(byName, name);
                if (match.use->route == Route::Unknown) addOnce(noRoute, name);
                auto const& end = match.use->supplyEnd;
                if (end && end->last() < chart.now() && match.use->state == UseState::Active)
                    addOnce(remarks.supply,
                            "Supply of " + name + " ended by calculation on " + end->day() + ".");
            }
        auto const exposure = fired->rule->exposure;
        if (!exposure.known()) continue;
        auto const drugs = drugsOf(chart, fired->named(exposure).meds);
        std::vector<std::string> names;
        for (auto const& drug : drugs) names.push_back(escapedName(cleaned(drug.name)));
        if (fired->judgement->predates)
            addOnce(remarks.standing, "The complaint predates " + listed(names) + ".");
        if (fired->judgement->asNeededOnly)
            addOnce(remarks.standing,
                    withCapital(listed(names)) + ": as needed, no dose on record in the last 7 d.");
    }
    if (!byName.empty()) remarks.standing.push_back("Matched by name: " + listed(byName) + ".");
    if (!noRoute.empty()) remarks.standing.push_back("Route not stated: " + listed(noRoute) + ".");
}

} // namespace

std::vector<std::string> missingOnCard(Evaluation const& evaluation, CardPlan const& plan)
{
    auto const& chart = evaluation.chart;
    std::vector<std::string> missing;
    for (auto const* fired : plan.rules)
        for (auto const subject : fired->judgement->missing)
            if (!subject.empty()) missing.emplace_back(subject);
    for (auto const analyte : analytesNamed(chart.rules(), plan)) {
        auto const subject = chart.rules().labSubject(analyte);
        auto const ofRecord =
            std::ranges::find(evaluation.missing, subject) != evaluation.missing.end();
        if (ofRecord || chart.newest(analyte) == nullptr) missing.emplace_back(subject);
    }
    std::ranges::sort(missing);
    missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
    return missing;
}

Remarks remarksOf(Evaluation const& evaluation, CardPlan const& plan,
                  std::vector<std::string> const& missing)
{
    Remarks remarks;
    auto const& chart = evaluation.chart;
    addSources(chart.context(), missing, remarks);
    addResults(chart, missing, remarks);
    addResultNotes(chart, plan, remarks);
    addMedicationNotes(chart, plan, remarks);
    addOtherMissing(missing, remarks);
    return remarks;
}

} // namespace tcds::rules
