#pragma once

#include "fhir/read/chart_reader.hpp"
#include "fhir/read/element.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::fhir {

/// Where a resource stands in the call; it decides what an order means.
enum class Origin : std::uint8_t { Chart, DraftOrders };

/// One resource of the call.
struct Entry {
    Value const* resource = nullptr;
    std::string_view type, id, fullUrl;
    InputId input;
    Origin origin = Origin::Chart;
    bool superseded = false; // a newer version, or the same one, is read instead
    bool read = false;       // members of panels are read with their panel
};

/// What one input was: its status before the kinds of its resources are looked at.
struct Delivery {
    InputId input;
    SourceStatus status = SourceStatus::Absent;
    bool partial = false; // more exists: a `next` link that nobody followed, or a fetch cut short
    bool failed = false;  // an OperationOutcome of severity error or fatal
};

/// JSON Pointer of an input in the request: "/prefetch/labs", "/context/draftOrders".
std::string pointerOf(std::string_view key);

/// All resources of a call, and the way from a reference to one of them.
class Entries
{
public:
    /// Walks the inputs: Bundles of any type (nested ones too), single resources.
    /// @error TooLarge when all Bundles together hold more than `maxEntries`
    static Result<Entries> collect(std::span<Input const> inputs, std::size_t maxEntries);

    [[nodiscard]] std::span<Entry> all() { return entries_; }
    [[nodiscard]] std::span<Delivery const> deliveries() const { return deliveries_; }

    /// The entry that a reference names: by type and id (relative or absolute), else by fullUrl.
    [[nodiscard]] Entry* find(std::string_view reference);

    /// Marks all but the newest of the entries with equal (type, id), within the chart and within
    /// the drafts, and calls f(older, newer) for each of them.
    template <class F>
    void dropDuplicates(F&& f)
    {
        for (std::size_t at = 0; at < byId_.size();) {
            auto const end = endOfGroup(at);
            if (end - at > 1)
                for (auto const& [older, newer] : olderOf(at, end)) f(*older, *newer);
            at = end;
        }
    }

private:
    struct Key {
        std::size_t hash;
        std::uint32_t entry;
    };
    [[nodiscard]] std::size_t endOfGroup(std::size_t at) const;
    [[nodiscard]] std::vector<std::pair<Entry*, Entry*>> olderOf(std::size_t at, std::size_t end);
    bool walk(Value const& value, Delivery& delivery, Origin origin, std::string_view fullUrl,
              int depth, std::size_t& budget);
    void index();

    std::vector<Entry> entries_;
    std::vector<Delivery> deliveries_;
    std::vector<Key> byId_;  // sorted by hash of type and id, then place
    std::vector<Key> byUrl_; // made when the first reference asks for it
    bool urlsIndexed_ = false;
};

} // namespace tcds::fhir
