#include "tests/unit/app/answer_rules.hpp"

#include "tests/support/json_rules.hpp"

#include <algorithm>
#include <regex>
#include <set>

namespace tcds::app::test {

namespace {

using rapidjson::Value;
using Names = std::set<std::string>;

/// Text of a member; "" when it is absent or no text.
std::string textOf(Value const& object, char const* name)
{
    auto const at = object.FindMember(name);
    if (at == object.MemberEnd() || !at->value.IsString()) return {};
    return {at->value.GetString(), at->value.GetStringLength()};
}

/// The greater of code points and UTF-16 units.
std::size_t length(std::string_view text)
{
    std::size_t units = 0;
    for (auto const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) != 0x80U) ++units;
        if ((byte & 0xF8U) == 0xF0U) ++units; // two units in UTF-16
    }
    return units;
}

bool isAbsoluteUrl(std::string const& text)
{
    static std::regex const kUrl{R"(https?://[^/\s?#@]+(/\S*)?)"};
    return std::regex_match(text, kUrl);
}

/// A tag that a renderer with raw HTML would take for one: `<b`, `</b`, `<!`.
bool holdsTag(std::string const& markdown)
{
    for (std::size_t i = 0; i + 1 < markdown.size(); ++i) {
        if (markdown[i] == '\\') {
            ++i; // the sign behind a backslash is only itself
            continue;
        }
        auto const next = markdown[i + 1];
        if (markdown[i] == '<' && (next == '/' || next == '!' || next == '?' ||
                                   std::isalpha(static_cast<unsigned char>(next)) != 0))
            return true;
    }
    return false;
}

class Walk
{
public:
    explicit Walk(AnswerTerms const& terms) : terms_{terms} {}

    std::vector<std::string> answer(std::string_view body)
    {
        check(!body.starts_with("\xEF\xBB\xBF"), "RSP-04",
              "byte order mark"); // the parser skips it
        rapidjson::Document document;
        document.Parse<rapidjson::kParseValidateEncodingFlag>(body.data(), body.size());
        check(!document.HasParseError(), "RSP-04", "");
        if (document.HasParseError()) return broken_;
        check(document.IsObject() && document.HasMember("cards") && document["cards"].IsArray(),
              "RSP-01", "/cards");
        if (!broken_.empty()) return broken_;
        for (auto const& place : tcds::test::emptyPlaces(document)) {
            static std::regex const kMayBeEmpty{
                R"(/cards|/cards/\d+/extension/org\.twitch-cds/rules)"};
            check(std::regex_match(place, kMayBeEmpty), "RSP-03", place);
        }
        check(!document.HasMember("systemActions"), "RSP-07", "/systemActions");
        check(!document.HasMember("systemActions"), "SYS-01", "/systemActions");
        members(document, {"cards", "systemActions", "extension"}, "RSP-08", "");
        std::size_t i = 0;
        for (auto const& each : document["cards"].GetArray())
            card(each, "/cards/" + std::to_string(i++));
        return broken_;
    }

private:
    void check(bool holds, char const* row, std::string const& place)
    {
        if (!holds) broken_.push_back(row + (" " + place));
    }

    void members(Value const& object, Names const& known, char const* row, std::string const& place)
    {
        for (auto const& name : tcds::test::namesOf(object))
            check(known.contains(name), row, place + "/" + name);
    }

