#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/result.hpp"
#include "server/config/client_entry.hpp"
#include "server/config/tenant_entry.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::config {

enum class Mode : std::uint8_t { Production, Sandbox, Dev }; // decision D6
std::string_view toText(Mode mode);

enum class Fsync : std::uint8_t { Always, Interval, Never };
enum class OnFailure : std::uint8_t { Refuse, Continue };
/// How much a decision record holds; the words of audit::Level.
enum class AuditLevel : std::uint8_t { Digest, Facts, Full };
std::string_view toText(AuditLevel level);
/// Whether prefetch values get a digest of their own (decision D49), and of which kind.
enum class InputDigest : std::uint8_t { Off, On, Hmac };

/// The taking over of a pack that no clinical board has approved (decision D54).
struct Acknowledged {
    std::string pack, version, by, on;
};

/// The files and bounds of TLS (control CTL-13); no certificate file: plain HTTP.
struct TlsSettings {
    std::string certificateFile, keyFile;
    std::string clientCaFile, crlFile; // "": clients are asked for no certificate, no list is read
    std::vector<std::string> clientNames;
    bool clientOptional = false; // who sends no certificate may come all the same
    bool leastIs13 = false;      // else 1.2
};

/// Where signed checkpoints of the log go; "": nowhere.
struct CheckpointDestinations {
    std::string directory;
    std::string syslog, syslogCaFile, syslogCertificateFile, syslogKeyFile;
    std::string http, httpCaFile;

    [[nodiscard]] bool any() const
    {
        return !directory.empty() || !syslog.empty() || !http.empty();
    }
};

/// All settings, defaults filled in. One page of docs: docs/configuration.md.
struct Config {
    Mode mode = Mode::Production;
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
    unsigned threads = 2;
    bool behindProxy = false;
    TlsSettings tls;
    std::string publicUrl;
    std::string node, tenant;
    int zoneMinutes = 0;

    std::size_t maxCards = 3;
    bool allowCritical = false;
    bool acceptUnknownStatus = false;
    bool atMostOne = false;

    std::vector<std::string> corsOrigins; // empty: off; "*": any
    Rate rate;                            // of clients whose entry says nothing else
    std::size_t maxBodyBytes = 0, maxEntries = 0, maxConnections = 0;
    std::chrono::milliseconds handshakeDeadline{}, headerDeadline{}, bodyDeadline{}, idleDeadline{},
        writeDeadline{}, drainDeadline{};
    std::chrono::milliseconds callDeadline{}; // of one hook call, for what the service reads itself

    // Reading the FHIR server of the caller.
    std::vector<std::string> fhirServers;  // bases that calls may name where there are no entries
    bool fhirAnonymous = false;            // also without an access token (FHIR-07)
    std::string fhirCaFile;                // "" = the certificates of the system
    std::vector<std::string> fhirNetworks; // CIDR: not public, and allowed all the same (CTL-01)
    std::size_t fhirAnswerBytes = 0, fhirConnections = 0; // of one answer; to one server

    std::string auditDirectory;
    std::string auditKeyFile; // file or folder; "" outside production: made in the state directory
    AuditLevel auditLevel = AuditLevel::Facts;
    std::string sealKeyFile; // of level full
    InputDigest inputDigest = InputDigest::Off;
    bool hidesUser = false; // the user is a pseudonym in records
    Fsync fsync = Fsync::Interval;
    std::chrono::milliseconds fsyncInterval{};
    OnFailure onFailure = OnFailure::Refuse;
    std::uint64_t auditRotateBytes = 268435456; // a file of the log is finished at this size
    bool auditCompress = true;
    unsigned auditRetentionDays = 2192; // 0: no file is ever removed
    bool auditLegalHold = false;
    std::size_t auditQueue = 1024; // records that may wait for the writer
    std::chrono::milliseconds auditWait{5000};
    std::size_t checkpointRecords = 1000; // the log states its tree after so many records
    CheckpointDestinations checkpoints;
    std::string checkpointKeyFile;               // "": checkpoints are not signed
    std::chrono::seconds checkpointInterval{60}; // and after so long
    std::string postgresConnection;              // "": records are forwarded nowhere
    std::string postgresPasswordFile;

