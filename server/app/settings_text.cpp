#include "server/app/settings_text.hpp"

#include "fhir/base/json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>
#include <optional>

namespace tcds::app {

namespace {

constexpr int kVersionOfText = 1;
constexpr std::string_view kAny = "any";
constexpr std::string_view kAtMostOne = "at-most-one";

Error fault(std::string_view member, std::string what)
{
    return {Error::Kind::BadRequest, "/" + std::string{member}, std::move(what),
            "restore the file from a backup of content.store"};
}

/// Members of the text; the first that cannot be read is kept.
class Reader
{
public:
    explicit Reader(json::Value const& object) : object_{object} {}

    std::int64_t whole(std::string_view name, std::int64_t least, std::int64_t most)
    {
        auto const digits = json::number(json::child(object_, name)).value_or("");
        std::int64_t number = 0;
        auto const [end, failed] =
            std::from_chars(digits.data(), digits.data() + digits.size(), number);
        auto const isRead = failed == std::errc{} && end == digits.data() + digits.size();
        if (!isRead || number < least || number > most)
            note(name, "is no whole number from " + std::to_string(least) + " to " +
                           std::to_string(most));
        return number;
    }
    bool flag(std::string_view name)
    {
        auto const flag = json::flag(json::child(object_, name));
        if (!flag) note(name, "is neither true nor false");
        return flag.value_or(false);
    }
    std::string text(std::string_view name)
    {
        auto const text = json::text(json::child(object_, name));
        if (!text) note(name, "is no string");
        return std::string{text.value_or("")};
    }
    void note(std::string_view name, std::string what)
    {
        if (!first_) first_ = fault(name, std::move(what));
    }
    [[nodiscard]] std::optional<Error> const& first() const { return first_; }

private:
    json::Value const& object_;
    std::optional<Error> first_;
};

} // namespace

std::string settingsText(DecideSettings const& settings, std::vector<config::Alias> const& aliases)
{
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> json{buffer};
    json.StartObject();
    json.Key("v");
    json.Int(kVersionOfText);
    json.Key("max_cards");
    json.Uint64(settings.policy.maxCards);
    json.Key("allow_critical");
    json.Bool(settings.policy.allowCritical);
    json.Key("selection_behavior");
    json.String(std::string{settings.policy.atMostOne ? kAtMostOne : kAny});
    json.Key("accept_unknown_status");
    json.Bool(settings.acceptUnknownStatus);
    json.Key("zone_minutes");
    json.Int(settings.zoneMinutes);
    json.Key("max_entries");
    json.Uint64(settings.maxEntries);
    json.Key("public_url");
    json.String(settings.publicUrl);
    if (!aliases.empty()) {
        json.Key("aliases");
        json.StartArray();
        for (auto const& alias : aliases) {
            json.StartArray();
            json.String(alias.theirs);
            json.String(alias.ours);
            json.EndArray();
        }
        json.EndArray();
    }
    json.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

Result<DecideSettings> readSettingsText(std::string text)
{
    auto const document = json::Document::parse(std::move(text));
    if (!document) return document.error();
    if (!document->root().IsObject()) return fault("", "is no object");
    constexpr std::int64_t kMostEntries = 1'000'000'000;
    constexpr std::int64_t kMostMinutes = 14 * 60;
    Reader read{document->root()};
    DecideSettings settings;
    if (read.whole("v", 0, kMostEntries) != kVersionOfText)
        read.note("v", "is a form of settings that this program does not know");
    settings.policy.maxCards = static_cast<std::size_t>(read.whole("max_cards", 1, 100));
    settings.policy.allowCritical = read.flag("allow_critical");
    auto const selection = read.text("selection_behavior");
    settings.policy.atMostOne = selection == kAtMostOne;
    if (selection != kAny && selection != kAtMostOne)
        read.note("selection_behavior", "is neither any nor at-most-one");
    settings.acceptUnknownStatus = read.flag("accept_unknown_status");
    settings.zoneMinutes =
        static_cast<int>(read.whole("zone_minutes", -kMostMinutes, kMostMinutes));
    settings.maxEntries = static_cast<std::size_t>(read.whole("max_entries", 0, kMostEntries));
    settings.publicUrl = read.text("public_url");
    if (auto const& first = read.first()) return *first;
    return settings;
}

} // namespace tcds::app
