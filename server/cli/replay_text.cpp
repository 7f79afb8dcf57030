#include "server/cli/replay_text.hpp"

#include "fhir/base/json_writer.hpp"
#include "server/app/version.hpp"

namespace tcds::cli {

namespace {

using namespace tcds::replay;

std::string counted(std::size_t count, std::string const& one)
{
    return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

std::string nameOf(std::string const& id, std::string const& version, std::string const& digest)
{
    return id + " " + version + " (sha256 " + digest.substr(0, 12) + ")";
}

void side(JsonText& json, std::string_view name, std::optional<RuleSaid> const& rule)
{
    json.key(name);
    if (!rule) return json.null();
    json.object([&] {
        json.member("version", rule->version);
        json.member("outcome", rule->outcome);
        json.given("why", rule->why);
        json.given("what", rule->what);
        json.given("level", rule->level);
        json.given("tier", rule->tier);
        json.given("band", rule->band);
        json.texts("facts", rule->facts);
    });
}

void digest(JsonText& json, std::string_view name, std::optional<CardSaid> const& card)
{
    json.key(name);
    if (!card) return json.null();
    json.value(card->sha256);
}

void pack(JsonText& json, std::string_view name, std::string const& id, std::string const& version,
          std::string const& sha256, std::string_view program)
{
    json.object(name, [&] {
        json.member("pack", id);
        json.member("version", version);
        json.member("sha256", sha256);
        json.member("program", program);
    });
}

void head(JsonText& json, RecordedDecision const& recorded, std::string_view result)
{
    json.member("decision", recorded.id);
    json.member("evaluatedAt", recorded.evaluatedAt);
    json.member("result", result);
    pack(json, "decidedWith", recorded.packId, recorded.packVersion, recorded.packDigest,
         recorded.engineVersion);
}

void writeRules(JsonText& json, Difference const& difference)
{
    json.array("rules", [&] {
        for (auto const& rule : difference.rules)
            json.object([&] {
                json.member("id", rule.id());
                side(json, "was", rule.was);
                side(json, "is", rule.is);
            });
    });
}

void writeCard(JsonText& json, CardDifference const& card)
{
    json.member("rule", card.rule);
    digest(json, "was", card.was);
    digest(json, "is", card.is);
    std::vector<std::string> lines;
    for (auto const& line : card.lines)
        if (line.sign != ' ') lines.push_back(std::string{line.sign, ' '} + line.text);
    json.texts("lines", lines);
}

void writeCards(JsonText& json, Difference const& difference)
{
    json.array("cards", [&] {
        for (auto const& card : difference.cards) json.object([&] { writeCard(json, card); });
    });
}

void writeIdle(JsonText& json, Difference const& difference)
{
    if (!difference.idle) return;
    json.object("idle", [&] {
        json.key("was").number(std::to_string(difference.idle->first));
        json.key("is").number(std::to_string(difference.idle->second));
    });
}

} // namespace

std::string replayText(RecordedDecision const& recorded, Replayed const& replayed,
                       Difference const& difference)
{
    auto const& rules = *replayed.rules;
    auto const isOther = rules.digest != recorded.packDigest;
    std::string text = "decision " + recorded.id + " of " + recorded.evaluatedAt + "\n";
    text += "decided with   " + nameOf(recorded.packId, recorded.packVersion, recorded.packDigest) +
            ", program " + recorded.engineVersion + "\n";
    text += "replayed with  " +
            (isOther ? nameOf(rules.id, rules.version, rules.digest) : std::string{"the same"}) +
            ", program " + std::string{kVersion} + "\n";
    if (replayed.refused)
        return text +
               "different: the call would have been refused: " + tcds::toText(*replayed.refused) +
               "\n";
    if (difference.none())
        text += "identical: " + counted(replayed.now.rules.size(), "rule") + " judged, " +
                counted(replayed.now.cards.size(), "card") + ", byte by byte\n";
    else
        text += "different:\n" + toText(difference);
    if (replayed.unread > 0)
        text += "not looked at: " + counted(replayed.unread, "medicine or test") +
                " that only these rules know; the record has no more than the code\n";
    return text;
}

std::string replayJson(RecordedDecision const& recorded, Replayed const& replayed,
                       Difference const& difference)
{
    JsonText json;
    json.object([&] {
        auto const identical = difference.none() && !replayed.refused;
        head(json, recorded, identical ? "identical" : "different");
        auto const& rules = *replayed.rules;
        pack(json, "replayedWith", rules.id, rules.version, rules.digest, kVersion);
        if (replayed.refused) json.member("refused", tcds::toText(*replayed.refused));
        writeRules(json, difference);
        writeIdle(json, difference);
        json.object("missing", [&] {
            json.texts("gone", difference.missingGone);
            json.texts("new", difference.missingNew);
        });
        writeCards(json, difference);
        json.count("unread", replayed.unread);
    });
    return json.text() + "\n";
}

std::string notReplayableJson(RecordedDecision const& recorded, NotReplayable const& no)
{
    JsonText json;
    json.object([&] {
        head(json, recorded, "not-replayable");
        json.member("why", toText(no.obstacle));
        json.member("where", no.why.where);
        json.member("what", no.why.what);
        json.member("fix", no.why.fix);
    });
    return json.text() + "\n";
}

} // namespace tcds::cli
