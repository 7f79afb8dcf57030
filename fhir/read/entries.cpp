#include "fhir/read/entries.hpp"

#include <algorithm>
#include <functional>

namespace tcds::fhir {

namespace {

constexpr int kNested = 3; // Bundles within Bundles

std::size_t hashOf(std::string_view type, std::string_view id)
{
    std::hash<std::string_view> const hash;
    return hash(type) * 31U + hash(id);
}

bool isFailure(Value const& outcome)
{
    for (auto const& issue : json::items(outcome, "issue")) {
        auto const severity = json::textOf(issue, "severity");
        if (severity == "error" || severity == "fatal") return true;
    }
    return false;
}

bool hasNextLink(Value const& bundle)
{
    for (auto const& link : json::items(bundle, "link"))
        if (json::textOf(link, "relation") == "next") return true;
    return false;
}

/// The greater is the newer version; resources without `meta` compare equal.
bool isNewer(Value const& a, Value const& b)
{
    auto const* metaA = json::child(a, "meta");
    auto const* metaB = json::child(b, "meta");
    if (metaA == nullptr || metaB == nullptr) return false;
    auto const updatedA = parseDateTime(json::textOf(*metaA, "lastUpdated"));
    auto const updatedB = parseDateTime(json::textOf(*metaB, "lastUpdated"));
    if (updatedA && updatedB && updatedA->from != updatedB->from)
        return updatedA->from > updatedB->from;
    auto const versionA = Decimal::parse(json::textOf(*metaA, "versionId"));
    auto const versionB = Decimal::parse(json::textOf(*metaB, "versionId"));
    return versionA && versionB && *versionA > *versionB;
}

} // namespace

std::string pointerOf(std::string_view key)
{
    constexpr std::string_view kContext = "context.";
    if (key.starts_with(kContext)) return json::pointer("/context", key.substr(kContext.size()));
    return json::pointer("/prefetch", key);
}

Result<Entries> Entries::collect(std::span<Input const> inputs, std::size_t maxEntries)
{
    Entries entries;
    entries.deliveries_.reserve(inputs.size());
    entries.entries_.reserve(64);
    auto budget = maxEntries;
    for (std::size_t place = 0; place < inputs.size(); ++place) {
        auto const& input = inputs[place];
        Delivery delivery{InputId{static_cast<std::uint16_t>(place)}, SourceStatus::Absent};
        auto const origin =
            input.key == "context.draftOrders" ? Origin::DraftOrders : Origin::Chart;
        if (input.value != nullptr) {
            delivery.status = SourceStatus::Empty;
            if (!input.value->IsNull() &&
                !entries.walk(*input.value, delivery, origin, {}, 0, budget))
                return Error{Error::Kind::TooLarge, pointerOf(input.key),
                             "the call holds more than " + std::to_string(maxEntries) +
                                 " Bundle entries",
                             "narrow the prefetch queries (_count, date) or send fewer pages"};
            if (input.continued) delivery.partial = false;
        }
        if (input.failure == SourceStatus::Partial)
            delivery.partial = true;
        else if (input.failure != SourceStatus::Ok)
            delivery.status = input.failure;
        entries.deliveries_.push_back(delivery);
    }
    entries.index();
    return entries;
}

/// @return false when the budget of entries is spent
bool Entries::walk(Value const& value, Delivery& delivery, Origin origin, std::string_view fullUrl,
                   int depth, std::size_t& budget)
{
    auto const type = json::textOf(value, "resourceType");
    if (type.empty()) {
        if (depth == 0) delivery.status = SourceStatus::Invalid;
        return true;
    }
    if (type == "OperationOutcome") {
        if (isFailure(value)) delivery.failed = true;
        return true;
    }
    if (type != "Bundle") {
        entries_.push_back(Entry{.resource = &value,
                                 .type = type,
                                 .id = json::textOf(value, "id"),
                                 .fullUrl = fullUrl,
                                 .input = delivery.input,
                                 .origin = origin});
        delivery.status = SourceStatus::Ok;
        return true;
    }
    if (depth >= kNested) return true;
    delivery.partial = delivery.partial || hasNextLink(value);
    for (auto const& entry : json::items(value, "entry")) {
        if (budget == 0) return false;
        --budget;
        auto const* resource = json::child(entry, "resource");
        if (resource == nullptr) {
            if (json::child(entry, "resourceType") == nullptr) continue;
            resource = &entry; // senders that leave out the wrapper
        }
        if (!walk(*resource, delivery, origin, json::textOf(entry, "fullUrl"), depth + 1, budget))
            return false;
    }
    return true;
}

void Entries::index()
{
    byId_.reserve(entries_.size());
    for (std::size_t place = 0; place < entries_.size(); ++place) {
        auto const& entry = entries_[place];
        if (entry.id.empty()) continue;
        byId_.push_back(Key{hashOf(entry.type, entry.id), static_cast<std::uint32_t>(place)});
    }
    std::sort(byId_.begin(), byId_.end(), [](Key const& a, Key const& b) {
        return a.hash != b.hash ? a.hash < b.hash : a.entry < b.entry;
    });
}

std::size_t Entries::endOfGroup(std::size_t at) const
{
    auto end = at + 1;
    while (end < byId_.size() && byId_[end].hash == byId_[at].hash) ++end;
    return end;
}

std::vector<std::pair<Entry*, Entry*>> Entries::olderOf(std::size_t at, std::size_t end)
{
    std::vector<std::pair<Entry*, Entry*>> older;
    for (auto first = at; first < end; ++first) {
        auto* newest = &entries_[byId_[first].entry];
        for (auto next = first + 1; next < end; ++next) {
            auto* other = &entries_[byId_[next].entry];
            if (newest->superseded) break;
            if (other->superseded || other->type != newest->type || other->id != newest->id ||
                other->origin != newest->origin)
                continue;
            if (isNewer(*other->resource, *newest->resource)) std::swap(newest, other);
            other->superseded = true;
            older.emplace_back(other, newest);
        }
    }
    return older;
}

Entry* Entries::find(std::string_view reference)
{
    auto const target = targetOf(reference);
    if (!target.type.empty()) {
        auto const hash = hashOf(target.type, target.id);
        auto at =
            std::lower_bound(byId_.begin(), byId_.end(), hash,
                             [](Key const& key, std::size_t wanted) { return key.hash < wanted; });
        for (; at != byId_.end() && at->hash == hash; ++at) {
            auto& entry = entries_[at->entry];
            if (entry.type == target.type && entry.id == target.id && !entry.superseded)
                return &entry;
        }
        if (reference.find("://") == std::string_view::npos) return nullptr;
    }
    if (!urlsIndexed_) {
        urlsIndexed_ = true;
        byUrl_.reserve(entries_.size());
        for (std::size_t place = 0; place < entries_.size(); ++place)
            if (!entries_[place].fullUrl.empty())
                byUrl_.push_back(Key{std::hash<std::string_view>{}(entries_[place].fullUrl),
                                     static_cast<std::uint32_t>(place)});
        std::sort(byUrl_.begin(), byUrl_.end(), [](Key const& a, Key const& b) {
            return a.hash != b.hash ? a.hash < b.hash : a.entry < b.entry;
        });
    }
    auto const hash = std::hash<std::string_view>{}(reference);
    auto at =
        std::lower_bound(byUrl_.begin(), byUrl_.end(), hash,
                         [](Key const& key, std::size_t wanted) { return key.hash < wanted; });
    for (; at != byUrl_.end() && at->hash == hash; ++at)
        if (entries_[at->entry].fullUrl == reference) return &entries_[at->entry];
    return nullptr;
}

} // namespace tcds::fhir