    void uuid(Value const& object, char const* row, std::string const& place)
    {
        static std::regex const kUuid{
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"};
        auto const text = textOf(object, "uuid");
        check(std::regex_match(text, kUuid), row, place + "/uuid");
        check(uuids_.insert(text).second, row, place + "/uuid");
    }

    /// Whether a member is absent, or a list of objects with something in it.
    static bool isListOrAbsent(Value const& object, char const* name)
    {
        auto const at = object.FindMember(name);
        if (at == object.MemberEnd()) return true;
        if (!at->value.IsArray() || at->value.Empty()) return false;
        return std::all_of(at->value.Begin(), at->value.End(),
                           [](Value const& item) { return item.IsObject(); });
    }

    template <class Check>
    void each(Value const& object, char const* name, char const* row, std::string const& place,
              Check const& one)
    {
        check(isListOrAbsent(object, name), row, place + "/" + name);
        if (!isListOrAbsent(object, name) || !object.HasMember(name)) return;
        std::size_t i = 0;
        for (auto const& item : object[name].GetArray())
            one(item, place + "/" + name + "/" + std::to_string(i++));
    }

    void card(Value const& card, std::string const& place)
    {
        auto const summary = textOf(card, "summary");
        check(!summary.empty(), "CARD-01", place + "/summary");
        check(length(summary) < 140, "CARD-02", place + "/summary");
        static Names const kIndicators{"info", "warning", "critical"};
        check(kIndicators.contains(textOf(card, "indicator")), "CARD-03", place + "/indicator");
        auto const hasSource = card.HasMember("source") && card["source"].IsObject();
        check(hasSource, "CARD-04", place + "/source");
        if (hasSource) source(card["source"], place + "/source");
        if (card.HasMember("detail"))
            check(card["detail"].IsString() && !holdsTag(textOf(card, "detail")), "CARD-05",
                  place + "/detail");
        uuid(card, "CARD-06", place);
        members(card,
                {"uuid", "summary", "detail", "indicator", "source", "suggestions",
                 "selectionBehavior", "overrideReasons", "links", "extension"},
                "CARD-11", place);
        selection(card, place);
        each(card, "overrideReasons", "CARD-09", place, [this](auto const& reason, auto const& at) {
            for (auto const* name : {"code", "system", "display"})
                check(!textOf(reason, name).empty(), "CARD-09", at + "/" + name);
        });
        each(card, "links", "CARD-10", place,
             [this](auto const& item, auto const& at) { link(item, at); });
        if (card.HasMember("extension"))
            for (auto const& name : tcds::test::namesOf(card["extension"]))
                check(name == "org.twitch-cds", "EXT-02", place + "/extension/" + name);
    }

    void source(Value const& source, std::string const& place)
    {
        check(!textOf(source, "label").empty(), "SRC-01", place + "/label");
        check(!source.HasMember("icon"), "SRC-03", place + "/icon");
        if (source.HasMember("url")) {
            auto const url = textOf(source, "url");
            check(isAbsoluteUrl(url), "SRC-02", place + "/url");
            check(isOurs(url), "SEC-02", place + "/url");
        }
        if (!source.HasMember("topic")) return;
        auto const& topic = source["topic"];
        check(topic.IsObject() && !textOf(topic, "code").empty() &&
                  !textOf(topic, "system").empty(),
              "SRC-04", place + "/topic");
        if (topic.IsObject())
            members(topic, {"code", "system", "display"}, "RSP-08", place + "/topic");
    }

    [[nodiscard]] bool isOurs(std::string const& url) const
    {
        return !terms_.publicUrl.empty() && url.starts_with(terms_.publicUrl + "/");
    }

    void selection(Value const& card, std::string const& place)
    {
        int recommended = 0;
        each(card, "suggestions", "CARD-07", place, [&](auto const& item, auto const& at) {
            suggestion(item, at);
            if (item.HasMember("isRecommended") && item["isRecommended"].IsTrue()) ++recommended;
        });
        auto const behavior = textOf(card, "selectionBehavior");
        check(card.HasMember("suggestions") == card.HasMember("selectionBehavior"), "CARD-08",
              place + "/selectionBehavior");
        if (card.HasMember("selectionBehavior"))
            check(behavior == (terms_.atMostOne ? "at-most-one" : "any"), "CARD-08",
                  place + "/selectionBehavior");
        check(behavior == "any" || recommended <= 1, "SUG-04", place + "/suggestions");
    }

    void suggestion(Value const& item, std::string const& place)
    {
        check(!textOf(item, "label").empty(), "SUG-01", place + "/label");
        uuid(item, "SUG-02", place);
        if (item.HasMember("isRecommended"))
            check(item["isRecommended"].IsBool(), "SUG-03", place + "/isRecommended");
        check(!item.HasMember("actionSelectionBehavior"), "SUG-06",
              place + "/actionSelectionBehavior");
        members(item, {"uuid", "label", "isRecommended", "actions", "actionSelectionBehavior"},
                "RSP-08", place);
        each(item, "actions", "SUG-05", place,
             [this](auto const& one, auto const& at) { action(one, at); });
    }

    void action(Value const& action, std::string const& place)
    {
        auto const type = textOf(action, "type");
        static Names const kTypes{"create", "update", "delete"};
        check(kTypes.contains(type), "ACT-01", place + "/type");
        check(!textOf(action, "description").empty(), "ACT-02", place + "/description");
        check(type != "update", "ACT-04", place + "/type");
        check(type != "delete" && !action.HasMember("resourceId"), "ACT-05", place);
        members(action, {"type", "description", "resource", "resourceId"}, "RSP-08", place);
        auto const isResource = action.HasMember("resource") && action["resource"].IsObject() &&
                                !textOf(action["resource"], "resourceType").empty();
        check(isResource, "ACT-03", place + "/resource");
        if (!isResource) return;
        auto const& resource = action["resource"];
        check(textOf(resource, "status") == "draft" && textOf(resource, "intent") == "proposal",
              "ACT-03", place + "/resource");
        // A resource with an id would be one of the chart: what is new has none.
        check(!resource.HasMember("id"), "ACT-06", place + "/resource/id");
    }

    void link(Value const& link, std::string const& place)
    {
        check(!textOf(link, "label").empty(), "LNK-01", place + "/label");
        auto const url = textOf(link, "url");
        check(isAbsoluteUrl(url), "LNK-02", place + "/url");
        check(isOurs(url), "SEC-02", place + "/url");
        auto const type = textOf(link, "type");
        check(type == "absolute" || type == "smart", "LNK-03", place + "/type");
        check(!link.HasMember("appContext"), "LNK-04", place + "/appContext");
        check(!link.HasMember("autolaunchable"), "LNK-05", place + "/autolaunchable");
        members(link, {"label", "url", "type", "appContext", "autolaunchable"}, "RSP-08", place);
    }

    AnswerTerms const& terms_;
    std::vector<std::string> broken_;
    std::set<std::string> uuids_;
};

} // namespace

std::vector<std::string> brokenRows(std::string_view body, AnswerTerms const& terms)
{
    return Walk{terms}.answer(body);
}

} // namespace tcds::app::test
