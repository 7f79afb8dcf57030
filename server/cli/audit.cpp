#include "server/audit/reader.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/log_folder.hpp"

#include <charconv>
#include <iostream>

namespace tcds::cli {

int show(ShowArguments const& arguments)
{
    auto const directory = directoryOf(arguments.where);
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
    std::size_t count = 0;
    auto const done = audit::forEachRecord(*directory, wanted, [&](std::string_view line) {
        if (arguments.json)
            std::cout << line << '\n';
        else
            std::cout << (count == 0 ? "" : "\n") << audit::toText(line);
        ++count;
    });
    if (!done) {
        complain(done.error());
        return Exit::kBadInput;
    }
    if (count == 0) std::cerr << "no record of " << *directory << " matches\n";
    return count == 0 ? Exit::kCheckFailed : Exit::kDone;
}

} // namespace tcds::cli
