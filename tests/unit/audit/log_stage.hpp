#pragma once

#include "fhir/base/datetime.hpp"
#include "server/audit/log.hpp"
#include "server/audit/reader.hpp"
#include "server/proof/verify.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace tcds::audit::test {

using TemporaryDirectory = tcds::test::TemporaryFolder;

inline Instant instant(std::string const& text) { return parseDateTime(text).value().first(); }

/// A clock that a test sets.
class SetClock final : public Clock
{
public:
    explicit SetClock(std::string const& text) : at_{instant(text)} {}
    void set(std::string const& text) { at_ = instant(text); }
    [[nodiscard]] Instant now() const override { return at_.load(); }

private:
    std::atomic<Instant> at_;
};

inline LogOptions optionsIn(std::string const& directory, Sync sync = Sync::Never)
{
    LogOptions options;
    options.directory = directory;
    options.node = "cds-1";
    options.tenant = "mercy-west";
    options.sync = sync;
    options.engineVersion = "0.1.0";
    options.checkpoints.reset(); // tests of the tree set it
    return options;
}

inline std::string readFile(std::string const& path)
{
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

inline void writeFile(std::string const& path, std::string const& text)
{
    std::ofstream{path, std::ios::binary} << text;
}

inline std::vector<std::string> linesOf(std::string const& path)
{
    std::vector<std::string> lines;
    std::istringstream text{readFile(path)};
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
}

inline void writeLines(std::string const& path, std::vector<std::string> const& lines)
{
    std::string text;
    for (auto const& line : lines) text += line + "\n";
    writeFile(path, text);
}

inline std::vector<std::string> recordsIn(std::string const& directory, Wanted const& wanted = {})
{
    std::vector<std::string> lines;
    auto const read =
        forEachRecord(directory, wanted, [&](std::string_view line) { lines.emplace_back(line); });
    EXPECT_TRUE(read) << toText(read.error());
    return lines;
}

inline Result<proof::Verification> verified(std::string const& directory,
                                            proof::Progress const& progress = {})
{
    proof::VerifyRequest request;
    request.directory = directory;
    return proof::verify(std::move(request), progress);
}

/// "" when the chain is intact, else "file:line seq N: what".
inline std::string breakIn(std::string const& directory)
{
    auto const found = verified(directory);
    if (!found) return toText(found.error());
    if (!found->firstBreak) return {};
    auto const& broken = *found->firstBreak;
    return std::filesystem::path{broken.file}.filename().string() + ":" +
           std::to_string(broken.line) + " seq " + std::to_string(broken.seq) + ": " + broken.what;
}

} // namespace tcds::audit::test
