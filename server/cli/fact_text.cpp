#include "server/cli/fact_text.hpp"

#include "rules/load/uses.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace tcds::cli {

namespace {

void collect(rules::TraceNode const& node, std::set<FactId>& facts)
{
    facts.insert(node.used.begin(), node.used.end());
    for (auto const& child : node.children) collect(child, facts);
}

std::string codeText(std::vector<Coding> const& codes)
{
    return codes.empty() ? "no code" : "code " + codes.front().code;
}

std::string dayText(std::string_view word, std::optional<TimeSpan> const& at)
{
    return std::string{word} + ' ' + (at ? at->text : std::string{"unknown"});
}

std::string_view stateText(UseState state)
{
    static constexpr std::array<std::string_view, 10> kStates{
        "active",  "stopped",   "on hold",   "draft",  "given",
        "planned", "not taken", "cancelled", "future", "state unknown"};
    return kStates[static_cast<std::size_t>(state)];
}

std::string_view routeText(Route route)
{
    static constexpr std::array<std::string_view, 15> kRoutes{
        "not stated", "oral",         "injected",   "inhaled",     "nebulised",
        "nasal",      "topical",      "eye",        "ear",         "rectal",
        "vaginal",    "into a joint", "skin patch", "intrathecal", "intravenous"};
    return kRoutes[static_cast<std::size_t>(route)];
}

std::string_view comparatorText(Comparator comparator)
{
    static constexpr std::array<std::string_view, 5> kSigns{"", "<", "<=", ">=", ">"};
    return kSigns[static_cast<std::size_t>(comparator)];
}

class Describer
{
public:
    explicit Describer(rules::Evaluation const& evaluation)
        : context_{evaluation.chart.context()}, terms_{*evaluation.chart.rules().terms}
    {
    }

    /// "" when the fact is of a kind that clauses do not look at.
    [[nodiscard]] std::string of(FactId id) const
    {
        for (auto const& lab : context_.labs)
            if (lab.id == id) return of(lab);
        for (auto const& use : context_.medications)
            if (use.id == id) return of(use);
        for (auto const& problem : context_.problems)
            if (problem.id == id)
                return "problem " + sets(problem.sets) + "; " + codeText(problem.codes) + "; " +
                       problem.status + "; " + dayText("recorded", problem.recorded) +
                       from(problem.source);
        for (auto const& complaint : context_.complaints)
            if (complaint.id == id)
                return "complaint " + sets(complaint.kinds) + "; " + codeText(complaint.codes) +
                       "; " + dayText("onset", complaint.onset) + from(complaint.source);
        for (auto const& finding : context_.findings)
            if (finding.id == id)
                return "sign " + sets(finding.sets) + "; " + dayText("recorded", finding.at) +
                       from(finding.source);
        for (auto const& procedure : context_.procedures)
            if (procedure.id == id)
                return "procedure " + sets(procedure.sets) + "; " + dayText("end", procedure.end) +
                       from(procedure.source);
        for (auto const& order : context_.orders)
            if (order.id == id)
                return "order " + sets(order.sets) + "; " + (order.draft ? "draft" : order.status) +
                       "; " + dayText("written", order.authored) + from(order.source);
        for (auto const& visit : context_.encounters)
            if (visit.id == id)
                return "encounter; " + dayText("start", visit.start) + from(visit.source);
        if (context_.patient.id == id) return "patient" + from(context_.patient.source);
        return {};
    }

private:
    [[nodiscard]] std::string of(LabResult const& lab) const
    {
        auto const& analyte = terms_.analyte(lab.analyte);
        auto text = analyte.title + " ";
        if (lab.value)
            text += std::string{comparatorText(lab.comparator)} + lab.value->value.text() + " " +
                    lab.value->unit;
        else
            text += "without a value";
        if (lab.canonical && lab.ucum != analyte.unit)
            text += " = " + lab.canonical->text() + " " + analyte.unit;
        return text + "; " + codeText(lab.codes) + "; " + dayText("taken", lab.taken) +
               from(lab.source);
    }

    [[nodiscard]] std::string of(MedicationUse const& use) const
    {
        std::string names;
        for (auto const id : use.ingredients)
            names += (names.empty() ? "" : " + ") + terms_.ingredient(id).name;
        if (names.empty()) names = use.name.empty() ? sets(use.sets) : use.name;
        auto text = names + "; " + codeText(use.codes) + "; " + std::string{stateText(use.state)};
        if (use.kind != UseKind::Administration) text += "; " + dayText("since", use.start);
        if (use.lastGiven) text += "; " + dayText("given", use.lastGiven);
        if (use.stop) text += "; " + dayText("stop", use.stop);
        if (use.dailyDose)
            text += "; " + use.dailyDose->value.text() + " " + use.dailyDose->unit + " a day";
        return text + "; route " + std::string{routeText(use.route)} + from(use.source);
    }

    [[nodiscard]] std::string sets(SetBits const& bits) const
    {
        std::string text;
        bits.forEach([&](SetId id) { text += (text.empty() ? "" : ", ") + terms_.set(id).title; });
        return text;
    }

    [[nodiscard]] std::string from(SourceRef const& source) const
    {
        auto text = source.resource.empty() ? std::string{} : "; " + source.resource;
        if (source.input.known() && source.input.index() < context_.inputs.size())
            text += " (" + context_.inputs[source.input.index()].key + ")";
        return text;
    }

    PatientContext const& context_;
    terms::Terminology const& terms_;
};

/// Results of the rule that were seen and not used.
std::string unusedText(rules::Evaluation const& evaluation, rules::Rule const& rule)
{
    std::string text;
    auto const& set = evaluation.chart.rules();
    for (auto const& gap : evaluation.chart.context().gaps) {
        if (!gap.analyte.known()) continue;
        rules::Uses wanted;
        wanted.analytes.push_back(gap.analyte);
        if (!rules::usesAny(rule, set, wanted)) continue;
        text +=
            "  " + set.terms->analyte(gap.analyte).title + ": " + std::string{toText(gap.reason)};
        if (!gap.source.resource.empty()) text += "; " + gap.source.resource;
        text += '\n';
    }
    return text;
}

} // namespace

std::string factsAsText(rules::Evaluation const& evaluation, rules::RuleIndex rule)
{
    std::set<FactId> facts;
    for (auto const& trace : evaluation.traces)
        if (trace.rule == rule)
            for (auto const& part : trace.parts) collect(part, facts);
    if (auto const* judgement = evaluation.of(rule); judgement != nullptr)
        facts.insert(judgement->used.begin(), judgement->used.end());
    Describer const describer{evaluation};
    std::string text;
    for (auto const id : facts)
        if (auto const line = describer.of(id); !line.empty())
            text += "  f" + std::to_string(id.index()) + "  " + line + '\n';
    if (!text.empty()) text = "Data used:\n" + text;
    if (auto const unused = unusedText(evaluation, evaluation.chart.rules().rule(rule));
        !unused.empty())
        text += "Seen and not used:\n" + unused;
    return text;
}

} // namespace tcds::cli
