#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/result.hpp"
#include "server/audit/reader.hpp"
#include "server/forward/connection.hpp"
#include "server/forward/destination.hpp"
#include "server/query/question.hpp"
#include "server/query/report.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::forward {

/// The records of the database of deploy/postgres, for questions. It answers as an index over the
/// same files does (query::Index), and over the logs of all nodes at once. One thread at a time.
class Records
{
public:
    /// @error as Connection::open; Config for a schema of another version, or without the right to
    ///        read
    static Result<Records> open(Target const& target, Patience patience = {});

    /// Which logs are there, by tenant and node, and how far each has come.
    struct Extent {
        Origin origin;
        std::uint64_t lastSeq = 0;
        std::string lastTime;
    };
    Result<std::vector<Extent>> extents();

    /// FHIR servers that calls named.
    Result<std::vector<std::string>> fhirServers();

    /// Hands out the records that are wanted, oldest first: by seq where there is one log, else by
    /// time. Found::file is "TENANT/NODE".
    /// @error BadRequest for a time that is none; of the connection
    Result<query::FoundCount> find(query::Question const& question, query::TakeFound const& take);

    /// Counts the decisions of a period.
    /// @error BadRequest for a period that is none; of the connection
    Result<query::Report> report(query::ReportPeriod const& period);

    /// As audit::forEachRecord, in the order of find().
    Result<void> forEachLine(audit::Wanted const& wanted,
                             std::function<void(std::string_view line)> const& found);

    /// The lines of one log by seq, from `first` on; nothing is checked.
    Result<void> ofLog(Origin const& origin, std::uint64_t first,
                       std::function<bool(std::string_view line)> const& each);

private:
    explicit Records(Connection connection) : connection_{std::move(connection)} {}
    /// ORDER BY of records in the order of the log, "DESC" for the reverse.
    [[nodiscard]] std::string order(std::string_view direction, std::string_view table = "r") const;

    Connection connection_;
    bool oneLog_ = false;
};

} // namespace tcds::forward
