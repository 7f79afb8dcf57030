#include "tests/unit/eval/asking.hpp"

#include <stdexcept>

namespace tcds::rules::test {

ChartBuilder chart() { return ChartBuilder{*tcds::test::shippedRules()->terms}; }

Judgement const& Run::of(std::string_view id) const
{
    auto const* rule = rules->find(id);
    if (rule == nullptr) throw std::runtime_error{"no rule " + std::string{id}};
    auto const* judgement = evaluation->of(rule->index);
    if (judgement == nullptr) throw std::runtime_error{std::string{id} + " is idle"};
    return *judgement;
}

std::string Run::outcome(std::string_view id) const
{
    auto const* rule = rules->find(id);
    if (rule == nullptr) throw std::runtime_error{"no rule " + std::string{id}};
    auto const* judgement = evaluation->of(rule->index);
    if (judgement == nullptr) return "idle";
    std::string text{toText(judgement->outcome)};
    if (judgement->outcome == Outcome::Fired)
        return text + " " + std::string{toText(judgement->level)};
    if (!judgement->why.empty()) text += " " + std::string{judgement->why};
    if (judgement->outcome == Outcome::Unknown && !judgement->what.empty())
        text += " " + std::string{judgement->what};
    return text;
}

std::string Run::graded(std::string_view id) const
{
    auto text = outcome(id);
    if (text.starts_with("fired")) text += " " + std::string{toText(of(id).tier)};
    return text;
}

Run run(std::shared_ptr<RuleSet const> rules, ChartBuilder chart, EvaluateOptions options)
{
    if (chart.context.complaints.empty()) chart.complaint("TWITCH");
    Run made;
    made.rules = std::move(rules);
    made.context = std::make_unique<PatientContext>(chart.build());
    made.evaluation = evaluate(*made.context, *made.rules, options);
    return made;
}

Run run(std::initializer_list<std::string> rules, ChartBuilder chart, EvaluateOptions options)
{
    options.everyRule = true;
    return run(tcds::test::rulesOf(rules), std::move(chart), options);
}

std::vector<std::string> askAll(ChartBuilder chart, std::vector<std::string> const& clauses)
{
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < clauses.size(); ++i)
        texts.push_back(ruleText("EL-T" + std::to_string(i), "when: " + clauses[i]));
    EvaluateOptions options;
    options.everyRule = true;
    auto const done = run(tcds::test::rulesOf(texts), std::move(chart), options);
    std::vector<std::string> answers;
    for (std::size_t i = 0; i < clauses.size(); ++i) {
        auto const outcome = done.outcome("EL-T" + std::to_string(i));
        answers.push_back(outcome.starts_with("fired")     ? "yes"
                          : outcome.starts_with("not-met") ? "no"
                                                           : outcome);
    }
    return answers;
}

std::string ask(ChartBuilder chart, std::string const& clause)
{
    return askAll(std::move(chart), {clause}).front();
}

} // namespace tcds::rules::test
