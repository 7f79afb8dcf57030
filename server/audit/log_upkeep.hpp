#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/result.hpp"
#include "server/audit/file_survey.hpp"
#include "server/audit/log.hpp"

#include <atomic>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace tcds::audit {

/// Looks after the finished files of one log: compresses them, and removes those whose time is
/// over. Never touches the file that is written. One thread.
class LogUpkeep
{
public:
    /// Appends a record and forces it to disk as the log's policy says.
    using Keep = std::function<Result<void>(std::string_view type, std::string_view members)>;

    /// @param options  outlive this
    /// @param stop     set by another thread: leave off soon
    LogUpkeep(LogOptions const& options, Keep keep, std::atomic<bool> const& stop);

    /// Does all that is due.
    /// @param written  name of the file that is written now: it and later ones stay
    void round(std::string const& written, Instant now);

private:
    bool held();
    void compress(std::span<std::string const> finished);
    void removeOld(std::span<std::string const> names, std::size_t finished, Instant now);
    Result<bool> removeFile(std::string const& name, std::span<std::string const> following);
    [[nodiscard]] Result<void> fits(FileSurvey const& survey, std::string const& name,
                                    std::span<std::string const> following) const;
    void tell(LogNews::Kind kind, std::string_view file, std::string what);
    void tell(Error const& error, std::string_view file);
    [[nodiscard]] std::string pathOf(std::string_view name) const;

    LogOptions const& options_;
    Keep keep_;
    std::atomic<bool> const& stop_;
    std::string heldVia_; // "setting" or "file"; "": nothing is held, as far as it was written down
};

} // namespace tcds::audit
