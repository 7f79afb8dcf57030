#include "server/cli/postgres_records.hpp"

#include "server/forward/target.hpp"

namespace tcds::cli {

Result<forward::Records> openRecords(PostgresArguments const& arguments)
{
    auto const target =
        forward::readTarget(arguments.connection, arguments.passwordFile, "--postgres");
    if (!target) return target.error();
    return forward::Records::open(*target);
}

std::string describe(forward::Records& records)
{
    auto const extents = records.extents();
    if (!extents || extents->empty()) return "the database holds no record";
    std::string text = "the database has";
    for (auto const& extent : *extents) {
        if (&extent != &extents->front()) text += ",";
        text += " " + extent.origin.tenant + "/" + extent.origin.node + " through record " +
                std::to_string(extent.lastSeq) + " of " + extent.lastTime;
    }
    return text;
}

int exitOfDatabase(Error const& error)
{
    switch (error.kind) {
    case Error::Kind::Config:
        return Exit::kConfiguration;
    case Error::Kind::BadRequest:
        return error.where.starts_with("--") ? Exit::kUsage : Exit::kBadInput;
    default:
        return Exit::kCheckFailed; // the question has no answer now
    }
}

} // namespace tcds::cli
