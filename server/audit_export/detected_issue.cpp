#include "server/audit_export/detected_issue.hpp"

#include "server/audit_export/card.hpp"
#include "server/audit_export/systems.hpp"

#include <algorithm>
#include <array>

namespace tcds::audit_export {

namespace {

using audit::Members;

struct Severity {
    std::string_view level, code; // http://hl7.org/fhir/detectedissue-severity
};
constexpr std::array kSeverities{Severity{"info", "low"}, Severity{"warning", "moderate"},
                                 Severity{"critical", "high"}};

std::string_view severityOf(std::string_view level)
{
    auto const* const found = std::ranges::find(kSeverities, level, &Severity::level);
    return found == kSeverities.end() ? std::string_view{} : found->code;
}

json::Value const* ruleOf(Decision const& decision, std::string_view id)
{
    for (auto const& rule : json::items(decision.root(), "rules"))
        if (json::textOf(rule, "id") == id) return &rule;
    return nullptr;
}

/// The code of a rule on the wire: its id without hyphens (decision D10).
std::string topicOf(std::string_view rule)
{
    std::string topic{rule};
    std::erase(topic, '-');
    return topic;
}

/// References to what the rules of a card used, each once, in the order of the rules.
std::vector<Logical> usedBy(Decision const& decision, std::vector<std::string_view> const& rules,
                            bool medicationsOnly)
{
    std::vector<Logical> used;
    for (auto const id : rules) {
        auto const* const rule = ruleOf(decision, id);
        if (rule == nullptr) continue;
        for (auto const& entry : json::items(*rule, "facts")) {
            auto const fact = json::text(&entry).value_or("");
            auto const reference = decision.reference(fact);
            if (reference.value.empty()) continue;
            if (medicationsOnly && json::textOf(*decision.fact(fact), "kind") != "medication")
                continue;
            if (std::ranges::find(used, reference.value, &Logical::value) == used.end())
                used.push_back(reference);
        }
    }
    return used;
}

void references(Members& json, std::string_view name, std::vector<Logical> const& all)
{
    if (all.empty()) return;
    json.openArray(name);
    for (auto const& reference : all) logical(json, reference);
    json.close();
}

void evidence(Members& json, Decision const& decision, Card const& card, RuleLibrary& rules)
{
    if (card.rules.empty()) return;
    json.openArray("evidence");
    for (auto const id : card.rules) {
        auto const topic = topicOf(id);
        std::string text{id};
        if (auto const* const rule = ruleOf(decision, id))
            text.append(" ").append(json::textOf(*rule, "version"));
        json.openObject();
        json.openArray("code");
        json.openObject();
        auto const* const words = rules.of(decision.at({"pack", "sha256"}), id);
        codings(json, "coding", {kRule, topic, words == nullptr ? "" : words->title});
        json.member("text", text);
        json.close();
        json.close();
        references(json, "detail", usedBy(decision, {id}, false));
        json.close();
    }
    json.close();
}

bool isAuthor(std::string_view type)
{
    return type == "Practitioner" || type == "PractitionerRole";
}

void mitigation(Members& json, Decision const& decision, Feedback const& feedback)
{
    if (!isCode(feedback.outcome)) return;
    json.openArray("mitigation");
    json.openObject();
    json.openObject("action");
    json.openArray("coding");
    json.openObject();
    codingMembers(json, {kFeedbackOutcome, feedback.outcome});
    json.close();
    if (isCode(feedback.reasonCode)) {
        json.openObject();
        codingMembers(json, {feedback.reasonSystem, feedback.reasonCode, feedback.reasonDisplay});
        json.close();
    }
    json.close();
    auto const reason =
        feedback.reasonDisplay.empty() ? feedback.reasonCode : feedback.reasonDisplay;
    json.member("text", std::string{feedback.outcome} +
                            (reason.empty() ? std::string{} : ": " + std::string{reason}));
    json.close();
    json.member("date", feedback.at);
    std::string uri;
    auto const author = userReference(feedback.user, decision.at({"fhirServer"}), uri);
    if (isAuthor(author.type)) logical(json, "author", author);
    json.close();
    json.close();
}

Resource detectedIssue(Decision const& decision, Card const& card, Supplement const& supplement)
{
    Members json{4096};
    json.member("resourceType", "DetectedIssue");
    json.member("id", card.uuid);
    decision.meta(json);
    json.openArray("identifier");
    identifier(json, kUri, card.uri());
    json.close();
    json.member("status", "final");
    json.openObject("code");
    codings(json, "coding", card.code());
    json.memberIfAny("text", card.summary);
    json.close();
    json.memberIfAny("severity", severityOf(card.level));
    logical(json, "patient", decision.patient());
    json.member("identifiedDateTime", decision.evaluatedAt());
    logical(json, "author", decision.device());
    references(json, "implicated", usedBy(decision, card.rules, true));
    evidence(json, decision, card, supplement.rules);
    json.memberIfAny("detail", card.detail);
    if (!card.aboutUrl.empty())
        json.member("reference", card.aboutUrl);
    else if (isUri(card.rule))
        json.member("reference",
                    std::string{supplement.base}.append("/PlanDefinition/").append(card.rule));
    mitigation(json, decision, supplement.feedback.of(card.uuid));
    return {"DetectedIssue", std::string{card.uuid}, "{" + json.take() + "}"};
}

} // namespace

std::vector<Resource> detectedIssues(Decision const& decision, Supplement const& supplement)
{
    std::vector<Resource> issues;
    for (auto const& card : cardsOf(decision))
        issues.push_back(detectedIssue(decision, card, supplement));
    return issues;
}

} // namespace tcds::audit_export
