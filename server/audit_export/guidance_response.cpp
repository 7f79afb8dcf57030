#include "server/audit_export/guidance_response.hpp"

#include "server/audit_export/card.hpp"
#include "server/audit_export/data_requirement.hpp"
#include "server/audit_export/record_json.hpp"
#include "server/audit_export/systems.hpp"

#include <array>

namespace tcds::audit_export {

namespace {

using audit::Members;

struct Failure {
    std::string_view status, issue; // of an input; http://hl7.org/fhir/issue-type
};
constexpr std::array kFailures{Failure{"partial", "incomplete"}, Failure{"denied", "forbidden"},
                               Failure{"timeout", "timeout"}, Failure{"invalid", "invalid"},
                               Failure{"error", "exception"}};

Failure const* failureOf(json::Value const& input)
{
    auto const status = json::textOf(input, "status");
    for (auto const& known : kFailures)
        if (known.status == status) return &known;
    return nullptr;
}

bool hasFailures(Decision const& decision)
{
    for (auto const& input : json::items(decision.root(), "inputs"))
        if (failureOf(input) != nullptr) return true;
    return false;
}

/// Codes of http://hl7.org/fhir/guidance-response-status.
std::string_view statusOf(Decision const& decision)
{
    auto const http = decision.at({"response", "http"});
    if (http == "412") return "data-required";
    if (!http.starts_with('2')) return "failure";
    if (!json::items(decision.root(), "missing").empty() || hasFailures(decision))
        return "data-requested";
    return "success";
}

void sourcesThatFailed(Members& json, Decision const& decision)
{
    json.openObject();
    json.member("resourceType", "OperationOutcome");
    json.member("id", "sources");
    json.openArray("issue");
    for (auto const& input : json::items(decision.root(), "inputs")) {
        auto const* const failure = failureOf(input);
        if (failure == nullptr) continue;
        json.openObject();
        json.member("severity", "warning");
        json.member("code", failure->issue);
        json.member("diagnostics",
                    std::string{json::textOf(input, "key")}.append(": ").append(failure->status));
        json.close();
    }
    json.close();
    json.close();
}

/// What the rule rests on, as its authors cite it.
void citations(Members& json, RuleWords const& words)
{
    if (words.evidence.empty()) return;
    json.openArray("documentation");
    for (auto const& evidence : words.evidence) {
        json.openObject();
        json.member("type", "citation");
        json.memberIfAny("label", evidence.id);
        json.memberIfAny("citation", evidence.citation);
        if (isUri(evidence.url)) json.member("url", evidence.url);
        json.close();
    }
    json.close();
}

/// @param words  of the lead rule; nullptr: nothing is known of it
void action(Members& json, Card const& card, RuleWords const* words)
{
    json.openObject();
    json.memberIfAny("title", card.summary);
    json.memberIfAny("description", card.detail);
    json.openArray("code");
    json.openObject();
    codings(json, "coding", card.code());
    json.close();
    json.close();
    if (words != nullptr) citations(json, *words);
    logical(json, "resource", {"DetectedIssue", kUri, card.uri()});
    json.close();
}

void cardsAsGroup(Members& json, Decision const& decision, std::vector<Card> const& cards,
                  RuleLibrary& rules)
{
    json.openObject();
    json.member("resourceType", "RequestGroup");
    json.member("id", "cards");
    json.member("status", "draft"); // as the suggestions of the cards (decision D45)
    json.member("intent", "proposal");
    logical(json, "subject", decision.patient());
    json.member("authoredOn", decision.evaluatedAt());
    logical(json, "author", decision.device());
    json.openArray("action");
    for (auto const& card : cards)
        action(json, card, rules.of(decision.at({"pack", "sha256"}), card.rule));
    json.close();
    json.close();
}

void contained(Members& json, Decision const& decision, std::vector<Card> const& cards,
               RuleLibrary& rules)
{
    if (cards.empty() && !hasFailures(decision)) return;
    json.openArray("contained");
    if (!cards.empty()) cardsAsGroup(json, decision, cards, rules);
    if (hasFailures(decision)) sourcesThatFailed(json, decision);
    json.close();
}

void pointTo(Members& json, std::string_view id) { json.member("reference", id); }

/// What was complained of, as it was coded.
void reasons(Members& json, Decision const& decision)
{
    std::vector<Coding> codes;
    for (auto const& fact : json::items(decision.root(), "facts")) {
        if (json::textOf(fact, "kind") != "complaint") continue;
        for (auto const& pair : json::items(fact, "codes")) {
            auto const parts = json::items(&pair);
            if (parts.size() != 2) continue;
            Coding const coding{json::text(parts.data()).value_or(""),
                                json::text(parts.data() + 1).value_or("")};
            if (isCode(coding.code)) codes.push_back(coding);
        }
    }
    if (codes.empty()) return;
    json.openArray("reasonCode");
    for (auto const& code : codes) {
        json.openObject();
        codings(json, "coding", code);
        json.close();
    }
    json.close();
}

/// "EL-MG-LOW 1.2.0: fired, critical, definite" and so on, as the record says it.
std::string outcomes(Decision const& decision)
{
    std::string text;
    for (auto const& rule : json::items(decision.root(), "rules")) {
        if (!text.empty()) text += '\n';
        text.append(json::textOf(rule, "id")).append(" ").append(json::textOf(rule, "version"));
        text.append(": ").append(json::textOf(rule, "outcome"));
        for (auto const* const name : {"level", "tier", "why", "what"})
            if (auto const value = json::textOf(rule, name); !value.empty())
                text.append(", ").append(value);
    }
    if (auto const idle = decision.at({"idle"}); !idle.empty())
        text.append(text.empty() ? "" : "\n")
            .append(idle)
            .append(" rules had no code, class or result to go by.");
    if (decision.at({"mode"}) == "silent")
        text.append(text.empty() ? "" : "\n").append("Silent: no card was returned.");
    return text;
}

void note(Members& json, Decision const& decision)
{
    auto const text = outcomes(decision);
    if (text.empty()) return;
    json.openArray("note");
    json.openObject();
    json.member("time", decision.evaluatedAt());
    json.member("text", text);
    json.close();
    json.close();
}

/// The call, as the EHR named it: by a UUID, though not every one does.
void requestIdentifier(Members& json, std::string_view instance)
{
    if (instance.empty()) return;
    auto const known = isUuid(instance);
    json.openObject("requestIdentifier");
    json.member("system", known ? kUri : kHookInstance);
    json.member("value", std::string{known ? "urn:uuid:" : ""}.append(instance));
    json.close();
}

void identifiers(Members& json, Decision const& decision)
{
    json.openArray("identifier");
    identifier(json, kUri, decision.uri());
    if (auto const hash = decision.at({"hash"}); !hash.empty()) identifier(json, kRecordHash, hash);
    json.close();
}

} // namespace

Resource guidanceResponse(Decision const& decision, Supplement const& supplement)
{
    auto const cards = cardsOf(decision);
    Members json{8192};
    json.member("resourceType", "GuidanceResponse");
    json.member("id", decision.id());
    decision.meta(json);
    contained(json, decision, cards, supplement.rules);
    requestIdentifier(json, decision.at({"hookInstance"}));
    identifiers(json, decision);
    std::string module{supplement.base};
    module.append("/Library/TwitchCdsManifest");
    if (auto const version = decision.at({"pack", "version"}); isUri(version))
        module.append("|").append(version);
    json.member("moduleCanonical", module);
    json.member("status", statusOf(decision));
    logical(json, "subject", decision.patient());
    logical(json, "encounter", decision.encounter());
    json.member("occurrenceDateTime", decision.evaluatedAt());
    logical(json, "performer", decision.device());
    reasons(json, decision);
    note(json, decision);
    if (hasFailures(decision)) {
        json.openArray("evaluationMessage");
        json.openObject();
        pointTo(json, "#sources");
        json.close();
        json.close();
    }
    if (!cards.empty()) {
        json.openObject("result");
        pointTo(json, "#cards");
        json.close();
    }
    dataRequirements(json, decision);
    return {"GuidanceResponse", std::string{decision.id()}, "{" + json.take() + "}"};
}

} // namespace tcds::audit_export
