#include "server/audit/reader.hpp"
#include "server/audit/unseal.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/log_folder.hpp"

#include <charconv>
#include <iostream>

namespace tcds::cli {

namespace {

/// Which records are wanted.
/// @error BadRequest
Result<audit::Wanted> wantedOf(UnsealArguments const& arguments)
{
    audit::Wanted wanted;
    wanted.decisionId = arguments.decision;
    if (arguments.seq.empty() && arguments.decision.empty())
        return Error{Error::Kind::BadRequest, "audit unseal", "no record is named",
                     "give --decision ID or --seq N"};
    if (arguments.seq.empty()) return wanted;
    std::uint64_t seq = 0;
    auto const* const end = arguments.seq.data() + arguments.seq.size();
    if (std::from_chars(arguments.seq.data(), end, seq).ptr != end)
        return Error{Error::Kind::BadRequest, "--seq", "not a number", "write a sequence number"};
    wanted.seq = seq;
    return wanted;
}

std::string_view wordsOf(std::optional<bool> fits)
{
    if (!fits) return "";
    return *fits ? ", as the digest in the record says"
                 : ", NOT what the digest in the record says";
}

/// For a terminal, which must not obey what somebody typed into a comment.
std::string harmless(std::string text)
{
    for (auto& c : text)
        if ((static_cast<unsigned char>(c) < 0x20U && c != '\n' && c != '\t') || c == '\x7f')
            c = '?';
    return text;
}

/// @return false when some part is not what the record says
bool printAll(audit::OpenedRecord const& opened)
{
    auto good = true;
    std::cout << "# " << opened.title << '\n';
    for (auto const& part : opened.parts) {
        std::cout << "\n## " << part.name << ": " << part.text.size() << " bytes"
                  << wordsOf(part.fits) << '\n'
                  << harmless(part.text) << '\n';
        good = good && part.fits.value_or(true);
    }
    for (auto const& name : opened.leftOut)
        std::cout << "\n## " << name << ": too large, not kept\n";
    return good;
}

/// @return how many parts have that name
std::size_t printPart(audit::OpenedRecord const& opened, std::string_view name)
{
    std::size_t count = 0;
    for (auto const& part : opened.parts) {
        if (part.name != name) continue;
        std::cout << part.text;
        ++count;
    }
    return count;
}

} // namespace

int unseal(UnsealArguments const& arguments)
{
    auto const wanted = wantedOf(arguments);
    if (!wanted) {
        complain(wanted.error());
        return Exit::kUsage;
    }
    auto const key = audit::SealKey::fromFile(arguments.key, "--key");
    if (!key) {
        complain(key.error());
        return Exit::kBadInput;
    }
    auto const directory = directoryOf(arguments.where);
    if (!directory) return Exit::kConfiguration;
    std::size_t records = 0;
    std::size_t shown = 0;
    auto good = true;
    std::optional<Error> fault;
    auto const done = audit::forEachRecord(*directory, *wanted, [&](std::string_view line) {
        ++records;
        if (fault || !audit::isSealed(line)) return;
        auto const opened = audit::openRecord(line, *key);
        if (!opened) {
            fault = opened.error();
            return;
        }
        if (!arguments.part.empty()) {
            shown += printPart(*opened, arguments.part);
            return;
        }
        if (shown++ > 0) std::cout << '\n';
        good = printAll(*opened) && good;
    });
    if (!done) fault = done.error();
    if (fault) {
        complain(*fault);
        return Exit::kBadInput;
    }
    if (shown > 0) return good ? Exit::kDone : Exit::kCheckFailed;
    if (records == 0)
        std::cerr << "no record of " << *directory << " matches\n";
    else
        complain(Error{Error::Kind::BadRequest, "record",
                       arguments.part.empty() ? "nothing is sealed in it"
                                              : "holds no part " + arguments.part,
                       arguments.part.empty() ? "audit.level was not full when it was written"
                                              : "leave --part out to see what it holds"});
    return Exit::kCheckFailed;
}

} // namespace tcds::cli
