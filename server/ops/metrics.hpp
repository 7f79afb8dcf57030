#pragma once

#include "server/http/log.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::ops {

/// Every word that may become a label value. A word that is not listed here becomes "other", and an
/// empty one "none": what a caller sends never reaches the text.
struct MetricWords {
    struct Pack {
        std::string id, version;
    };
    /// What comes with the rules, and changes when others come into use.
    struct Content {
        std::vector<Pack> packs;
        std::vector<std::string> rules; // ids
        std::vector<std::string> overrideReasons;
    };
    std::string version, commit; // of the program
    Content content;
    std::vector<std::string> services; // ids
    std::vector<std::string> kinds;    // of requests: hooks, "feedback", "discovery"
    std::vector<std::string> clients;  // names of the client entries
    std::vector<std::string> ruleOutcomes;
    std::vector<std::string> rejectReasons;
    std::vector<std::string> keys;          // prefetch keys of our services
    std::vector<std::string> inputReasons;  // why a key is missing
    std::vector<std::string> resources;     // FHIR types that are asked for
    std::vector<std::string> fetchOutcomes; // how a query of a FHIR server ends
};

/// How the rules in use stand: what a pharmacist plans reviews by.
struct RuleStates {
    struct Review {
        std::string rule;   // id; "overlay" for a hospital's changes of other rules
        double due = 0;     // Unix time of the day, UTC
    };
    std::vector<std::pair<std::string, std::size_t>> byStatus; // every status, "disabled" too
    std::vector<Review> reviews;                               // of those that have a day
};

/// How the forwarding of one log stands; the first three only grow.
struct ForwardingNumbers {
    std::uint64_t added = 0, refused = 0, failures = 0;
    std::uint64_t behind = 0;  // records
    double behindSeconds = 0;  // age of the oldest of them
    bool connected = false;
};

/// The counters of the service, all with the prefix `twitch_cds_`. No label holds a patient, a
/// user or a URL.
///
/// | metric | labels | what is counted |
/// |---|---|---|
/// | `requests_total` | service, hook, client, code | answers, but for health checks |
/// | `request_duration_seconds` | service | hook calls, from body to answer (histogram) |
/// | `rule_evaluations_total` | rule, outcome | rules that were candidates in a decision |
/// | `cards_returned_total` | rule, indicator | cards that left, by their leading rule |
/// | `feedback_total` | rule, outcome, reason | items of feedback |
/// | `fhir_fetch_duration_seconds` | client, resource, outcome | FHIR queries (histogram) |
/// | `input_missing_total` | key, reason | keys that a decision had to do without |
/// | `unknown_prefetch_keys_total` | client | keys that are none of ours (decision D38) |
/// | `rejects_total` | reason | refused requests |
/// | `context_incomplete_total` | client | calls that lack required context (TOL-13) |
/// | `audit_write_errors_total` | | records that could not be kept |
/// | `audit_forwarded_total` | tenant | records that the database took |
/// | `audit_forward_refused_total` | tenant | lines that it did not take as records |
/// | `audit_forward_failures_total` | tenant | attempts to connect or to send that failed |
/// | `audit_forward_connected` | tenant | 1 while the database is there (gauge) |
/// | `audit_forward_lag_records` | tenant | records that it lacks (gauge) |
/// | `audit_forward_lag_seconds` | tenant | age of the oldest of them (gauge) |
/// | `audit_checkpoint_timestamp_seconds` | | when the last checkpoint was made (gauge) |
/// | `audit_checkpoint_published_timestamp_seconds` | destination | the newest that arrived (gauge) |
/// | `audit_checkpoint_publish_errors_total` | destination | attempts that failed |
/// | `jwks_refresh_total` | client, outcome | key sets that were read, or not had |
/// | `content_reloads_total` | outcome | reloads of the rules: ok or refused |
/// | `content_reload_refused` | | 1 while the last reload was refused, else 0 |
/// | `rules` | status | rules in use (gauge) |
/// | `rule_review_due_timestamp_seconds` | rule | day of the next review (gauge) |
/// | `pack_info` | id, version | 1 |
/// | `build_info` | version, commit | 1 |
///
/// Called from several threads at once. Counting allocates the first time a series is seen, and
/// looks words up in small tables; after that it is an atomic addition, and for a histogram a short
/// lock of its own.
class Metrics
{
public:
    using Time = std::chrono::microseconds;

    explicit Metrics(MetricWords words);
    ~Metrics();
    Metrics(Metrics const&) = delete;
    Metrics& operator=(Metrics const&) = delete;

    void request(std::string_view service, std::string_view kind, std::string_view client,
                 int code);
    void requestTook(std::string_view service, Time took);
    void ruleEvaluated(std::string_view rule, std::string_view outcome);
    /// @param indicator  "info", "warning" or "critical"
    void cardReturned(std::string_view rule, std::string_view indicator);
    /// @param reason  a code of our own list; "" = none was given
    void feedback(std::string_view rule, bool accepted, std::string_view reason);
    void fetched(std::string_view client, std::string_view resource, std::string_view outcome,
                 Time took);
    void inputMissing(std::string_view key, std::string_view reason);
    void unknownPrefetchKeys(std::string_view client, std::size_t count);
    void rejected(std::string_view reason);
    void contextIncomplete(std::string_view client);
    void auditWriteFailed();
    /// @param tenant  a name of the configuration
    void forwarding(std::string const& tenant, ForwardingNumbers const& numbers);
    /// @param at  Unix time
    void checkpointMade(double at);
    /// @param destination  "directory", "syslog" or "http"
    /// @param at           Unix time at which it was made
    void checkpointPublished(std::string_view destination, double at);
    void checkpointNotPublished(std::string_view destination);
    /// Replaces what was said before: once at start, and whenever other rules answer.
    void rulesInUse(RuleStates const& states);

    /// Other rules are in use from now on. Rules of before keep their counts, and are still counted
    /// for calls under way.
    void contentInUse(MetricWords::Content content);
    /// A reload of the rules came to its end.
    void contentReloaded(bool refused);

    /// Takes an event of the operations log, and counts those that only it tells of: key sets, and
    /// handlers that failed.
    void hear(std::string_view event, std::span<http::Log::Field const> fields);

    /// The text exposition format 0.0.4, families and series in a fixed order.
    [[nodiscard]] std::string text() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::ops
