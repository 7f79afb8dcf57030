#pragma once

#include "server/app/tally.hpp"
#include "server/audit/log.hpp"
#include "server/auth/rejection.hpp"
#include "server/config/config.hpp"
#include "server/http/message.hpp"
#include "server/ops/ops_log.hpp"

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace tcds::app {

/// What is known of a request before anything of it is understood.
struct Received {
    std::size_t bytes = 0;
    std::string sha256;
    std::string remote;
};

/// Keeps what was answered and refused to the clients of one tenant: a record in its decision log,
/// a line in the operations log. Called from several threads at once.
class Journal
{
public:
    /// @param config, log, ops  outlive the journal
    /// @param tenant            whose log it is, for the operations log
    Journal(config::Config const& config, audit::Log& log, ops::OpsLog& ops, std::string tenant,
            Tally tally);

    /// Hands a record to the decision log.
    /// @return false: it could not be kept, and the call must not be answered (decision D33)
    [[nodiscard]] bool keep(std::string_view type, std::string const& members);
    /// The same for several of one type, with one write: all of them are kept or none is.
    [[nodiscard]] bool keep(std::string_view type, std::span<std::string const> each);
    /// The same for what is shown of the log itself, whatever audit.on_failure says: it can wait.
    [[nodiscard]] bool keepOrRefuse(std::string_view type, std::string const& members);
    /// Whether records can be kept.
    [[nodiscard]] bool healthy() const { return log_.healthy(); }

    /// Refuses a call: its record, its line, and the OperationOutcome.
    /// @param reason  short code of the record: "json", "missing-data", ...
    /// @param client  name of the entry, "" when nobody known
    http::Response refuse(Error const& error, std::string_view reason, std::string_view service,
                          Received const& received, std::string_view client);
    /// The same with an answer that a client entry wants friendlier than the error.
    http::Response keepRefusal(http::Response response, Error const& error, std::string_view reason,
                               std::string_view service, Received const& received,
                               std::string_view client);
    /// Refuses a caller. The answer does not say why (JWT-11); the operations log does, and the
    /// record has the reason.
    http::Response turnAway(auth::Rejection const& rejection, std::string_view service,
                            Received const& received);

    /// Refuses a call beyond the client's rate (control CTL-12).
    http::Response tooOften(std::chrono::seconds wait, std::string_view service,
                            Received const& received, std::string_view client);

private:
    void sayLost(std::string_view type, Error const& why);

    config::Config const& config_;
    audit::Log& log_;
    ops::OpsLog& ops_;
    std::string tenant_;
    Tally tally_;
};

/// "json", "context-invalid", ... : what a reject record says (integration specification 4.2).
std::string_view rejectReason(Error const& error);

/// The answer to a call whose record could not be kept.
http::Response unrecorded();

} // namespace tcds::app
