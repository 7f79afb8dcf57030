#include "server/cds/cards.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

namespace tcds::cds {

namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr std::string_view kLabel = "twitch-cds";
constexpr std::string_view kTopicSystem = "urn:twitch-cds:rule";
constexpr std::string_view kOverrideSystem = "urn:twitch-cds:override-reason";

/// A UUID made from a name inside a namespace: new in every answer, the same in replay.
std::string nameBased(std::string const& space, std::string const& name)
{
    boost::uuids::name_generator_sha1 const generate{boost::uuids::string_generator{}(space)};
    return boost::uuids::to_string(generate(name));
}

/// The text as it stands between the quotes of a JSON string.
std::string escaped(std::string_view value)
{
    rapidjson::StringBuffer buffer;
    Json json{buffer};
    json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    return {buffer.GetString() + 1, buffer.GetSize() - 2};
}

/// Writes one card in its masked form and notes where references stand, so that the client's form
/// is made by exchanging just those.
class CardWriter
{
public:
    CardWriter(rules::Evaluation const& evaluation, CardSetting const& setting,
               std::string_view patientId)
        : evaluation_{evaluation}, rules_{evaluation.chart.rules()}, setting_{setting},
          patient_{"Patient/" + std::string{patientId}}
    {
    }

    WrittenCard write(rules::Card const& card, std::size_t place)
    {
        lead_ = card.lead.known() ? &rules_.rule(card.lead) : nullptr;
        auto const name =
            (lead_ != nullptr ? lead_->id : std::string{}) + "#" + std::to_string(place);
        WrittenCard written;
        written.uuid = nameBased(setting_.decisionId, name);
        buffer_.Clear();
        references_.clear();
        json_.Reset(buffer_);
        writeCard(card, written.uuid, place);
        written.masked.assign(buffer_.GetString(), buffer_.GetSize());
        written.json = unmasked(written.masked);
        return written;
    }

private:
    struct Reference {
        std::size_t at;     // of the first byte inside the quotes
        std::size_t length; // of the masked text
        std::string clear;
    };

    void key(std::string_view name)
    {
        json_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    }
    void text(std::string_view value)
    {
        json_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    }
    void member(std::string_view name, std::string_view value)
    {
        key(name);
        text(value);
    }

    /// {"reference": ..}, masked; the clear text is kept for the client's form. Ids come from the
    /// chart, so they may hold anything.
    void reference(std::string_view name, std::string const& masked, std::string_view clear)
    {
        key(name);
        json_.StartObject();
        key("reference");
        text(masked);
        references_.push_back(
            {buffer_.GetSize() - 1 - masked.size(), masked.size(), escaped(clear)});
        json_.EndObject();
    }

    [[nodiscard]] std::string unmasked(std::string const& masked) const
    {
        std::string clear;
        clear.reserve(masked.size() + 64);
        std::size_t done = 0;
        for (auto const& reference : references_) {
            clear.append(masked, done, reference.at - done);
            clear += reference.clear;
            done = reference.at + reference.length;
        }
        clear.append(masked, done);
        return clear;
    }

    void writeCard(rules::Card const& card, std::string const& uuid, std::size_t place)
    {
        json_.StartObject();
        member("uuid", uuid);
        member("summary", card.summary);
        member("indicator", rules::toText(card.indicator));
        if (!card.detail.empty()) member("detail", card.detail);
        writeSource();
        writeSuggestions(card, uuid);
        writeOverrideReasons(card);
        writeLinks();
        writeExtension(card, place);
        json_.EndObject();
    }

    void writeSource()
    {
        key("source");
        json_.StartObject();
        member("label", kLabel);
        if (!setting_.publicUrl.empty()) member("url", setting_.publicUrl + "/rules");
        if (lead_ != nullptr) {
            key("topic");
            json_.StartObject();
            member("system", kTopicSystem);
            member("code", lead_->topic);
            member("display", lead_->title);
            json_.EndObject();
        }
        json_.EndObject();
    }

    void writeSuggestions(rules::Card const& card, std::string const& uuid)
    {
        if (card.suggestions.empty()) return;
        key("suggestions");
        json_.StartArray();
        std::size_t place = 0;
        for (auto const& suggestion : card.suggestions) {
            json_.StartObject();
            member("label", suggestion.label);
            member("uuid", nameBased(uuid, "s" + std::to_string(++place)));
            if (suggestion.recommended) {
                key("isRecommended");
                json_.Bool(true);
            }
            if (suggestion.kind != rules::Suggestion::Kind::Text) writeAction(suggestion);
            json_.EndObject();
        }
        json_.EndArray();
        member("selectionBehavior", setting_.atMostOne ? "at-most-one" : "any");
    }

