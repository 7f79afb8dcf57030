#include "server/app/tally.hpp"

#include "fhir/read/source_key.hpp"
#include "rules/model/vocabulary.hpp"
#include "server/app/version.hpp"
#include "server/auth/rejection.hpp"

#include <algorithm>
#include <array>

namespace tcds::app {

namespace {

constexpr std::string_view kFeedback = "feedback";
constexpr std::string_view kDiscovery = "discovery";

// Every reason of a reject record that is not about a token (integration specification 4.2).
constexpr std::array<std::string_view, 15> kRejectReasons{"json",
                                                          "json-depth",
                                                          "context-invalid",
                                                          "prefetch-invalid",
                                                          "request-invalid",
                                                          "missing-data",
                                                          "too-large",
                                                          "unauthenticated",
                                                          "other",
                                                          "rate",
                                                          "context-incomplete",
                                                          "feedback-invalid",
                                                          "body-size",
                                                          "timeout",
                                                          "http"};

// Types that the queries of our prefetch keys begin with.
constexpr std::array<std::string_view, 15> kResources{"Patient",
                                                      "Condition",
                                                      "MedicationRequest",
                                                      "Observation",
                                                      "DiagnosticReport",
                                                      "Encounter",
                                                      "MedicationStatement",
                                                      "QuestionnaireResponse",
                                                      "MedicationAdministration",
                                                      "MedicationDispense",
                                                      "ServiceRequest",
                                                      "Procedure",
                                                      "Appointment",
                                                      "Medication",
                                                      "Specimen"};

constexpr std::array kMissing{SourceStatus::Absent,  SourceStatus::Partial, SourceStatus::Denied,
                              SourceStatus::Timeout, SourceStatus::Invalid, SourceStatus::Failed};

constexpr std::array kRuleOutcomes{rules::Outcome::Fired,    rules::Outcome::NotMet,
                                   rules::Outcome::Unknown,  rules::Outcome::Suppressed,
                                   rules::Outcome::Silenced, rules::Outcome::Error};

constexpr std::array kOutcomes{client::Outcome::Ok,      client::Outcome::Partial,
                               client::Outcome::Denied,  client::Outcome::Timeout,
                               client::Outcome::Invalid, client::Outcome::Error};

std::string_view wordOf(client::Outcome outcome)
{
    switch (outcome) {
    case client::Outcome::Ok:
        return "ok";
    case client::Outcome::Partial:
        return "partial";
    case client::Outcome::Denied:
        return "denied";
    case client::Outcome::Timeout:
        return "timeout";
    case client::Outcome::Invalid:
        return "invalid";
    case client::Outcome::Error:
        return "error";
    }
    return "";
}

std::vector<std::string> rejectReasons()
{
    std::vector<std::string> words{kRejectReasons.begin(), kRejectReasons.end()};
    constexpr auto kLast = static_cast<unsigned>(auth::Reason::KeysUnavailable);
    for (unsigned value = 0; value <= kLast; ++value)
        words.emplace_back(auth::toText(static_cast<auth::Reason>(value)));
    return words;
}

/// "Observation" of "Observation?patient=..." and, for a next page, of ".../Observation?...".
std::string_view typeOf(cds::FhirQuery const& asked)
{
    if (asked.ladder.empty() || asked.ladder.front().empty()) return {};
    std::string_view const query = asked.ladder.front().front();
    auto const path = query.substr(0, query.find('?'));
    for (auto const type : kResources)
        if (path == type || (path.starts_with(type) && path[type.size()] == '/') ||
            (path.ends_with(type) && path[path.size() - type.size() - 1] == '/'))
            return type;
    return "other";
}

bool asksFor(cds::Service const& service, std::string_view key)
{
    return std::ranges::find(service.keys, key) != service.keys.end();
}

ops::MetricWords::Content wordsOf(rules::RuleSet const& rules)
{
    ops::MetricWords::Content words;
    for (auto const& pack : rules.packs) words.packs.push_back({pack.id, pack.version});
    for (auto const& rule : rules.rules) words.rules.push_back(rule.id);
    for (auto const& reason : rules.overrideReasons) words.overrideReasons.push_back(reason.code);
    return words;
}

/// Unix time of a day, UTC; 0 for what is no day (the loader lets none pass).
double secondsOf(std::string const& day)
{
    auto const date = parseDateTime(day);
    if (!date) return 0;
    return std::chrono::duration<double>(date->first().time_since_epoch()).count();
}

} // namespace

std::unique_ptr<ops::Metrics> metricsOf(config::Config const& config, rules::RuleSet const& rules)
{
    ops::MetricWords words;
    words.version = kVersion;
    words.commit = kCommit;
    words.content = wordsOf(rules);
    for (auto const& service : cds::services()) {
        words.services.emplace_back(service.id);
        words.kinds.emplace_back(toText(service.hook));
    }
    words.kinds.emplace_back(kFeedback);
    words.kinds.emplace_back(kDiscovery);
    for (auto const& entry : config.clients) words.clients.push_back(entry.name);
    for (auto const outcome : kRuleOutcomes) words.ruleOutcomes.emplace_back(toText(outcome));
    words.rejectReasons = rejectReasons();
    for (auto const key : fhir::kSourceKeys) words.keys.emplace_back(key);
    for (auto const status : kMissing) words.inputReasons.emplace_back(toText(status));
    words.resources.assign(kResources.begin(), kResources.end());
    for (auto const outcome : kOutcomes) words.fetchOutcomes.emplace_back(wordOf(outcome));
    auto metrics = std::make_unique<ops::Metrics>(std::move(words));
    metrics->rulesInUse(statesOf(rules));
    return metrics;
}

ops::RuleStates statesOf(rules::RuleSet const& rules)
{
    std::size_t active = 0;
    std::size_t shadow = 0;
    std::size_t disabled = 0;
    ops::RuleStates states;
    std::string overlayReview;
    for (auto const& rule : rules.rules) {
        if (rule.overlaid && rule.overlaid->disabled)
            ++disabled;
        else
            ++(rule.status == rules::RuleStatus::Active ? active : shadow);
        if (!rule.meta.nextReview.empty())
            states.reviews.push_back({rule.id, secondsOf(rule.meta.nextReview)});
        if (rule.overlaid) overlayReview = rule.overlaid->meta.nextReview;
    }
    if (!overlayReview.empty()) states.reviews.push_back({"overlay", secondsOf(overlayReview)});
    states.byStatus = {{"active", active}, {"shadow", shadow}, {"disabled", disabled}};
    return states;
}

void Tally::answered(Route const& route, std::string_view client, int status) const
{
    if (metrics_ == nullptr) return;
    auto const service = route.service == nullptr ? std::string_view{} : route.service->id;
    switch (route.target) {
    case Target::Live:
    case Target::Ready:
        return;
    case Target::Hook:
        return metrics_->request(service, toText(route.service->hook), client, status);
    case Target::Feedback:
        return metrics_->request(service, kFeedback, client, status);
    case Target::Discovery:
        return metrics_->request(service, kDiscovery, client, status);
    case Target::Unknown:
        return metrics_->request("", "", client, status);
    }
}

void Tally::answered(cds::Service const& service, std::string_view client, int status,
                     std::chrono::microseconds took) const
{
    if (metrics_ == nullptr) return;
    metrics_->request(service.id, toText(service.hook), client, status);
    metrics_->requestTook(service.id, took);
}

void Tally::refused(std::string_view reason) const
{
    if (metrics_ != nullptr) metrics_->rejected(reason);
}

void Tally::refusedUnread(int status, std::string_view reason) const
{
    if (metrics_ == nullptr) return;
    metrics_->request("", "", "", status);
    metrics_->rejected(reason);
}

void Tally::contextIncomplete(std::string_view client) const
{
    if (metrics_ != nullptr) metrics_->contextIncomplete(client);
}

void Tally::recordLost() const
{
    if (metrics_ != nullptr) metrics_->auditWriteFailed();
}

void Tally::contentInUse(rules::RuleSet const& rules) const
{
    if (metrics_ == nullptr) return;
    metrics_->contentInUse(wordsOf(rules));
    metrics_->rulesInUse(statesOf(rules));
}

void Tally::contentReloaded(bool refused) const
{
    if (metrics_ != nullptr) metrics_->contentReloaded(refused);
}

void Tally::prefetchKeys(std::span<fhir::Input const> inputs, std::string_view client) const
{
    if (metrics_ == nullptr) return;
    auto const unknown = std::ranges::count_if(inputs, [](fhir::Input const& input) {
        return input.via == "prefetch" && !fhir::sourceKey(input.key);
    });
    metrics_->unknownPrefetchKeys(client, static_cast<std::size_t>(unknown));
}

void Tally::inputs(PatientContext const& context, cds::Service const& service) const
{
    if (metrics_ == nullptr) return;
    for (auto const& input : context.inputs) {
        if (std::ranges::find(kMissing, input.status) == kMissing.end()) continue;
        if (input.status == SourceStatus::Absent && !asksFor(service, input.key)) continue;
        if (fhir::sourceKey(input.key)) metrics_->inputMissing(input.key, toText(input.status));
    }
}

void Tally::reads(std::span<cds::FhirQuery const> asked, std::span<client::Answer const> answers,
                  std::string_view client) const
{
    if (metrics_ == nullptr) return;
    for (std::size_t place = 0; place < answers.size() && place < asked.size(); ++place)
        metrics_->fetched(client, typeOf(asked[place]), wordOf(answers[place].outcome),
                          answers[place].took);
}

void Tally::evaluated(rules::Evaluation const& evaluation, rules::RuleSet const& rules) const
{
    if (metrics_ == nullptr) return;
    for (auto const& judgement : evaluation.judged)
        if (judgement.candidate)
            metrics_->ruleEvaluated(rules.rule(judgement.rule).id, toText(judgement.outcome));
}

void Tally::cards(std::span<rules::Card const> cards, rules::RuleSet const& rules) const
{
    if (metrics_ == nullptr) return;
    for (auto const& card : cards)
        metrics_->cardReturned(card.lead.known() ? rules.rule(card.lead).id : std::string_view{},
                               toText(card.indicator));
}

void Tally::feedback(cds::Feedback const& item, std::string_view rule) const
{
    if (metrics_ == nullptr) return;
    auto const isOurs = item.reasonSystem == cds::kOverrideSystem;
    auto const reason = item.reasonCode.empty() ? std::string_view{}
                        : isOurs                ? std::string_view{item.reasonCode}
                                                : std::string_view{"other"};
    metrics_->feedback(rule, item.accepted, reason);
}

} // namespace tcds::app
