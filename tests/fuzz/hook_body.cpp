// Any bytes as the body of a call: read, decided and recorded as the service does it, for each of
// its services. A refusal is as good as an answer; a crash, an exception or a broken promise is
// not.

#include "server/app/decide.hpp"
#include "server/audit/decision.hpp"
#include "server/audit/pseudonyms.hpp"
#include "tests/fuzz/claim.hpp"
#include "tests/fuzz/rules_in_use.hpp"

#include <rapidjson/document.h>

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tcds;
using fuzz::claim;

constexpr std::string_view kDecisionId = "018d5f7a-0000-7000-8000-000000000001";
constexpr std::size_t kSummaryBelow = 140; // characters; CDS Hooks 2.0.1, card attributes

std::size_t charactersOf(rapidjson::Value const& text)
{
    std::string_view const bytes{text.GetString(), text.GetStringLength()};
    std::size_t count = 0;
    for (auto const byte : bytes)
        if ((static_cast<unsigned char>(byte) & 0xC0U) != 0x80U) ++count;
    return count;
}

void checkCard(rapidjson::Value const& card)
{
    claim(card.IsObject(), "a card is an object");
    claim(card.HasMember("summary") && card["summary"].IsString(), "a card has a summary");
    auto const characters = charactersOf(card["summary"]);
    claim(characters > 0 && characters < kSummaryBelow, "a summary has 1 to 139 characters");
    claim(card.HasMember("indicator") && card["indicator"].IsString(), "a card has an indicator");
    claim(card.HasMember("source") && card["source"].IsObject(), "a card has a source");
    claim(card.HasMember("uuid") && card["uuid"].IsString(), "a card has an id");
}

rapidjson::Document parsed(std::string_view text, std::string_view what)
{
    rapidjson::Document document;
    document.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
    claim(!document.HasParseError() && document.IsObject(), what);
    return document;
}

void checkAnswer(app::Decision const& decision)
{
    auto const answer = parsed(decision.body, "an answer is a JSON object");
    claim(answer.HasMember("cards") && answer["cards"].IsArray(), "an answer has its cards");
    auto const& cards = answer["cards"];
    claim(cards.Size() == decision.cards.size(), "every card is written");
    claim(cards.Size() <= rules::CardPolicy{}.maxCards, "no more cards than allowed");
    for (auto const& card : cards.GetArray()) checkCard(card);
    for (auto const& card : decision.cards)
        claim(!card.rules.empty() || !card.lead.known(), "a card names the rules that made it");
    for (auto const& judgement : decision.evaluation->judged)
        claim(judgement.outcome != rules::Outcome::Error, "no rule breaks");
}

/// A key of its own for this process, gone from the disk when it has been read.
audit::Pseudonyms const& pseudonyms()
{
    static auto const made = [] {
        auto const path = std::filesystem::temp_directory_path() /
                          ("twitch-cds-fuzz-" + std::to_string(::getpid()) + ".key");
        auto keyed = audit::Pseudonyms::fromFileOrNew(path.string(), "fuzz");
        std::filesystem::remove(path);
        claim(keyed.has_value(), "a key can be made in the folder for temporary files");
        return std::move(*keyed);
    }();
    return made;
}

void checkRecord(cds::HookRequest const& call, app::Decision const& decision)
{
    std::vector<audit::CardSent> sent;
    for (auto const& card : decision.written) sent.push_back({card.uuid, card.masked});
    audit::DecisionRecord record;
    record.decisionId = decision.id;
    record.hookInstance = call.hookInstance;
    record.hook = toText(call.service->hook);
    record.service = call.service->id;
    record.trigger = call.trigger;
    auto onServer = pseudonyms().on(call.fhirServer);
    auto const patientKey = onServer.of("Patient/" + call.patientId);
    auto const encounterKey = onServer.of("Encounter/" + call.encounterId);
    record.user = call.userId;
    record.patientKey = patientKey;
    record.encounterKey = encounterKey;
    record.fhirServer = call.fhirServer;
    record.mode = "sandbox";
    record.context = decision.context.get();
    record.evaluation = decision.evaluation.get();
    record.cards = decision.cards;
    record.sent = sent;
    auto const members = audit::writeDecision(record, onServer);
    claim(members.find('\n') == std::string::npos, "a record is one line");
    (void)parsed('{' + members + '}', "a record is a JSON object");
}

void call(std::string body, cds::Service const& service)
{
    auto const request = cds::readHookRequest(std::move(body), service);
    if (!request) {
        claim(!request.error().what.empty(), "a refusal says why");
        return;
    }
    app::DecideOptions options;
    options.now = fuzz::now();
    options.decisionId = kDecisionId;
    auto const decision = app::decide(*request, fuzz::shippedRules(), {}, options);
    if (!decision) {
        claim(!decision.error().what.empty(), "a refusal says why");
        return;
    }
    checkAnswer(*decision);
    checkRecord(*request, *decision);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size)
{
    std::string const body{reinterpret_cast<char const*>(bytes), size};
    for (auto const& service : cds::services()) call(body, service);
    return 0;
}
