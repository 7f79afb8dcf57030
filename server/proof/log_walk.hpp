#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/log_tree.hpp"
#include "server/audit/record_line.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::proof {

/// Called now and then with bytes done and bytes in all.
using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

/// A line of a log and where it stands.
struct WalkedLine {
    audit::LineParts parts;
    std::string_view text;
    std::size_t file = 0;     // in the list of paths
    std::uint64_t offset = 0; // of the text of the file
};

/// The files of the log in a directory, in the order in which they were written.
/// @error NotFound when there is none, Config when the directory cannot be read
Result<std::vector<std::string>> logPaths(std::string const& directory);
/// The same for files that were named, in any order.
std::vector<std::string> inOrder(std::vector<std::string> paths);
/// Bytes on disk.
std::uint64_t bytesOf(std::vector<std::string> const& paths);

/// Hands over line after line until `see` returns false; only head and tail of each are looked at.
/// A line that is still being written ends the walk.
///
/// @param from  begin at that line: file and offset count
/// @error BadRequest, `where` = the file, for a line that is no record; as LineReader::next
Result<void> walk(std::vector<std::string> const& paths, WalkedLine const& from,
                  std::function<bool(WalkedLine const&)> const& see, Progress const& progress = {});

/// A record that states the tree before it, and where: what a proof can begin from.
struct Station {
    audit::LogTree tree;
    audit::Digest root{};
    std::uint64_t seq = 0;
    std::size_t file = 0;
    std::uint64_t offset = 0;
    std::string note; // of a signed checkpoint
    std::string origin;
    bool checkpoint = false;
};

/// @return nothing for a line that states no tree
/// @error BadRequest as audit::readTree
Result<std::optional<Station>> stationOf(WalkedLine const& line);

} // namespace tcds::proof
