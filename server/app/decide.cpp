#include "server/app/decide.hpp"

#include "fhir/read/chart_reader.hpp"

#include <algorithm>

namespace tcds::app {

namespace {

using Clock = std::chrono::steady_clock;

std::chrono::microseconds since(Clock::time_point start)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
}

bool answered(SourceStatus status)
{
    return status == SourceStatus::Ok || status == SourceStatus::Empty ||
           status == SourceStatus::Partial;
}

bool failed(SourceStatus status) { return !answered(status) && status != SourceStatus::Absent; }

/// "prefetch key 'labs' was not supplied"
std::string describe(std::string_view key, SourceStatus status)
{
    auto const said = "prefetch key '" + std::string{key} + "' ";
    switch (status) {
    case SourceStatus::Absent:
        return said + "was not supplied";
    case SourceStatus::Denied:
        return said + "was not supplied, and the FHIR server denied access";
    case SourceStatus::Timeout:
        return said + "was not supplied, and the FHIR server did not answer in time";
    case SourceStatus::Failed:
        return said + "could not be had: its query failed";
    case SourceStatus::Empty:
        return said + "is empty";
    default:
        return said + "could not be read";
    }
}

Error lacking(std::string key, std::string what, std::string const& whyNotRead)
{
    return {Error::Kind::MissingData, "/prefetch/" + std::move(key), std::move(what),
            whyNotRead.empty()
                ? "send it as prefetch"
                : "send it as prefetch; the FHIR server was not asked, for " + whyNotRead};
}

/// Some source in which a complaint may stand was delivered and could be read.
bool complaintSourceAnswered(PatientContext const& context)
{
    for (auto const key : {"conditions", "encounterDiagnoses", "encounter", "complaints"})
        if (answered(context.source(key))) return true;
    return std::ranges::any_of(context.inputs, [](InputStatus const& input) {
        return input.key == "context.conditions" && answered(input.status);
    });
}

/// The data without which no honest answer can be given (decision D26).
Result<void> checkNeeded(PatientContext const& context, bool complaint,
                         std::string const& whyNotRead)
{
    if (context.source("patient") != SourceStatus::Ok)
        return lacking("patient", describe("patient", context.source("patient")), whyNotRead);
    if (!complaintSourceAnswered(context))
        return lacking("conditions",
                       describe("conditions", context.source("conditions")) +
                           ", nor any other source of a complaint "
                           "(encounterDiagnoses, encounter, complaints)",
                       whyNotRead);
    if (complaint && !answered(context.source("medications")) && !answered(context.source("labs")))
        return lacking("labs",
                       describe("labs", context.source("labs")) + ", and " +
                           describe("medications", context.source("medications")),
                       whyNotRead);
    return {};
}

fhir::ReadOptions readOptions(cds::HookRequest const& request, rules::RuleSet const& rules,
                              DecideSettings const& settings, Instant now)
{
    fhir::ReadOptions options;
    options.asOf = now;
    options.hook = request.service->hook;
    options.patientId = request.patientId;
    options.encounterId = request.encounterId;
    options.selections = request.selections;
    options.zoneMinutes = settings.zoneMinutes;
    options.acceptUnknownStatus = settings.acceptUnknownStatus;
    options.complaintWindow = rules.complaintWindow;
    options.maxEntries = settings.maxEntries;
    return options;
}

bool isDegraded(PatientContext const& context)
{
    return std::ranges::any_of(context.inputs, [](InputStatus const& input) {
        return failed(input.status) || input.status == SourceStatus::Partial;
    });
}

cds::CardSetting cardSetting(Decision const& decision, DecideSettings const& settings,
                             DecideOptions const& options)
{
    cds::CardSetting setting;
    setting.decisionId = decision.id;
    setting.publicUrl = settings.publicUrl;
    setting.atMostOne = settings.policy.atMostOne;
    if (options.repeatKey) {
        setting.repeatKeys.reserve(decision.cards.size());
        for (auto const& card : decision.cards)
            setting.repeatKeys.push_back(options.repeatKey(card, *decision.evaluation));
    }
    return setting;
}

/// Rules of cards that are not shown again did fire; the record says why nobody sees them.
void markHeldBack(rules::Evaluation& evaluation, std::vector<rules::HeldBack> const& heldBack)
{
    for (auto const& held : heldBack) {
        auto* judgement = evaluation.byRule[held.rule.index()];
        if (judgement == nullptr) continue;
        judgement->outcome = rules::Outcome::Suppressed;
        judgement->why = held.why;
    }
}

} // namespace

Result<PatientContext> readContext(cds::HookRequest const& request, rules::RuleSet const& rules,
                                   DecideSettings const& settings, Instant now)
{
    return fhir::readChart(request.inputs, readOptions(request, rules, settings, now),
                           *rules.terms);
}

Result<Decision> decide(PatientContext&& context, cds::HookRequest const& request,
                        rules::RuleSet const& rules, DecideSettings const& settings,
                        DecideOptions const& options)
{
    Decision decision;
    decision.id = options.decisionId;
    decision.context = std::make_unique<PatientContext>(std::move(context));

    auto start = Clock::now();
    decision.evaluation = rules::evaluate(*decision.context, rules, options.evaluate);
    decision.timing.evaluate = since(start);
    if (auto const needed =
            checkNeeded(*decision.context, decision.evaluation->complaint, options.whyNotRead);
        !needed)
        return needed.error();

    start = Clock::now();
    if (!request.forPatients()) {
        if (options.recent) decision.context->recent = options.recent(*decision.evaluation);
        std::vector<rules::HeldBack> heldBack;
        decision.cards = rules::compose(*decision.evaluation, settings.policy, &heldBack);
        markHeldBack(*decision.evaluation, heldBack);
    }
    decision.written = cds::writeCards(decision.cards, *decision.evaluation,
                                       cardSetting(decision, settings, options), request.patientId);
    decision.body = cds::writeAnswer(decision.written);
    decision.degraded = isDegraded(*decision.context);
    decision.timing.compose = since(start);
    return decision;
}

Result<Decision> decide(cds::HookRequest const& request, rules::RuleSet const& rules,
                        DecideSettings const& settings, DecideOptions const& options)
{
    auto const start = Clock::now();
    auto context = readContext(request, rules, settings, options.now);
    if (!context) return context.error();
    auto const read = since(start);
    auto decision = decide(std::move(*context), request, rules, settings, options);
    if (decision) decision->timing.read = read;
    return decision;
}

} // namespace tcds::app
