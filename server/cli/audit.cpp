#include "server/audit/reader.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/log_folder.hpp"

#include <charconv>
#include <iostream>

namespace tcds::cli {

int verify(VerifyArguments const& arguments)
{
    auto const directory = directoryOf(arguments);
    if (!directory) return Exit::kConfiguration;
    auto const verified = audit::verify(*directory, progressOf("verifying"));
    if (!verified) {
        complain(verified.error());
        return Exit::kBadInput;
    }
    if (auto const& broken = verified->firstBreak) {
        std::cout << "BROKEN at " << broken->file << ":" << broken->line << " (seq " << broken->seq
                  << "): " << broken->what << ". Fix: " << broken->fix << ".\n"
                  << verified->records << " records before it are intact.\n";
        return Exit::kCheckFailed;
    }
    std::cout << "intact: " << verified->records << " records";
    if (verified->records > 0)
        std::cout << ", seq " << verified->firstSeq << " to " << verified->lastSeq << ", "
                  << verified->firstTime << " to " << verified->lastTime;
    std::cout << ", " << verified->files.size() << " file(s) in " << *directory << "\n";
    if (auto const& removed = verified->removed)
        std::cout << "records 1 to " << removed->lastSeq << " were removed by retention after "
                  << removed->days << " days, as the log itself says (last: " << removed->file
                  << ", up to " << removed->to << ")\n";
    return Exit::kDone;
}

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
