#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/postgres_records.hpp"
#include "server/forward/fetch.hpp"

#include <unistd.h>

#include <iostream>
#include <string>

namespace tcds::cli {

namespace {

/// The log that was named; where only one is there, that.
Result<forward::Origin> originOf(FetchArguments const& arguments, forward::Records& records)
{
    if (!arguments.node.empty()) return forward::Origin{arguments.tenant, arguments.node};
    auto const extents = records.extents();
    if (!extents) return extents.error();
    if (extents->size() == 1) return extents->front().origin;
    return Error{Error::Kind::BadRequest, "--node",
                 "the database has " + std::to_string(extents->size()) + " logs",
                 "name one with --node and --tenant; " + describe(records)};
}

Result<forward::Fetched> fetch(FetchArguments const& arguments)
{
    auto records = openRecords(arguments.postgres);
    if (!records) return records.error();
    auto const origin = originOf(arguments, *records);
    if (!origin) return origin.error();
    auto const progress = [](std::uint64_t seq) {
        if (isatty(STDERR_FILENO) == 1) std::cerr << "\rfetched through seq " << seq << std::flush;
    };
    auto fetched = forward::fetchLog(*records, *origin, arguments.directory, progress);
    if (isatty(STDERR_FILENO) == 1) std::cerr << "\n";
    return fetched;
}

} // namespace

int fetchLog(FetchArguments const& arguments)
{
    auto const fetched = fetch(arguments);
    if (!fetched) {
        complain(fetched.error());
        return fetched.error().kind == Error::Kind::NotFound ? Exit::kBadInput
                                                             : exitOfDatabase(fetched.error());
    }
    std::cout << "fetched: " << fetched->records << " records, seq " << fetched->firstSeq << " to "
              << fetched->lastSeq << ", " << fetched->files << " file(s) in " << arguments.directory
              << "; check them: twitch-cds audit verify --directory " << arguments.directory
              << "\n";
    return Exit::kDone;
}

} // namespace tcds::cli
