#include "server/audit_export/feedback_book.hpp"

#include "fhir/base/datetime.hpp"
#include "server/audit_export/record_json.hpp"
#include "server/cds/name_uuid.hpp"

namespace tcds::audit_export {

namespace {

std::string bytesOf(std::string_view card)
{
    auto const uuid = cds::parseUuid(card);
    return {uuid.begin(), uuid.end()};
}

} // namespace

std::uint32_t FeedbackBook::kept(std::string_view text)
{
    auto const [place, isNew] =
        places_.try_emplace(std::string{text}, static_cast<std::uint32_t>(texts_.size()));
    if (isNew) texts_.push_back(place->first);
    return place->second;
}

Result<void> FeedbackBook::take(std::string_view line)
{
    auto const document = parseRecord(line);
    if (!document) return {};
    auto const& record = document->root();
    auto const card = json::textOf(record, "card");
    auto at = json::textOf(record, "receivedAt");
    if (!isInstant(at)) at = json::textOf(record, "ts");
    auto const instant = parseDateTime(at);
    if (json::textOf(record, "type") != "feedback" || !isUuid(card) || !instant) return {};
    auto key = bytesOf(card);
    if (entries_.size() >= most_ && !entries_.contains(key))
        return Error{Error::Kind::TooLarge, "feedback",
                     "there is feedback on more than " + std::to_string(most_) + " cards",
                     "export a shorter time at once (--from, --to)"};
    entries_[std::move(key)] = {
        kept(json::textOf(record, "outcome")),    kept(textAt(record, {"reason", "system"})),
        kept(textAt(record, {"reason", "code"})), kept(textAt(record, {"reason", "display"})),
        kept(json::textOf(record, "user")),       instant->first().time_since_epoch().count()};
    return {};
}

Feedback FeedbackBook::of(std::string_view card) const
{
    if (entries_.empty() || !isUuid(card)) return {};
    auto const found = entries_.find(bytesOf(card));
    if (found == entries_.end()) return {};
    auto const& entry = found->second;
    return {texts_[entry.outcome],
            texts_[entry.system],
            texts_[entry.code],
            texts_[entry.display],
            toText(Instant{std::chrono::milliseconds{entry.at}}),
            texts_[entry.user]};
}

} // namespace tcds::audit_export
