#include "server/app/app.hpp"
#include "server/cases/explain.hpp"
#include "server/cds/bundle_request.hpp"
#include "server/cli/card_text.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/fact_text.hpp"
#include "server/cli/rule_facts.hpp"
#include "server/cli/rule_source.hpp"
#include "server/cli/settings.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <iostream>

namespace tcds::cli {

namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

// `evaluate` keeps no record, so its decisions have no id of their own.
constexpr std::string_view kNoDecision = "00000000-0000-7000-8000-000000000000";
constexpr std::size_t kWidth = 100;

void member(Json& json, std::string_view name, std::string_view value)
{
    json.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

template <class Each>
void list(Json& json, std::string_view name, Each&& each)
{
    json.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    json.StartArray();
    each();
    json.EndArray();
}

/// One object a request, in the form that scripts rely on.
std::string findings(app::Decision const& decision, std::string_view request, Instant now)
{
    auto const& evaluation = *decision.evaluation;
    auto const& rules = evaluation.chart.rules();
    rapidjson::StringBuffer buffer;
    Json json{buffer};
    auto const eachWith = [&](rules::Outcome outcome, auto&& write) {
        for (auto const* judgement : evaluation.byRule) {
            if (judgement == nullptr || judgement->outcome != outcome) continue;
            json.StartObject();
            member(json, "rule", rules.rule(judgement->rule).id);
            write(*judgement);
            json.EndObject();
        }
    };
    auto const why = [&](rules::Judgement const& judgement) {
        member(json, "why", judgement.why);
        if (!judgement.what.empty()) member(json, "what", judgement.what);
    };
    json.StartObject();
    member(json, "request", request);
    member(json, "now", toText(now));
    json.Key("complaint");
    json.Bool(evaluation.complaint);
    list(json, "fired", [&] {
        eachWith(rules::Outcome::Fired, [&](rules::Judgement const& judgement) {
            member(json, "level", rules::toText(judgement.level));
            if (judgement.tier != rules::Tier::None)
                member(json, "tier", rules::toText(judgement.tier));
        });
    });
    list(json, "unknown", [&] { eachWith(rules::Outcome::Unknown, why); });
    list(json, "suppressed", [&] { eachWith(rules::Outcome::Suppressed, why); });
    list(json, "cards", [&] {
        for (auto const& card : decision.cards) {
            json.StartObject();
            member(json, "indicator", rules::toText(card.indicator));
            member(json, "level", rules::toText(card.level));
            member(json, "summary", card.summary);
            list(json, "rules", [&] {
                for (auto const& entry : card.rules) json.String(rules.rule(entry.rule).id);
            });
            json.EndObject();
        }
    });
    json.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

cds::Service const* serviceFor(std::string_view hook)
{
    for (auto const& service : cds::services())
        if (toText(service.hook) == hook) return &service;
    return nullptr;
}

/// The hook that a request names decides which service answers it.
Result<cds::HookRequest> readAny(std::string text)
{
    auto const document = json::Document::parse(text);
    if (!document) return document.error();
    auto const& root = document->root();
    auto const* service =
        serviceFor(root.IsObject() ? json::textOf(root, "hook") : std::string_view{});
    if (service == nullptr)
        return Error{Error::Kind::BadRequest, "/hook", "no hook of this service",
                     "send a CDS Hooks request, or give a chart with --bundle"};
    return cds::readHookRequest(std::move(text), *service);
}

Result<std::string> requestText(EvaluateArguments const& arguments, std::string const& path,
                                rules::RuleSet const& rules, Instant now)
{
    auto text = readText(path);
    if (!text || arguments.bundle.empty()) return text;
    auto const* service = serviceFor(arguments.hook);
    if (service == nullptr)
        return Error{Error::Kind::BadRequest, "--hook", "no hook of this service",
                     "use patient-view, encounter-start, problem-list-item-create, order-select or "
                     "order-sign"};
    auto const document = json::Document::parse(std::move(*text));
    if (!document) return document.error();
    return cds::requestFromBundle(document->root(), *service, rules, arguments.complaint, now);
}

std::string traces(app::Decision const& decision, bool colour)
{
    std::string text;
    auto const& rules = decision.evaluation->chart.rules();
    for (auto const& rule : rules.rules)
        text += traceAsText(*decision.evaluation, rule.index, colour);
    return text;
}

void print(app::Decision const& decision, EvaluateArguments const& arguments,
           std::string const& path, Instant now)
{
    switch (arguments.output) {
    case Output::Cards:
        std::cout << decision.body << '\n';
        return;
    case Output::Findings:
        std::cout << findings(decision, path, now) << '\n';
        return;
    case Output::Trace:
        std::cout << traces(decision, colourOnStdout());
        return;
    case Output::Text:
        std::cout << cardsAsText(decision.cards, decision.evaluation->chart.rules(), kWidth,
                                 colourOnStdout());
        return;
    }
}

Result<void> evaluateOne(EvaluateArguments const& arguments, std::string const& path,
                         rules::RuleSet const& rules, app::DecideSettings const& settings,
                         Instant now)
{
    auto text = requestText(arguments, path, rules, now);
    if (!text) return text.error();
    auto const request = readAny(std::move(*text));
    if (!request) return request.error();
    app::DecideOptions options;
    options.now = now;
    options.decisionId = std::string{kNoDecision};
    options.evaluate.everyRule = arguments.output != Output::Cards;
    options.evaluate.trace = arguments.output == Output::Trace;
    auto const decision = app::decide(*request, rules, settings, options);
    if (!decision) return decision.error();
    print(*decision, arguments, path, now);
    return {};
}

/// What a call is decided with.
struct Basis {
    app::DecideSettings settings;
    std::shared_ptr<rules::RuleSet const> rules; // never nullptr
};

std::string today() { return toDay(SystemClock{}.now()); }

/// The clinical defaults of production and the embedded rules, unless a mode or a configuration is
/// named: then its settings and its rules. Nothing when they cannot be used; problems go to stderr.
std::optional<Basis> basisFor(EvaluateArguments const& arguments)
{
    Basis basis;
    if (!arguments.flags.empty() || !arguments.config.empty()) {
        auto const loaded = loadSettings(arguments.config, arguments.flags);
        if (!loaded) return std::nullopt;
        basis.settings = app::settingsOf(loaded->config);
        basis.rules = rulesOf(loaded->config, today());
        if (!basis.rules) return std::nullopt;
    } else {
        basis.rules = embeddedRules(today());
    }
    if (arguments.allowCritical) basis.settings.policy.allowCritical = true;
    return basis;
}

/// The time of the call: the one that was given, else now.
std::optional<Instant> timeOf(std::string const& given)
{
    if (given.empty()) return SystemClock{}.now();
    auto const at = parseDateTime(given);
    if (at) return at->first();
    complain(Error{Error::Kind::BadRequest, "--now", "not a date and time",
                   "write 2026-01-31T08:00:00Z"});
    return std::nullopt;
}

/// The rules of `--rules`, else of the configuration, else the embedded ones; nullptr when they
/// cannot be used, with the problems on stderr.
std::shared_ptr<rules::RuleSet const> rulesFor(ExplainArguments const& arguments)
{
    if (arguments.folder.empty() && (!arguments.config.empty() || !arguments.flags.empty())) {
        auto const loaded = loadSettings(arguments.config, arguments.flags);
        return loaded ? rulesOf(loaded->config, today()) : nullptr;
    }
    if (arguments.folder.empty()) return embeddedRules(today());
    Problems problems;
    rules::CompileOptions options;
    options.day = today();
    auto const loaded = rulesInFolder(arguments.folder, problems, options);
    complain(problems);
    if (loaded) return loaded->rules;
    complain(loaded.error());
    return nullptr;
}

void complainAboutUnknownRule(std::string const& id, rules::RuleSet const& rules)
{
    std::vector<std::string_view> known;
    for (auto const& rule : rules.rules) known.push_back(rule.id);
    auto const near = nearestWord(id, known);
    complain(Error{Error::Kind::NotFound, id, "no rule of that id",
                   near.empty()
                       ? "see the files of rules/packs, or name the rules that hold it with --rules"
                       : "did you mean " + near + "?"});
}

Result<app::Decision> decideWithTrace(std::string const& path, rules::RuleSet const& rules,
                                      Instant now, std::optional<cds::HookRequest>& request)
{
    auto text = readText(path);
    if (!text) return text.error();
    auto read = readAny(std::move(*text));
    if (!read) return read.error();
    request.emplace(std::move(*read));
    app::DecideOptions options;
    options.now = now;
    options.decisionId = std::string{kNoDecision};
    options.evaluate.trace = true;
    options.evaluate.everyRule = true;
    return app::decide(*request, rules, {}, options);
}

/// Outcome and tree of clauses, what decided, and the data behind it.
void print(rules::Evaluation const& evaluation, rules::Rule const& rule)
{
    std::cout << traceAsText(evaluation, rule.index, colourOnStdout());
    if (auto const decider =
            cases::decidingClause(evaluation, rule.index, evaluation.chart.rules());
        !decider.empty())
        std::cout << "Decided by: " << decider << '\n';
    std::cout << factsAsText(evaluation, rule.index);
}

} // namespace

int evaluate(EvaluateArguments const& arguments)
{
    auto const basis = basisFor(arguments);
    if (!basis) return Exit::kConfiguration;
    auto const now = timeOf(arguments.now);
    if (!now) return Exit::kUsage;
    auto paths = arguments.requests;
    if (!arguments.bundle.empty()) paths = {arguments.bundle};
    if (paths.empty()) paths = {"-"};

    auto code = static_cast<int>(Exit::kDone);
    for (auto const& path : paths) {
        auto const done = evaluateOne(arguments, path, *basis->rules, basis->settings, *now);
        if (done) continue;
        auto error = done.error();
        error.where = path + (error.where.empty() ? "" : ": " + error.where);
        complain(error);
        code = Exit::kBadInput;
    }
    return code;
}

int explain(ExplainArguments const& arguments)
{
    auto const now = timeOf(arguments.now);
    if (!now) return Exit::kUsage;
    auto const rules = rulesFor(arguments);
    if (!rules) return Exit::kConfiguration;
    auto const* rule = rules->find(arguments.rule);
    if (rule == nullptr) {
        complainAboutUnknownRule(arguments.rule, *rules);
        return Exit::kUsage;
    }
    std::optional<cds::HookRequest> request;
    auto const decision = decideWithTrace(arguments.request, *rules, *now, request);
    if (!decision) {
        complain(decision.error());
        return Exit::kBadInput;
    }
    if (decision->evaluation->complaint)
        print(*decision->evaluation, *rule);
    else
        std::cout << "No eligible twitching complaint was found, so no rule was evaluated.\n";
    std::cout << rule->id << ' ' << rule->version << " as it stands\n" << ruleFacts(*rule, today());
    return Exit::kDone;
}

} // namespace tcds::cli
