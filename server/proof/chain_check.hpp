#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/record_line.hpp"
#include "server/audit/removal.hpp"
#include "server/audit/sha256.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::proof {

/// A record that is not as it was written, or is not where it was.
struct Break {
    std::string file;       // path
    std::uint64_t line = 0; // from 1; 0 = not a line of the log
    std::uint64_t seq = 0;  // of the record, as far as it can be told
    std::string what, fix;
};

/// Where a line stands.
struct LinePlace {
    std::string const* file = nullptr;
    std::uint64_t line = 0;
};

/// Follows the chain through the lines of a log: `hash` over each line, `prev` against the line
/// before, `seq` without gaps, a `start` record at the head of each file.
class ChainCheck
{
public:
    /// The next line of the log.
    /// @return its parts; nothing when the chain breaks here: then fault() says how
    std::optional<audit::LineParts> next(std::string_view line, LinePlace const& place);

    /// A file that ends inside a line, or a compressed one that cannot be unpacked.
    /// @param newest  no file follows
    void tornEnd(std::size_t bytes, bool newest, LinePlace const& place);
    void unreadable(Error const& error, LinePlace const& place);
    /// After the last line of a whole log: whether somebody accounts for what is before the first.
    void end(std::string const& firstFile);

    [[nodiscard]] std::optional<Break> const& fault() const { return fault_; }
    [[nodiscard]] std::uint64_t records() const { return records_; }
    [[nodiscard]] std::uint64_t firstSeq() const { return firstSeq_; }
    [[nodiscard]] std::uint64_t lastSeq() const { return lastSeq_; }
    [[nodiscard]] std::string const& firstTime() const { return firstTime_; }
    [[nodiscard]] std::string const& lastTime() const { return lastTime_; }
    /// The last removal of retention, where that names exactly the record before the first one.
    [[nodiscard]] std::optional<audit::Removal> const& removed() const { return removed_; }
    /// "records 1 to 7 are intact; keep the files as they are ..."
    [[nodiscard]] std::string keepFix() const;

private:
    bool begins(audit::LineParts const& parts, LinePlace const& place);
    bool follows(audit::LineParts const& parts, LinePlace const& place);
    void note(audit::LineParts const& parts, std::string_view line);
    [[nodiscard]] std::uint64_t expected() const { return lastSeq_ + 1; }
    [[nodiscard]] std::string gap(std::uint64_t seq, LinePlace const& place) const;
    void broken(LinePlace const& place, std::uint64_t seq, std::string what, std::string fix);

    audit::Sha256 sha256_;
    audit::HexDigest const noPrevious_ = audit::noPrevious();
    audit::HexDigest last_{};
    std::string before_; // `prev` of the first record
    std::uint64_t records_ = 0, firstSeq_ = 0, lastSeq_ = 0;
    std::string firstTime_, lastTime_;
    std::optional<audit::Removal> removed_;
    std::optional<Break> fault_;
};

} // namespace tcds::proof
