#include "rules/cards/remarks.hpp"

#include "rules/cards/escape.hpp"
#include "rules/cards/values.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

constexpr std::string_view kLab = "lab:";
constexpr std::string_view kSource = "source:";

/// A sentence that lists words: "No result on record: potassium, QTc interval."
class Listing
{
public:
    explicit Listing(std::string_view head) : head_{head} {}

    /// The text to whose end the next word goes.
    std::string& next()
    {
        if (text_.empty())
            text_ = head_;
        else
            text_ += ", ";
        return text_;
    }
    void endInto(Texts& sentences, Arena& arena)
    {
        if (text_.empty()) return;
        text_ += '.';
        sentences.push_back(keptIn(arena, text_));
    }

private:
    std::string_view head_;
    std::string text_;
};

bool addOnce(Texts& texts, std::string_view text)
{
    if (std::ranges::find(texts, text) != texts.end()) return false;
    texts.push_back(text);
    return true;
}

void addSentenceOnce(Texts& sentences, std::string_view sentence, Arena& arena)
{
    if (std::ranges::find(sentences, sentence) == sentences.end())
        sentences.push_back(keptIn(arena, sentence));
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

void appendDated(std::string& text, Chart const& chart, Result const& result)
{
    appendNameInText(text, chart, result.analyte);
    text += " (";
    appendDay(text, result);
    text += ')';
}

void appendUnusable(std::string& text, Chart const& chart, Result const& result)
{
    appendNameInText(text, chart, result.analyte);
    text += " (";
    appendDay(text, result);
    text.append(", ").append(reasonInWords(result.unusable)).append(")");
}

/// Why each missing analyte is missing: nothing at all, nothing readable, or too old.
void addResults(Chart const& chart, std::vector<std::string> const& missing, Remarks& remarks,
                Arena& arena)
{
    Listing none{failed(chart.context().source("labs")) ? "No result read: "
                                                        : "No result on record: "};
    Listing unread{"Result not usable: "}, old{"Last result too old: "},
        open{"Result not decisive: "};
    for (auto const& subject : missing) {
        if (!subject.starts_with(kLab)) continue;
        auto const analyte =
            chart.terms().analyteNamed(std::string_view{subject}.substr(kLab.size()));
        if (!analyte.known()) continue;
        auto const results = chart.results(analyte);
        if (auto const* newest = chart.newest(analyte)) {
            auto const inWindow = newest->at >= chart.now() - chart.window(analyte, std::nullopt);
            appendDated((inWindow ? open : old).next(), chart, *newest);
        } else if (!results.empty()) {
            appendUnusable(unread.next(), chart, results.front());
        } else {
            appendNameInText(none.next(), chart, analyte);
        }
    }
    for (auto* listing : {&none, &unread, &old, &open}) listing->endInto(remarks.unread, arena);
}

/// Sources that answered badly, and those that nobody delivered although a rule asks for them.
void addSources(PatientContext const& context, std::vector<std::string> const& missing,
                Remarks& remarks, Arena& arena)
{
    for (auto const& input : context.inputs) {
        if (!failed(input.status)) continue;
        auto const source = sourceInWords(input.key);
        if (source == kOtherData) continue;
        std::string sentence;
        sentence.append(source).append(": ").append(failureInWords(input.status)).append(".");
        raiseFirst(sentence, 0);
        addSentenceOnce(remarks.unread, sentence, arena);
    }
    Listing notAsked{"Not delivered: "};
    Texts named{&arena};
    for (auto const& subject : missing) {
        if (!subject.starts_with(kSource)) continue;
        auto const key = std::string_view{subject}.substr(kSource.size());
        if (failed(context.source(key))) continue;
        if (auto const words = sourceInWords(key); addOnce(named, words)) notAsked.next() += words;
    }
    notAsked.endInto(remarks.unread, arena);
}

void addOtherMissing(std::vector<std::string> const& missing, Remarks& remarks, Arena& arena)
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
    Listing words{"Not stated: "};
    for (auto const& word : kWords)
        if (std::ranges::find(missing, word.subject) != missing.end()) words.next() += word.text;
    words.endInto(remarks.unread, arena);
}

/// Unreadable results that are newer than the one that counts (decision D13).
void addSkipped(Chart const& chart, CardPlan const& plan, Remarks& remarks, Arena& arena)
{
    Listing skipped{"Newer result skipped: "};
    std::vector<AnalyteId> seen;
    for (auto const* fired : plan.rules)
        for (auto const& named : fired->names) {
            if (named.binding->kind != Binding::Kind::Result) continue;
            auto const analyte = named.binding->result->analyte;
            auto const results = chart.results(analyte);
            if (chart.newest(analyte) == nullptr || results.front().usable) continue;
            if (std::ranges::find(seen, analyte) != seen.end()) continue;
            seen.push_back(analyte);
            appendUnusable(skipped.next(), chart, results.front());
        }
    skipped.endInto(remarks.unread, arena);
}

