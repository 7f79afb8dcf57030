#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/result.hpp"
#include "server/query/question.hpp"
#include "server/query/report.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::query {

struct IndexOptions {
    std::string directory; // of the log
    std::string file;      // of the index; "" = where placeOf() says
    bool rebuild = false;  // what is there is thrown away
    std::function<void(std::uint64_t, std::uint64_t)> progress; // bytes done, bytes in all
    std::function<void(std::string const&)> say; // a line for people: why it takes long
};

/// Where the index of a log lies when nobody says it: `index.db` beside the log, or, where that
/// folder cannot be written, a file of the user's own cache.
/// @error Config when there is no such place
Result<std::string> placeOf(std::string const& directory);

/// A search index over the files of a decision log, in a file of SQLite. It holds nothing that the
/// files do not say and may be removed at any time; the files are the record (decision D35).
/// Opening it brings it up to date; an index of another log, of another version, damaged or of
/// files that were altered is thrown away and made anew. The service may write the log meanwhile,
/// and other processes may use the index.
class Index
{
public:
    /// @error NotFound, Config for the directory; Config when the file can be no index, because it
    ///        cannot be written or is something else; Internal when the log cannot be read
    static Result<Index> open(IndexOptions const& options);

    Index(Index&&) noexcept;
    Index& operator=(Index&&) noexcept;
    ~Index();

    /// What the index covers.
    struct Extent {
        std::uint64_t records = 0, unreadable = 0;
        std::uint64_t logBytes = 0; // of text
        std::size_t files = 0;
        std::optional<Instant> last; // time of the last record
        std::uint64_t lastSeq = 0;
    };
    Result<Extent> extent() const;

    /// FHIR servers that calls named.
    Result<std::vector<std::string>> fhirServers() const;

    /// Hands out the records that are wanted, oldest first, each read from its file.
    /// @error BadRequest for a time that is none, and when a file was altered meanwhile; what was
    ///        found before that was handed out
    Result<FoundCount> find(Question const& question, TakeFound const& take) const;

    /// Counts the decisions of a period.
    /// @error BadRequest for a period that is none
    Result<Report> report(ReportPeriod const& period) const;

private:
    struct Impl;
    explicit Index(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::query
