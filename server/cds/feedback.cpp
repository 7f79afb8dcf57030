#include "server/cds/feedback.hpp"

#include "fhir/base/datetime.hpp"
#include "server/cds/request.hpp"

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

/// What is said about why. Some senders use the plural name, for one reason or a list of which the
/// first counts (TOL-15).
Value const* statedReason(Value const& item, std::string const& where, std::string& at)
{
    at = json::pointer(where, "overrideReason");
    if (auto const* stated = json::child(item, "overrideReason")) return stated;
    at = json::pointer(where, "overrideReasons");
    auto const* stated = json::child(item, "overrideReasons");
    if (stated == nullptr || !stated->IsArray()) return stated;
    if (stated->Empty()) return nullptr;
    at = json::pointer(at, std::size_t{0});
    return &(*stated)[0];
}

bool isCoding(Value const& value)
{
    return value.IsObject() && json::text(json::child(value, "code")).has_value();
}

constexpr int kExtensionDepth = 4;
constexpr std::string_view kOurExtension = "org.twitch-cds";

/// A reason that stands in an extension only, whatever its name (TOL-15): the first Coding with one
/// of our codes, else the first Coding at all.
Value const* codingIn(Value const& value, int depth)
{
    if (depth == 0) return nullptr;
    if (isCoding(value)) return &value;
    Value const* first = nullptr;
    auto const look = [&](Value const& inner) {
        auto const* found = codingIn(inner, depth - 1);
        if (found == nullptr) return;
        auto const ours = json::textOf(*found, "system") == kOverrideSystem;
        if (first == nullptr || ours) first = found;
    };
    if (value.IsObject())
        for (auto const& member : value.GetObject()) look(member.value);
    else if (value.IsArray())
        for (auto const& element : value.GetArray()) look(element);
    return first;
}

Result<void> takeCoding(Value const& coding, std::string const& where, Feedback& feedback)
{
    if (!coding.IsObject()) return bad(where, "not a Coding", "send system and code");
    auto code = requiredId(coding, where, "code", "send the code of the reason");
    if (!code) return code.error();
    feedback.reasonCode = std::move(*code);
    feedback.reasonSystem = std::string{json::textOf(coding, "system").substr(0, kMaxIdBytes)};
    feedback.reasonDisplay =
        std::string{json::textOf(coding, "display").substr(0, kMaxCommentBytes)};
    return {};
}

Result<void> readReason(Value const& item, std::string const& where, Feedback& feedback)
{
    std::string at;
    auto const* reason = statedReason(item, where, at);
    if (reason == nullptr) {
        auto const* extension = json::child(item, "extension");
        auto const* coding = extension != nullptr ? codingIn(*extension, kExtensionDepth) : nullptr;
        if (coding == nullptr) return {}; // overridden without a reason is valid (FB-05)
        return takeCoding(*coding, json::pointer(where, "extension"), feedback);
    }
    if (!reason->IsObject())
        return bad(at, "not an object", "send {\"reason\": Coding} or leave it out");
    auto const* coding = json::child(*reason, "reason");
    auto const* comment = json::child(*reason, "userComment");
    if (coding == nullptr && comment == nullptr) {
        auto const* extension = json::child(*reason, "extension");
        if (extension != nullptr) coding = codingIn(*extension, kExtensionDepth);
    }
    if (coding == nullptr && comment == nullptr)
        return bad(at,
                   json::child(*reason, "code") != nullptr
                       ? "a Coding stands where CDS Hooks 2.0.1 has {\"reason\": Coding}"
                       : "neither reason nor userComment is there",
                   "send {\"reason\": {\"system\": .., \"code\": ..}}");
    if (coding != nullptr)
        if (auto const taken = takeCoding(*coding, json::pointer(at, "reason"), feedback); !taken)
            return taken.error();
    if (comment != nullptr) {
        auto const text = json::text(comment);
        if (!text) return bad(json::pointer(at, "userComment"), "not a string", "send text");
        if (text->size() > kMaxCommentBytes)
            return bad(json::pointer(at, "userComment"), "longer than 4096 bytes",
                       "send a shorter comment");
        feedback.comment = std::string{*text};
    }
    return {};
}

/// Who answered and where, which CDS Hooks has no member for: `extension.org.twitch-cds`.
Result<void> readWho(Value const& item, std::string const& where, Feedback& feedback)
{
    auto const* said = json::path(item, {"extension", kOurExtension});
    if (said == nullptr) return {};
    auto const at = json::pointer(json::pointer(where, "extension"), kOurExtension);
    for (auto const& [name, member] :
         {std::pair{"user", &Feedback::user}, std::pair{"location", &Feedback::location}}) {
        auto const* value = json::child(*said, name);
        if (value == nullptr) continue;
        auto const text = json::text(value);
        if (!text || !isTypedReference(*text))
            return bad(json::pointer(at, name), "not of the form Type/id",
                       "send Type/id, such as Practitioner/123 or Location/7");
        feedback.*member = std::string{*text};
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

    if (auto const who = readWho(item, where, feedback); !who) return who.error();
    auto const rest =
        feedback.accepted ? readAccepted(item, where, feedback) : readReason(item, where, feedback);
    if (!rest) return rest.error();
    return feedback;
}

/// Calls `each` with every item and its JSON Pointer until it returns false.
/// @error BadRequest, TooLarge when there is no list of items, or none of sensible length
template <class Each>
Result<void> forEachItem(std::string body, json::Limits const& limits, Each const& each)
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
    std::size_t index = 0;
    for (auto const& item : json::items(list))
        if (!each(item, json::pointer("/feedback", index++))) break;
    return {};
}

} // namespace

Result<std::vector<Feedback>> readFeedback(std::string body, json::Limits const& limits)
{
    std::vector<Feedback> items;
    std::optional<Error> fault;
    auto const read = forEachItem(std::move(body), limits, [&](Value const& item, auto const& at) {
        auto feedback = readItem(item, at);
        if (feedback)
            items.push_back(std::move(*feedback));
        else
            fault = feedback.error();
        return !fault;
    });
    if (!read) return read.error();
    if (fault) return *fault;
    return items;
}

Result<UsableFeedback> readUsableFeedback(std::string body, json::Limits const& limits)
{
    UsableFeedback usable;
    auto const read = forEachItem(std::move(body), limits, [&](Value const& item, auto const& at) {
        auto feedback = readItem(item, at);
        if (feedback) {
            usable.items.push_back(std::move(*feedback));
            return true;
        }
        ++usable.faulty;
        if (!usable.firstFault) usable.firstFault = feedback.error();
        return true;
    });
    if (!read) return read.error();
    return usable;
}

} // namespace tcds::cds