void addResultNotes(Chart const& chart, CardPlan const& plan, Remarks& remarks, Arena& arena)
{
    for (auto const* fired : plan.rules)
        for (auto const& named : fired->names) {
            if (named.binding->kind != Binding::Kind::Result) continue;
            auto const& result = *named.binding->result;
            if (result.notes.none()) continue;
            std::string sentence;
            appendNameInText(sentence, chart, result.analyte);
            raiseFirst(sentence, 0);
            sentence += " of ";
            appendDay(sentence, result);
            sentence.append(": ").append(wordsFor(result.notes)).append(".");
            addSentenceOnce(remarks.standing, sentence, arena);
        }
}

std::string inMarkdown(Drug const& drug)
{
    std::string name, made;
    appendEscapedName(name, cleaned(drug.name, made));
    return name;
}

/// "Supply of furosemide ended by calculation on 2026-01-11." (decision D29)
void addSupply(Chart const& chart, Drug const& drug, Remarks& remarks, Arena& arena)
{
    for (auto const& match : drug.matches) {
        auto const& end = match.use->supplyEnd;
        if (!end || end->last() >= chart.now() || match.use->state != UseState::Active) continue;
        auto const sentence = "Supply of " + inMarkdown(drug) + " ended by calculation on ";
        addSentenceOnce(remarks.supply, sentence + std::string{dayIn(*end)} + ".", arena);
    }
}

void addExposure(FiredRule const& fired, Remarks& remarks, Arena& arena)
{
    auto const exposure = fired.rule->exposure;
    if (!exposure.known() || (!fired.judgement->predates && !fired.judgement->asNeededOnly)) return;
    std::string names;
    for (auto const& drug : fired.named(exposure).drugs)
        names.append(names.empty() ? "" : ", ").append(inMarkdown(drug));
    if (fired.judgement->predates)
        addSentenceOnce(remarks.standing, "The complaint predates " + names + ".", arena);
    if (!fired.judgement->asNeededOnly) return;
    raiseFirst(names, 0);
    addSentenceOnce(remarks.standing, names + ": as needed, no dose on record in the last 7 d.",
                    arena);
}

void addMedicationNotes(Chart const& chart, CardPlan const& plan, Remarks& remarks, Arena& arena)
{
    Listing byName{"Matched by name: "}, noRoute{"Route not stated: "};
    Texts named{&arena}, routeless{&arena};
    for (auto const* fired : plan.rules) {
        for (auto const& drug : fired->drugs) {
            auto const isMatchedByName = [](MedMatch const& match) {
                return match.use->matchedBy == MatchedBy::Name;
            };
            auto const hasNoRoute = [](MedMatch const& match) {
                return match.use->route == Route::Unknown;
            };
            if (std::ranges::any_of(drug.matches, isMatchedByName) && addOnce(named, drug.name))
                byName.next() += inMarkdown(drug);
            if (std::ranges::any_of(drug.matches, hasNoRoute) && addOnce(routeless, drug.name))
                noRoute.next() += inMarkdown(drug);
            addSupply(chart, drug, remarks, arena);
        }
        addExposure(*fired, remarks, arena);
    }
    byName.endInto(remarks.standing, arena);
    noRoute.endInto(remarks.standing, arena);
}

} // namespace

std::vector<std::string> missingOnCard(Evaluation const& evaluation, CardPlan const& plan)
{
    auto const& chart = evaluation.chart;
    std::vector<Subject> missing;
    for (auto const* fired : plan.rules)
        for (auto const subject : fired->judgement->missing)
            if (!subject.empty()) missing.push_back(subject);
    for (auto const analyte : analytesNamed(chart.rules(), plan)) {
        auto const subject = chart.rules().labSubject(analyte);
        auto const ofRecord =
            std::ranges::find(evaluation.missing, subject) != evaluation.missing.end();
        if (ofRecord || chart.newest(analyte) == nullptr) missing.push_back(subject);
    }
    std::ranges::sort(missing);
    missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
    return {missing.begin(), missing.end()};
}

Remarks remarksOf(Evaluation const& evaluation, CardPlan const& plan,
                  std::vector<std::string> const& missing, Arena& arena)
{
    Remarks remarks{arena};
    auto const& chart = evaluation.chart;
    addSources(chart.context(), missing, remarks, arena);
    addResults(chart, missing, remarks, arena);
    addSkipped(chart, plan, remarks, arena);
    addResultNotes(chart, plan, remarks, arena);
    addMedicationNotes(chart, plan, remarks, arena);
    addOtherMissing(missing, remarks, arena);
    return remarks;
}

} // namespace tcds::rules
