#include "server/cli/replay_text.hpp"

#include "server/app/version.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace tcds::cli {

namespace {

using namespace tcds::replay;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

std::string counted(std::size_t count, std::string const& one)
{
    return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

std::string nameOf(std::string const& id, std::string const& version, std::string const& digest)
{
    return id + " " + version + " (sha256 " + digest.substr(0, 12) + ")";
}

void member(Writer& json, char const* name, std::string_view value)
{
    json.Key(name);
    json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void strings(Writer& json, char const* name, std::vector<std::string> const& values)
{
    json.Key(name);
    json.StartArray();
    for (auto const& value : values) json.String(value);
    json.EndArray();
}

void side(Writer& json, char const* name, std::optional<RuleSaid> const& rule)
{
    json.Key(name);
    if (!rule) {
        json.Null();
        return;
    }
    json.StartObject();
    member(json, "version", rule->version);
    member(json, "outcome", rule->outcome);
    for (auto const& [key, value] :
         {std::pair{"why", &rule->why}, std::pair{"what", &rule->what},
          std::pair{"level", &rule->level}, std::pair{"tier", &rule->tier},
          std::pair{"band", &rule->band}})
        if (!value->empty()) member(json, key, *value);
    strings(json, "facts", rule->facts);
    json.EndObject();
}

void digest(Writer& json, char const* name, std::optional<CardSaid> const& card)
{
    json.Key(name);
    if (card)
        json.String(card->sha256);
    else
        json.Null();
}

void pack(Writer& json, char const* name, std::string const& id, std::string const& version,
          std::string const& sha256, std::string_view program)
{
    json.Key(name);
    json.StartObject();
    member(json, "pack", id);
    member(json, "version", version);
    member(json, "sha256", sha256);
    member(json, "program", program);
    json.EndObject();
}

void head(Writer& json, RecordedDecision const& recorded, std::string_view result)
{
    member(json, "decision", recorded.id);
    member(json, "evaluatedAt", recorded.evaluatedAt);
    member(json, "result", result);
    pack(json, "decidedWith", recorded.packId, recorded.packVersion, recorded.packDigest,
         recorded.engineVersion);
}

void writeRules(Writer& json, Difference const& difference)
{
    json.Key("rules");
    json.StartArray();
    for (auto const& rule : difference.rules) {
        json.StartObject();
        member(json, "id", rule.id());
        side(json, "was", rule.was);
        side(json, "is", rule.is);
        json.EndObject();
    }
    json.EndArray();
}

void writeCards(Writer& json, Difference const& difference)
{
    json.Key("cards");
    json.StartArray();
    for (auto const& card : difference.cards) {
        json.StartObject();
        member(json, "rule", card.rule);
        digest(json, "was", card.was);
        digest(json, "is", card.is);
        std::vector<std::string> lines;
        for (auto const& line : card.lines)
            if (line.sign != ' ') lines.push_back(std::string{line.sign, ' '} + line.text);
        strings(json, "lines", lines);
        json.EndObject();
    }
    json.EndArray();
}

std::string line(rapidjson::StringBuffer const& buffer)
{
    return std::string{buffer.GetString(), buffer.GetSize()} + "\n";
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
    rapidjson::StringBuffer buffer;
    Writer json{buffer};
    auto const identical = difference.none() && !replayed.refused;
    json.StartObject();
    head(json, recorded, identical ? "identical" : "different");
    auto const& rules = *replayed.rules;
    pack(json, "replayedWith", rules.id, rules.version, rules.digest, kVersion);
    if (replayed.refused) member(json, "refused", tcds::toText(*replayed.refused));
    writeRules(json, difference);
    if (difference.idle) {
        json.Key("idle");
        json.StartObject();
        json.Key("was");
        json.Int(difference.idle->first);
        json.Key("is");
        json.Int(difference.idle->second);
        json.EndObject();
    }
    json.Key("missing");
    json.StartObject();
    strings(json, "gone", difference.missingGone);
    strings(json, "new", difference.missingNew);
    json.EndObject();
    writeCards(json, difference);
    json.Key("unread");
    json.Uint64(replayed.unread);
    json.EndObject();
    return line(buffer);
}

std::string notReplayableJson(RecordedDecision const& recorded, NotReplayable const& no)
{
    rapidjson::StringBuffer buffer;
    Writer json{buffer};
    json.StartObject();
    head(json, recorded, "not-replayable");
    member(json, "why", toText(no.obstacle));
    member(json, "where", no.why.where);
    member(json, "what", no.why.what);
    member(json, "fix", no.why.fix);
    json.EndObject();
    return line(buffer);
}

} // namespace tcds::cli
