#include "server/cds/feedback.hpp"

#include "fhir/base/datetime.hpp"

namespace tcds::cds {

namespace {

using json::Value;

constexpr std::size_t kMaxItems = 1000;
constexpr std::size_t kMaxIdBytes = 128;
constexpr std::size_t kMaxCommentBytes = 4096;

Error bad(std::string where, std::string what, std::string fix)
{
    return {Error::Kind::BadRequest, std::move(where), std::move(what), std::move(fix)};
}

Result<std::string> requiredId(Value const& object, std::string const& where, std::string_view name,
                               std::string_view fix)
{
    auto const text = json::text(json::child(object, name));
    if (!text || text->empty() || text->size() > kMaxIdBytes)
        return bad(json::pointer(where, name), "not a non-empty string of at most 128 bytes",
                   std::string{fix});
    return std::string{*text};
}

Result<void> readAccepted(Value const& item, std::string const& where, Feedback& feedback)
{
    auto const* list = json::child(item, "acceptedSuggestions");
    auto const at = json::pointer(where, "acceptedSuggestions");
    if (list == nullptr || !list->IsArray() || list->Empty())
        return bad(at, "not a non-empty array",
                   "list the uuid of each accepted suggestion as {\"id\": ..}");
    std::size_t index = 0;
    for (auto const& suggestion : json::items(list)) {
        auto const place = json::pointer(at, index++);
        if (!suggestion.IsObject()) return bad(place, "not an object", "send {\"id\": UUID}");
        auto id = requiredId(suggestion, place, "id", "send the uuid of the suggestion");
        if (!id) return id.error();
        feedback.acceptedSuggestions.push_back(std::move(*id));
    }
    return {};
}

Result<void> readReason(Value const& item, std::string const& where, Feedback& feedback)
{
    // Some senders use the plural name for one reason (TOL-15).
    auto const* name = "overrideReason";
    if (json::child(item, name) == nullptr) name = "overrideReasons";
    auto const* reason = json::child(item, name);
    if (reason == nullptr) return {}; // overridden without a reason is valid (FB-05)
    auto const at = json::pointer(where, name);
    if (!reason->IsObject())
        return bad(at, "not an object", "send {\"reason\": Coding} or leave it out");
    auto const* coding = json::child(*reason, "reason");
    auto const* comment = json::child(*reason, "userComment");
    if (coding == nullptr && comment == nullptr)
        return bad(at,
                   json::child(*reason, "code") != nullptr
                       ? "a Coding stands where CDS Hooks 2.0.1 has {\"reason\": Coding}"
                       : "neither reason nor userComment is there",
                   "send {\"reason\": {\"system\": .., \"code\": ..}}");
    if (coding != nullptr) {
        if (!coding->IsObject())
            return bad(json::pointer(at, "reason"), "not a Coding", "send system and code");
        auto code =
            requiredId(*coding, json::pointer(at, "reason"), "code", "send the code of the reason");
        if (!code) return code.error();
        feedback.reasonCode = std::move(*code);
        feedback.reasonSystem = std::string{json::textOf(*coding, "system").substr(0, kMaxIdBytes)};
    }
    if (comment != nullptr) {
        auto const text = json::text(comment);
        if (!text) return bad(json::pointer(at, "userComment"), "not a string", "send text");
        if (text->size() > kMaxCommentBytes)
            return bad(json::pointer(at, "userComment"), "longer than 4096 bytes",
                       "send a shorter comment");
        feedback.hasComment = !text->empty();
    }
    return {};
}

Result<Feedback> readItem(Value const& item, std::string const& where)
{
    if (!item.IsObject()) return bad(where, "not an object", "send one object a card");
    Feedback feedback;
    auto card = requiredId(item, where, "card", "send the uuid of the card");
    if (!card) return card.error();
    feedback.card = std::move(*card);

    auto const outcome = json::textOf(item, "outcome");
    if (outcome != "accepted" && outcome != "overridden")
        return bad(json::pointer(where, "outcome"), "neither accepted nor overridden",
                   "send one of the two");
    feedback.accepted = outcome == "accepted";

    auto const timestamp = json::textOf(item, "outcomeTimestamp");
    auto const at = parseDateTime(timestamp);
    auto const hasTime =
        at && (at->precision == Precision::Second || at->precision == Precision::Millisecond);
    if (!hasTime)
        return bad(json::pointer(where, "outcomeTimestamp"), "not a date and time",
                   "send RFC 3339 in UTC, such as 2026-01-31T08:00:00Z");
    feedback.outcomeTimestamp = std::string{timestamp};

    auto const rest =
        feedback.accepted ? readAccepted(item, where, feedback) : readReason(item, where, feedback);
    if (!rest) return rest.error();
    return feedback;
}

} // namespace

Result<std::vector<Feedback>> readFeedback(std::string body, json::Limits const& limits)
{
    auto const document = json::Document::parse(std::move(body), limits);
    if (!document) return document.error();
    auto const& root = document->root();
    if (!root.IsObject()) return bad("byte 0", "not a JSON object", "send {\"feedback\": [..]}");
    auto const* list = json::child(root, "feedback");
    if (list == nullptr || !list->IsArray() || list->Empty())
        return bad("/feedback", "not a non-empty array", "send one item for each card");
    if (list->Size() > kMaxItems)
        return Error{Error::Kind::TooLarge, "/feedback", "more than 1000 items",
                     "send smaller batches"};
    std::vector<Feedback> items;
    std::size_t index = 0;
    for (auto const& item : json::items(list)) {
        auto feedback = readItem(item, json::pointer("/feedback", index++));
        if (!feedback) return feedback.error();
        items.push_back(std::move(*feedback));
    }
    return items;
}

} // namespace tcds::cds
