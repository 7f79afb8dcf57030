#include "tests/unit/replay/stage.hpp"

#include "rules/load/compile.hpp"
#include "server/app/repeat_keys.hpp"
#include "server/app/settings_text.hpp"
#include "server/audit/decision.hpp"
#include "server/audit/digest.hpp"
#include "server/cases/request.hpp"
#include "server/replay/settings_store.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>

namespace tcds::replay::test {

namespace {

cds::Service const& serviceOf(Hook hook)
{
    return *std::ranges::find(cds::services(), hook, &cds::Service::hook);
}

std::vector<cases::CaseFile> const& caseFiles()
{
    static auto const kFiles = [] {
        std::vector<cases::CaseFile> files;
        Problems problems;
        auto const content = shippedContent();
        for (auto const& tree : content.tests) files.push_back(cases::readCaseFile(tree, problems));
        if (problems.hasErrors()) throw std::runtime_error{problems.asError().what};
        return files;
    }();
    return kFiles;
}

} // namespace

How::How() = default;

rules::Content shippedContent()
{
    Problems problems;
    auto content =
        rules::loadFolder(std::filesystem::path{TCDS_RULES_DIR}, audit::sha256, problems);
    if (!content || problems.hasErrors()) throw std::runtime_error{"the rules have faults"};
    return std::move(*content);
}

std::shared_ptr<rules::RuleSet const> shippedRules()
{
    static auto const kRules = [] {
        Problems problems;
        return rules::compile(shippedContent(), problems, {});
    }();
    return kRules;
}

std::shared_ptr<rules::RuleSet const> rulesWith(std::string const& file, std::string_view was,
                                                std::string_view is)
{
    auto content = shippedContent();
    auto const text =
        exchanged(audit::test::readFile(std::string{TCDS_RULES_DIR} + "/" + file), was, is);
    Problems problems;
    auto tree = Tree::fromYaml(text, file, problems);
    if (!tree) throw std::runtime_error{problems.asError().what};
    auto const exchange = [&](std::vector<Tree>& trees) {
        for (auto& each : trees)
            if (each.file().ends_with(file)) each = std::move(*tree);
    };
    exchange(content.packs.front().rules);
    exchange(content.valueSets);
    content.digest = audit::sha256(content.digest + text);
    auto rules = rules::compile(content, problems, {});
    if (!rules) throw std::runtime_error{problems.asError().what};
    return rules;
}

std::vector<cases::Case> const& shippedCases()
{
    static auto const kCases = [] {
        std::vector<cases::Case> all;
        for (auto const& file : caseFiles())
            all.insert(all.end(), file.cases.begin(), file.cases.end());
        return all;
    }();
    return kCases;
}

cases::Case const& caseNamed(std::string_view rule, std::string_view name)
{
    for (auto const& file : caseFiles())
        for (auto const& test : file.cases)
            if (file.rule == rule && test.name == name) return test;
    throw std::runtime_error{"no case " + std::string{name} + " of " + std::string{rule}};
}

How howOf(std::size_t i)
{
    constexpr std::array kZones{0, 60, -300, 330};
    constexpr std::array kFetched{"", "labs", "medications", "conditions", "patient"};
    How how;
    how.settings.policy.maxCards = 1 + i % 3;
    how.settings.policy.allowCritical = i % 2 == 0;
    how.settings.policy.atMostOne = i / 2 % 2 == 0;
    how.settings.acceptUnknownStatus = i % 5 == 0;
    how.settings.zoneMinutes = kZones[i / 3 % kZones.size()];
    how.settings.publicUrl = i / 4 % 2 == 0 ? "" : "https://cds.example.org";
    how.forPatients = i % 97 == 0;
    how.repeatKeys = i % 7 == 0;
    how.mode = i % 11 == 0 ? "silent" : "active";
    how.fetchedKey = kFetched[i % kFetched.size()];
    return how;
}

Stage::Stage()
    : pseudonyms_{*audit::Pseudonyms::fromFileOrNew(folder_.path("k26q1.key"), "mercy-west")},
      packs_{folder_.path("packs"), [] { return shippedContent(); }}, replayer_{packs_, store()}
{
}

Result<app::Decision> Stage::decide(cases::Case const& test, How const& how)
{
    auto const rules = shippedRules();
    Problems problems;
    auto const request = cases::writeRequest(test, *rules, problems);
    if (problems.hasErrors()) throw std::runtime_error{problems.asError().what};
    auto call = cds::readHookRequest(request, serviceOf(test.hook));
    if (!call) return call.error();
    if (how.forPatients) call->userId = "Patient/" + call->patientId;
    for (auto& input : call->inputs)
        if (input.key == how.fetchedKey) input.via = "fhir";
    auto keyed = pseudonyms_.on("https://ehr.example.org/fhir");
    app::DecideOptions options;
    options.now = test.now;
    options.decisionId = how.decisionId;
    options.recent = [&how](rules::Evaluation const&) { return how.recent; };
    if (how.repeatKeys)
        options.repeatKey = [&](rules::Card const& card, rules::Evaluation const& evaluation) {
            return app::repeatKey(keyed, app::subjectKeys(*call, keyed), card, evaluation);
        };
    return app::decide(*call, *rules, how.settings, options);
}

std::string Stage::keep(app::DecideSettings const& settings)
{
    auto const text = app::settingsText(settings);
    auto digest = audit::sha256(text);
    if (auto const kept = keepSettings(store(), {{digest, text}}); !kept)
        throw std::runtime_error{toText(kept.error())};
    return digest;
}

std::string Stage::line(app::Decision const& decision, How const& how)
{
    auto const digest = keep(how.settings);
    std::vector<audit::CardSent> sent;
    for (auto const& card : decision.written) sent.push_back({card.uuid, card.masked});
    audit::DecisionRecord record;
    record.decisionId = decision.id;
    record.hookInstance = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea";
    record.hook = toText(decision.context->hook);
    record.service = serviceOf(decision.context->hook).id;
    record.user = "Practitioner/1";
    record.forPatients = how.forPatients;
    record.patientKey = "k26q1:KwNrETh5XwElSA0VCTdxEA";
    record.requestSha256 = digest;
    record.engineVersion = "0.1.0";
    record.settingsDigest = digest;
    record.mode = how.mode;
    record.context = decision.context.get();
    record.evaluation = decision.evaluation.get();
    record.cards = decision.cards;
    record.sent = sent;
    record.responseSha256 = digest;
    auto keyed = pseudonyms_.on("https://ehr.example.org/fhir");
    return R"({"v":1,"type":"decision","seq":7,"ts":"2026-03-03T10:12:44.402Z","node":"cds-1",)"
           R"("tenant":"mercy-west",)" +
           audit::writeDecision(record, keyed) + "}";
}

std::string exchanged(std::string text, std::string_view was, std::string_view is)
{
    auto const at = text.find(was);
    if (at == std::string::npos) throw std::runtime_error{"no " + std::string{was} + " in " + text};
    return text.replace(at, was.size(), is);
}

} // namespace tcds::replay::test
