#include "fhir/base/clock.hpp"
#include "fhir/base/datetime.hpp"
#include "fhir/base/plain_text.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/index.hpp"
#include "server/cli/log_folder.hpp"
#include "server/cli/postgres_records.hpp"
#include "server/query/report.hpp"

#include <fstream>
#include <iostream>

namespace tcds::cli {

namespace {

query::By byOf(std::string const& by)
{
    return by == "client"   ? query::By::Client
           : by == "week"   ? query::By::Week
           : by == "reason" ? query::By::Reason
                            : query::By::Rule;
}

/// @return false when the file cannot be written
bool writePage(std::string const& file, query::Report const& report)
{
    auto const now = toText(SystemClock{}.now());
    auto const page =
        query::toHtml(report, now.substr(0, 10) + " at " + now.substr(11, 5) + " UTC");
    if (file == "-") {
        std::cout << page << std::flush;
        return true;
    }
    std::ofstream out{file, std::ios::binary};
    out << page << std::flush;
    if (out) return true;
    complain(Error{Error::Kind::BadRequest, file, "cannot be written",
                   "name a file in a folder that is there and may be written"});
    return false;
}

int print(query::Report const& report, ReportArguments const& arguments)
{
    if (!arguments.html.empty())
        return writePage(arguments.html, report) ? Exit::kDone : Exit::kBadInput;
    std::cout << (arguments.format == "json" ? query::toJson(report)
                  : arguments.format == "csv"
                      ? query::toCsv(report, byOf(arguments.by))
                      : plainLines(query::toText(report, byOf(arguments.by))));
    return Exit::kDone;
}

int reportDatabase(ReportArguments const& arguments)
{
    auto records = openRecords(arguments.postgres);
    auto const report = records ? records->report({arguments.from, arguments.to}) : records.error();
    if (!report) {
        complain(report.error());
        return exitOfDatabase(report.error());
    }
    return print(*report, arguments);
}

} // namespace

int report(ReportArguments const& arguments)
{
    if (!arguments.postgres.connection.empty()) return reportDatabase(arguments);
    auto const directory = directoryOf(arguments.where);
    if (!directory) return Exit::kConfiguration;
    auto const index = openIndex(*directory, arguments.index);
    if (!index) {
        complain(index.error());
        return index.error().kind == Error::Kind::Config ? Exit::kConfiguration : Exit::kBadInput;
    }
    auto const report = index->report({arguments.from, arguments.to});
    if (!report) {
        complain(report.error());
        return Exit::kBadInput;
    }
    return print(*report, arguments);
}

} // namespace tcds::cli