    bool suppress = true;  // repeats and answered cards are not shown again (decision D18)
    std::string stateFile; // where that is remembered
    int retentionDays = 400, encounterDays = 30;
    std::size_t stateRows = 500'000;

    std::string metricsAddress; // "": no listener for metrics, and nothing is counted
    std::uint16_t metricsPort = 0;
    bool metricsBeyondLoopback = false; // in production too: plain HTTP without login

    std::string adminAddress; // "": no listener for administration
    std::uint16_t adminPort = 0;
    std::string adminTokenFile; // who may ask there

    std::string contentFolder;            // dev only; "" = the bundle or the embedded pack
    std::string contentBundle;            // a bundle file; "" = the embedded pack
    std::vector<std::string> trustedKeys; // PEM files: who may sign it
    std::string contentStore;             // folder that keeps every content that was in use
    Acknowledged acknowledged;
    std::string logLevel, logFormat;

    std::vector<ClientEntry> clients; // in file order; empty: nobody is known
    std::vector<TenantEntry> tenants; // beside `tenant`, in file order; see allTenants()
};

/// Where a value came from, for `config show`.
enum class Origin : std::uint8_t {
    Default,
    Mode,
    File,
    Environment,
    Flag,
    Setting // of a client entry: the setting of that name
};
std::string_view toText(Origin origin);

struct Setting {
    std::string key;   // "audit.directory"
    std::string value; // as text
    Origin origin = Origin::Default;
    std::string_view about; // one line of documentation
    std::string where;      // FILE:LINE:COLUMN, variable or flag; "" where nobody set it
};

/// The members of one entry of `clients` or `tenants` as text, for `config show`; an entry holds no
/// secret.
struct EntrySettings {
    std::string name;              // "" when the entry has none
    std::string where;             // FILE:LINE:COLUMN
    std::vector<Setting> settings; // "clients.jku", ...: every member, in order
};

struct Loaded {
    Config config;
    std::vector<Setting> settings;      // every key, in the order of the documentation
    std::vector<EntrySettings> clients; // as config.clients
    std::vector<EntrySettings> tenants; // as config.tenants
};

/// What the loader reads; everything is passed in, so that tests need no real environment.
struct Sources {
    std::string file;                                             // path, "" = none
    std::string fileText;                                         // its content
    std::vector<std::pair<std::string, std::string>> environment; // TWITCH_CDS__AUDIT__DIRECTORY=..
    std::vector<std::pair<std::string, std::string>> flags;       // "mode" -> "sandbox"
    std::string stateDirectory; // default place of what is written outside production
    std::string hostName;
};

/// flag > environment > file > default of the mode > default; clients and tenants come from the
/// file. Unknown keys are errors with the nearest known one; every fault is reported. Refuses what
/// the mode refuses (decision D6): in production a missing audit.key_file, an unsigned content
/// folder, any CORS origin by wildcard, a public_url that is not https, plain HTTP beyond loopback
/// without a stated proxy, metrics beyond loopback without a word for it, entries as in clients.hpp
/// and tenants.hpp; outside dev a bundle without trusted keys; in every mode settings of TLS that
/// lack what they build on, destinations of checkpoints without a key, and a listener for
/// administration beyond loopback or without tokens.
std::optional<Loaded> load(Sources const& sources, Problems& problems);

/// The same for people who look at a faulty configuration: what is faulty keeps its default.
/// @return nothing when the file is no YAML at all
std::optional<Loaded> loadForReading(Sources const& sources, Problems& problems);

/// Every environment variable of the process that begins with TWITCH_CDS__.
std::vector<std::pair<std::string, std::string>> environment();

} // namespace tcds::config
