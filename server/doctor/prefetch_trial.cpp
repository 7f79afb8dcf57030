#include "server/doctor/prefetch_trial.hpp"

#include "server/cds/missing_data.hpp"
#include "server/cds/services.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <optional>

namespace tcds::doctor {

namespace {

using client::Answer;
using client::Outcome;

constexpr std::string_view kService = "twitch-patient-view"; // every key that any chart has
constexpr std::size_t kQueryBytes = 100;

void replaceAll(std::string& text, std::string_view from, std::string_view to)
{
    if (from.empty()) return;
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

/// A template as a request, or the other way round: what is shown holds no id.
std::string filled(std::string query, Chart const& chart)
{
    replaceAll(query, "{{context.patientId}}", chart.patient);
    replaceAll(query, "{{context.encounterId}}", chart.encounter);
    replaceAll(query, "|", "%7C");
    return query;
}

/// Puts the token of a template where a value is the id as a whole.
void hide(std::string& query, std::string const& id, std::string_view token)
{
    if (id.empty()) return;
    for (auto at = query.find(id); at != std::string::npos; at = query.find(id, at + 1)) {
        auto const before = at == 0 ? '\0' : query[at - 1];
        auto const end = at + id.size();
        auto const whole = (before == '=' || before == '/') &&
                           (end == query.size() || query[end] == '&' || query[end] == '/');
        if (!whole) continue;
        query.replace(at, id.size(), token);
        at += token.size() - 1;
    }
}

std::string shownQuery(std::string query, Chart const& chart)
{
    hide(query, chart.patient, "{{context.patientId}}");
    hide(query, chart.encounter, "{{context.encounterId}}");
    if (query.size() > kQueryBytes) query = query.substr(0, kQueryBytes) + "...";
    return query;
}

std::string shownStep(std::vector<std::string> const& requests, Chart const& chart)
{
    auto text = shownQuery(requests.front(), chart);
    if (requests.size() > 1) text += " and " + std::to_string(requests.size() - 1) + " more";
    return text;
}

bool refusesForm(Answer const& answer)
{
    auto const status = answer.status;
    return answer.documents.empty() &&
           (status == 400 || status == 403 || status == 404 || status == 422);
}

std::vector<Answer> fetched(client::FhirClient& client, std::string const& base,
                            client::AccessToken const& token, std::vector<client::Query> queries,
                            std::chrono::milliseconds patience)
{
    auto const promise = std::make_shared<std::promise<std::vector<Answer>>>();
    auto future = promise->get_future();
    client::AccessToken copy{std::string{token.forAuthorizationHeader()}};
    client.fetch(
        base, std::move(copy), std::move(queries), std::chrono::steady_clock::now() + patience,
        [promise](std::vector<Answer> answers) { promise->set_value(std::move(answers)); });
    return future.get();
}

/// What the documents of an answer hold, as far as it is told.
struct Content {
    std::size_t resources = 0;
    std::size_t foreign = 0; // of another patient
    bool failed = false;     // an OperationOutcome of severity error or fatal (PFD-05)
};

bool isFailure(json::Value const& outcome)
{
    return std::ranges::any_of(json::items(outcome, "issue"), [](json::Value const& issue) {
        auto const severity = json::textOf(issue, "severity");
        return severity == "error" || severity == "fatal";
    });
}

bool isForeign(json::Value const& resource, std::string const& patient)
{
    if (json::textOf(resource, "resourceType") == "Patient")
        return json::textOf(resource, "id") != patient;
    for (auto const* member : {"subject", "patient"}) {
        auto const* const reference = json::child(resource, member);
        if (reference == nullptr) continue;
        auto const text = json::textOf(*reference, "reference");
        return text.find("Patient/") != std::string_view::npos && !text.ends_with("/" + patient) &&
               text.find("/" + patient + "/_history/") == std::string_view::npos;
    }
    return false;
}

void look(json::Value const& resource, std::string const& patient, Content& content)
{
    if (json::textOf(resource, "resourceType") == "OperationOutcome") {
        content.failed = content.failed || isFailure(resource);
        return;
    }
    ++content.resources;
    if (isForeign(resource, patient)) ++content.foreign;
}

Content contentOf(Answer const& answer, std::string const& patient)
{
    Content content;
    for (auto const& document : answer.documents) {
        auto const& root = document.root();
        if (json::textOf(root, "resourceType") != "Bundle") {
            look(root, patient, content);
            continue;
        }
        for (auto const& entry : json::items(root, "entry"))
            if (auto const* resource = json::child(entry, "resource"))
                look(*resource, patient, content);
    }
    return content;
}

/// "Condition" of "Condition?..".
std::string typeOf(Ladder const& ladder)
{
    auto const& request = ladder.steps.front().front();
    return request.substr(0, request.find_first_of("/?"));
}

struct Words {
    std::string what, fix;
};

Words unauthorised(bool withToken)
{
    if (withToken)
        return {"the server answers 401: the access token has expired, or is not for this server",
                "get a new access token, which lives for minutes, put it into the token file and "
                "run this again at once"};
    return {"the server answers 401: it wants an access token",
            "give one with --token-file; at run time the EHR has to send fhirAuthorization"};
}

bool isUnauthorised(std::vector<Attempt> const& attempts)
{
    return attempts.back().answer.status == 401;
}

/// One fault that every key has is told once.
void judgeNobodyIn(std::string_view where, std::size_t keys, Terms const& terms, Findings& findings)
{
    auto const [what, fix] = unauthorised(terms.withToken);
    findings.problem(std::string{where} + " all " + std::to_string(keys) + " queries",
                     what + "; lost: every call without prefetch is refused with 412", fix);
}

/// Judges one key after all were tried.
class KeyJudge
{
public:
    KeyJudge(std::string_view where, Ladder const& ladder, std::vector<Attempt> const& attempts,
             Chart const& chart, Terms const& terms)
        : where_{std::string{where} + " " + ladder.key}, ladder_{ladder}, attempts_{attempts},
          last_{attempts.back()}, chart_{chart}, terms_{terms}
    {
    }

    [[nodiscard]] bool worked() const { return last_.answer.outcome == Outcome::Ok; }

    /// @param spared  another key stands in for this one, so its loss is no problem
    void judge(bool spared, Findings& findings) const
    {
        if (!last_.answer.documents.empty()) return judgeContent(findings);
        auto const lost = cds::findKeyUse(ladder_.key);
        auto const [what, fix] = failure();
        findings.add(spared ? Level::Note : Level::Problem, where_,
                     what + (lost == nullptr ? "" : "; lost: " + std::string{lost->without}), fix);
    }

private:
    [[nodiscard]] std::string took() const
    {
        auto const count = contentOf(last_.answer, chart_.patient).resources;
        return std::to_string(last_.answer.status) + ", " + std::to_string(count) +
               (count == 1 ? " resource in " : " resources in ") +
               std::to_string(last_.answer.took.count()) + " ms";
    }

    void judgeContent(Findings& findings) const
    {
        auto const content = contentOf(last_.answer, chart_.patient);
        if (content.failed)
            findings.problem(where_, took() + ", with an OperationOutcome that says it failed",
                             "run the query by hand (`twitch-cds config prefetch --format curl`) "
                             "and show its answer to the server's operator");
        else if (content.foreign > 0)
            findings.problem(where_,
                             took() + ", " + std::to_string(content.foreign) +
                                 " of them about another patient; those are dropped",
                             "show the server's operator that this query is not bound to the "
                             "patient; check what stands between");
        else if (last_.answer.outcome == Outcome::Partial)
            findings.note(where_, took() + ", and not all: " + last_.answer.why,
                          "cards will say that the list is incomplete; ask the server's operator "
                          "why the pages end");
        else if (last_.step > 0)
            judgeWider(findings);
        else
            findings.ok(where_, took());
        judgeTime(findings);
    }

    void judgeWider(Findings& findings) const
    {
        auto const& refused = attempts_.front().answer;
        auto const part = last_.step >= ladder_.wholeSteps;
        findings.note(
            where_,
            took() + " with step " + std::to_string(last_.step + 1) + " of " +
                std::to_string(ladder_.steps.size()) + ", " +
                shownStep(ladder_.steps[last_.step], chart_) + "; the server answers " +
                std::to_string(refused.status) + " to " + shownStep(ladder_.steps.front(), chart_) +
                (part ? "; that is a part of what is wanted" : ""),
            ladder_.advertised
                ? "the service does this by itself; for the EHR's own prefetch ask its team to "
                  "allow the first query, or set clients.prefetch_profile: uscore"
                : "nothing: the service does this by itself");
    }

    void judgeTime(Findings& findings) const
    {
        auto total = std::chrono::milliseconds{0};
        for (auto const& attempt : attempts_) total += attempt.answer.took;
        if (terms_.deadline.count() > 0 && total > terms_.deadline)
            findings.problem(
                where_,
                "takes " + std::to_string(total.count()) + " ms, and a call ends after " +
                    std::to_string(terms_.deadline.count()) + " ms without it",
                "let the EHR send this key, or raise clients.deadline_ms as far as the "
                "EHR waits");
    }

    [[nodiscard]] Words failure() const
    {
        auto const& answer = last_.answer;
        auto const type = typeOf(ladder_);
        auto const asked = shownStep(ladder_.steps[last_.step], chart_);
        if (answer.status == 401) return unauthorised(terms_.withToken);
        if (answer.status == 403)
            return {"the server answers 403 to " + asked +
                        (ladder_.steps.size() > 1 ? " and to what comes before it" : "") +
                        ": the token lacks the scope, or the user the right",
                    "let the EHR grant this service user/" + type + ".read (SMART v1) or user/" +
                        type + ".rs (v2)"};
        if (answer.status == 404 && ladder_.key == "patient")
            return {"the server answers 404: it has no such patient",
                    "give the id (not the record number) of a test patient of this server with "
                    "--patient"};
        if (refusesForm(answer))
            return {"the server answers " + std::to_string(answer.status) + " to " + asked +
                        (ladder_.steps.size() > 1 ? ", and refuses every narrower way to ask" : ""),
                    "ask the server's operator to allow this query; lists such as code=A,B are "
                    "refused by some servers"};
        if (answer.outcome == Outcome::Timeout)
            return {"no answer to " + asked + " in time",
                    "ask the server's operator why this query is slow; let the EHR send the key"};
        if (answer.outcome == Outcome::Invalid)
            return {"the answer is not FHIR JSON: " + answer.why,
                    "run the query by hand (`twitch-cds config prefetch --format curl`); often a "
                    "log-in page or a proxy answers"};
        return {answer.why.empty() ? "no answer" : answer.why,
                "run the query by hand (`twitch-cds config prefetch --format curl`) and show its "
                "answer to the server's operator"};
    }

    std::string where_;
    Ladder const& ladder_;
    std::vector<Attempt> const& attempts_;
    Attempt const& last_;
    Chart const& chart_;
    Terms const& terms_;
};

} // namespace

std::vector<Ladder> laddersOf(cds::PrefetchChoice const& choice, Chart const& chart,
                              rules::RuleSet const& rules, Instant now)
{
    cds::HookRequest const request{.body = *json::Document::parse("{}"),
                                   .service = cds::findService(kService),
                                   .hookInstance = {},
                                   .userId = {},
                                   .patientId = chart.patient,
                                   .encounterId = chart.encounter,
                                   .selections = {},
                                   .fhirServer = {},
                                   .authorization = {},
                                   .trigger = {},
                                   .inputs = {}};
    std::vector<Ladder> ladders;
    // Nothing was sent, so everything is missing.
    for (auto& query : cds::missingQueries(request, PatientContext{}, choice, rules, now)) {
        Ladder ladder{query.key, std::move(query.ladder), false, query.wholeSteps};
        auto const advertised = cds::prefetchTemplate(choice, ladder.key, Hook::PatientView, rules);
        if (advertised) {
            ladder.advertised = true;
            std::vector<std::string> first{filled(advertised->query, chart)};
            if (first != ladder.steps.front()) {
                std::erase(ladder.steps, first);
                ladder.steps.insert(ladder.steps.begin(), std::move(first));
                ++ladder.wholeSteps;
            }
        }
        ladders.push_back(std::move(ladder));
    }
    return ladders;
}

std::vector<std::vector<Attempt>> tryLadders(client::FhirClient& client, std::string const& base,
                                             client::AccessToken const& token,
                                             std::vector<Ladder> const& ladders,
                                             std::chrono::milliseconds patience)
{
    std::vector<std::vector<Attempt>> attempts(ladders.size());
    std::vector<std::size_t> open(ladders.size());
    for (std::size_t place = 0; place < open.size(); ++place) open[place] = place;
    for (std::size_t step = 0; !open.empty(); ++step) {
        std::vector<client::Query> queries;
        for (auto const place : open)
            queries.push_back({ladders[place].key, {ladders[place].steps[step]}});
        auto answers = fetched(client, base, token, std::move(queries), patience);
        std::vector<std::size_t> refused;
        for (std::size_t i = 0; i < open.size(); ++i) {
            auto const more = step + 1 < ladders[open[i]].steps.size();
            if (more && refusesForm(answers[i])) refused.push_back(open[i]);
            attempts[open[i]].push_back({step, std::move(answers[i])});
        }
        open = std::move(refused);
    }
    return attempts;
}

void judgeTrial(std::string_view where, std::vector<Ladder> const& ladders,
                std::vector<std::vector<Attempt>> const& attempts, Chart const& chart,
                Terms const& terms, Findings& findings)
{
    if (std::ranges::all_of(attempts, isUnauthorised))
        return judgeNobodyIn(where, attempts.size(), terms, findings);
    std::vector<KeyJudge> judges;
    for (std::size_t place = 0; place < ladders.size(); ++place)
        judges.emplace_back(where, ladders[place], attempts[place], chart, terms);
    // Of the places of a complaint one is enough to answer a call (decision D26).
    auto const isComplaint = [&](std::size_t place) {
        auto const* const use = cds::findKeyUse(ladders[place].key);
        return use != nullptr && use->need == cds::Need::Complaint;
    };
    bool complaint = false;
    for (std::size_t place = 0; place < judges.size(); ++place)
        complaint = complaint || (isComplaint(place) && judges[place].worked());
    for (std::size_t place = 0; place < judges.size(); ++place)
        judges[place].judge(complaint && isComplaint(place), findings);
}

} // namespace tcds::doctor