    void writeAction(rules::Suggestion const& suggestion)
    {
        auto const isTest = suggestion.kind == rules::Suggestion::Kind::Test;
        key("actions");
        json_.StartArray();
        json_.StartObject();
        member("type", "create");
        member("description", isTest ? suggestion.label : "Task: " + suggestion.label);
        key("resource");
        json_.StartObject();
        if (isTest)
            writeTest(suggestion);
        else
            writeReview(suggestion);
        json_.EndObject();
        json_.EndObject();
        json_.EndArray();
    }

    void writeTest(rules::Suggestion const& suggestion)
    {
        member("resourceType", "ServiceRequest");
        member("status", "draft");
        member("intent", "proposal");
        key("code");
        json_.StartObject();
        key("coding");
        json_.StartArray();
        json_.StartObject();
        member("system", suggestion.system);
        member("code", suggestion.code);
        if (!suggestion.display.empty()) member("display", suggestion.display);
        json_.EndObject();
        json_.EndArray();
        json_.EndObject();
        reference("subject", "Patient/{patient}", patient_);
    }

    void writeReview(rules::Suggestion const& suggestion)
    {
        member("resourceType", "Task");
        member("status", "draft");
        member("intent", "proposal");
        key("code");
        json_.StartObject();
        member("text", suggestion.label);
        json_.EndObject();
        if (auto const* source = sourceOf(suggestion.focus); source != nullptr) {
            auto const type = source->resource.substr(0, source->resource.find('/'));
            reference("focus", type + "/{f" + std::to_string(suggestion.focus.index()) + "}",
                      source->resource);
        }
        reference("for", "Patient/{patient}", patient_);
    }

    /// The resource that a medication was read from; nothing when it had no id.
    [[nodiscard]] SourceRef const* sourceOf(FactId fact) const
    {
        for (auto const& use : evaluation_.chart.context().medications)
            if (use.id == fact && use.source.resource.find('/') != std::string::npos)
                return &use.source;
        return nullptr;
    }

    void writeOverrideReasons(rules::Card const& card)
    {
        if (card.overrideReasons.empty()) return;
        key("overrideReasons");
        json_.StartArray();
        for (auto const index : card.overrideReasons) {
            auto const& reason = rules_.overrideReasons[index];
            json_.StartObject();
            member("system", kOverrideSystem);
            member("code", reason.code);
            member("display", reason.display);
            json_.EndObject();
        }
        json_.EndArray();
    }

    void writeLinks()
    {
        if (setting_.publicUrl.empty() || lead_ == nullptr) return;
        key("links");
        json_.StartArray();
        json_.StartObject();
        member("label", "About this rule");
        member("url", setting_.publicUrl + "/rules/" + lead_->id);
        member("type", "absolute");
        json_.EndObject();
        json_.EndArray();
    }

    void writeExtension(rules::Card const& card, std::size_t place)
    {
        key("extension");
        json_.StartObject();
        key("org.twitch-cds");
        json_.StartObject();
        member("decision", setting_.decisionId);
        key("rules");
        json_.StartArray();
        for (auto const& entry : card.rules) {
            auto const& rule = rules_.rule(entry.rule);
            json_.StartObject();
            member("id", rule.id);
            member("version", rule.version);
            member("level", rules::toText(entry.level));
            if (entry.tier != rules::Tier::None) member("tier", rules::toText(entry.tier));
            json_.EndObject();
        }
        json_.EndArray();
        if (!card.missing.empty()) {
            key("missing");
            json_.StartArray();
            for (auto const& missing : card.missing) text(missing);
            json_.EndArray();
        }
        if (place <= setting_.repeatKeys.size()) member("key", setting_.repeatKeys[place - 1]);
        json_.EndObject();
        json_.EndObject();
    }

    rules::Evaluation const& evaluation_;
    rules::RuleSet const& rules_;
    CardSetting const& setting_;
    std::string patient_;
    rules::Rule const* lead_ = nullptr;
    rapidjson::StringBuffer buffer_;
    Json json_{buffer_};
    std::vector<Reference> references_;
};

} // namespace

std::vector<WrittenCard> writeCards(std::vector<rules::Card> const& cards,
                                    rules::Evaluation const& evaluation, CardSetting const& setting,
                                    std::string_view patientId)
{
    std::vector<WrittenCard> written;
    CardWriter writer{evaluation, setting, patientId};
    for (auto const& card : cards) written.push_back(writer.write(card, written.size() + 1));
    return written;
}

std::string writeAnswer(std::vector<WrittenCard> const& cards)
{
    std::string body = "{\"cards\":[";
    for (auto const& card : cards) {
        if (&card != &cards.front()) body += ',';
        body += card.json;
    }
    body += "]}";
    return body;
}

} // namespace tcds::cds
