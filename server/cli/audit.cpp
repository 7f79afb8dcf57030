#include "server/audit/reader.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/idle_rules.hpp"
#include "server/cli/log_folder.hpp"
#include "server/cli/postgres_records.hpp"

#include <charconv>
#include <functional>
#include <iostream>
#include <optional>
#include <string>

namespace tcds::cli {

namespace {

Result<void> printFrom(PostgresArguments const& postgres, audit::Wanted const& wanted,
                       std::function<void(std::string_view)> const& print)
{
    auto records = openRecords(postgres);
    if (!records) return records.error();
    return records->forEachLine(wanted, print);
}

} // namespace

int show(ShowArguments const& arguments)
{
    auto const ofDatabase = !arguments.postgres.connection.empty();
    auto const directory =
        ofDatabase ? std::optional{std::string{"the database"}} : directoryOf(arguments.where);
    if (!directory) return Exit::kConfiguration;
    audit::Wanted wanted;
    if (!arguments.seq.empty()) {
        std::uint64_t seq = 0;
        auto const* end = arguments.seq.data() + arguments.seq.size();
        if (std::from_chars(arguments.seq.data(), end, seq).ptr != end) {
            complain(
                Error{Error::Kind::BadRequest, "--seq", "not a number", "write a sequence number"});
            return Exit::kUsage;
        }
        wanted.seq = seq;
    }
    wanted.decisionId = arguments.decision;
    wanted.card = arguments.card;
    wanted.rule = arguments.rule;
    wanted.type = arguments.type;
    wanted.from = arguments.from;
    wanted.to = arguments.to;
    wanted.last = arguments.last;
    std::optional<ReplaySources> sources;
    std::optional<IdleRules> idle;
    if (arguments.all) {
        auto found = replaySources({arguments.where, {}, {}, {}, {}, arguments.store, {}, {}});
        if (auto const* const code = std::get_if<int>(&found)) return *code;
        idle.emplace(sources.emplace(std::get<ReplaySources>(std::move(found))));
    }
    std::size_t count = 0;
    auto const print = [&](std::string_view line) {
        if (arguments.json)
            std::cout << line << '\n';
        else
            std::cout << (count == 0 ? "" : "\n") << audit::toText(line)
                      << (idle ? idle->textOf(line) : "");
        ++count;
    };
    auto const done = ofDatabase ? printFrom(arguments.postgres, wanted, print)
                                 : audit::forEachRecord(*directory, wanted, print);
    if (!done) {
        complain(done.error());
        return ofDatabase ? exitOfDatabase(done.error()) : Exit::kBadInput;
    }
    if (count == 0) std::cerr << "no record of " << *directory << " matches\n";
    return count == 0 ? Exit::kCheckFailed : Exit::kDone;
}

} // namespace tcds::cli
