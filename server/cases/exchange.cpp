#include "server/cases/exchange.hpp"

#include "fhir/base/json_writer.hpp"
#include "rules/exchange/facts_bundle.hpp"
#include "server/cases/answer.hpp"
#include "server/cases/request.hpp"

namespace tcds::cases {

namespace {

void writeOutcomes(JsonText& json, rules::Evaluation const& evaluation, rules::RuleSet const& rules)
{
    json.object("outcomes", [&] {
        for (auto const& rule : rules.rules) {
            auto const* judgement = evaluation.of(rule.index);
            if (judgement == nullptr || judgement->outcome == rules::Outcome::NotMet) continue;
            // A shadow rule never fires, whatever is not known.
            auto const isUnknown = judgement->outcome == rules::Outcome::Unknown;
            if (isUnknown && rule.status != rules::RuleStatus::Active) continue;
            json.object(rule.id, [&] {
                json.member("outcome", rules::toText(judgement->outcome));
                if (isUnknown) return;
                json.member("level", rules::toText(judgement->level));
                json.member("tier", rules::toText(judgement->tier));
            });
        }
    });
}

void writeCase(JsonText& json, std::string const& rule, Case const& test,
               app::Decision const& decision, rules::RuleSet const& rules)
{
    auto const facts = rules::exchange::factsInput(*decision.context, rules);
    json.object([&] {
        json.member("rule", rule);
        json.member("name", test.name);
        json.member("now", tcds::toText(test.now));
        json.member("hook", tcds::toText(test.hook));
        json.array("notAnswered", [&] {
            for (auto const& key : facts.notAnswered) json.value(key);
        });
        json.key("bundle").json(facts.bundle);
        writeOutcomes(json, *decision.evaluation, rules);
    });
}

} // namespace

Result<std::string> exchangeCases(std::span<CaseFile const> files, rules::RuleSet const& rules)
{
    JsonText json;
    std::optional<Error> fault;
    json.object([&] {
        json.object("rules", [&] {
            for (auto const& rule : rules.rules) json.member(rule.id, rule.version);
        });
        json.array("cases", [&] {
            for (auto const& file : files)
                for (auto const& test : file.cases) {
                    Problems problems;
                    auto const request = writeRequest(test, rules, problems);
                    if (problems.hasErrors()) {
                        if (!fault)
                            fault = Error{Error::Kind::BadRequest, test.where,
                                          "the request of this case cannot be made",
                                          "see `twitch-cds rules test`"};
                        continue;
                    }
                    auto const decision = answerTo(test, request, rules, false);
                    if (decision) writeCase(json, file.rule, test, *decision, rules);
                }
        });
    });
    if (fault) return *fault;
    return json.text() + '\n';
}

} // namespace tcds::cases
