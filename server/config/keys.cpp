#include "server/config/keys.hpp"

#include "server/config/key_readers.hpp"
#include "server/config/values.hpp"

#include <algorithm>
#include <array>

namespace tcds::config {

namespace {

template <unsigned Rate::*Member>
bool calls(Config& config, std::string_view text)
{
    return readNumber<unsigned>(text, 0, kMostCalls, config.rate.*Member);
}

template <std::string Config::*Member>
bool text(Config& config, std::string_view value)
{
    config.*Member = std::string{value};
    return true;
}
template <std::string TlsSettings::*Member>
bool tlsFile(Config& config, std::string_view value)
{
    config.tls.*Member = std::string{value};
    return true;
}
template <std::string CheckpointDestinations::*Member>
bool checkpoints(Config& config, std::string_view value)
{
    config.checkpoints.*Member = std::string{value};
    return true;
}
template <std::string Acknowledged::*Member>
bool acknowledged(Config& config, std::string_view value)
{
    config.acknowledged.*Member = std::string{value};
    return true;
}
template <bool Config::*Member>
bool flag(Config& config, std::string_view value)
{
    return readYesNo(value, config.*Member);
}
template <std::chrono::milliseconds Config::*Member>
bool wait(Config& config, std::string_view value)
{
    return take::milliseconds(value, config.*Member);
}
template <std::size_t Config::*Member, std::size_t Low, std::size_t High>
bool count(Config& config, std::string_view value)
{
    return readNumber<std::size_t>(value, Low, High, config.*Member);
}

template <int Config::*Member, int High>
bool days(Config& config, std::string_view value)
{
    return readNumber(value, 1, High, config.*Member);
}

bool checkpointSeconds(Config& config, std::string_view value)
{
    int seconds = 0;
    if (!readNumber(value, 1, 86400, seconds)) return false;
    config.checkpointInterval = std::chrono::seconds{seconds};
    return true;
}

constexpr std::string_view kYesNo = "true or false";
constexpr std::string_view kMs = "milliseconds from 1 to 3600000";

constexpr std::array kKeys{
    Key{"mode", "production", "", "what is refused: production, sandbox or dev",
        "production, sandbox or dev", false, take::mode},
    Key{"listen", "127.0.0.1:8080", "", "address and port of the service", "ADDRESS:PORT", false,
        take::listen},
    Key{"threads", "2", "", "threads that answer calls", "a number from 1 to 64", false,
        [](Config& c, std::string_view t) { return readNumber<unsigned>(t, 1, 64, c.threads); }},
    Key{"behind_proxy", "false", "",
        "a TLS proxy stands in front, so plain HTTP may leave loopback", kYesNo, false,
        flag<&Config::behindProxy>},
    Key{"tls.certificate_file", "", "",
        "certificate of the service, then its intermediates; with it the service speaks TLS",
        "the path of a PEM file", false, tlsFile<&TlsSettings::certificateFile>},
    Key{"tls.key_file", "", "", "its private key, readable by the service alone",
        "the path of a PEM file", false, tlsFile<&TlsSettings::keyFile>},
    Key{"tls.min_version", "1.2", "", "oldest TLS that is spoken", "1.2 or 1.3", false,
        take::leastVersion},
    Key{"tls.client_ca_file", "", "",
        "authorities of client certificates; with it clients are asked for one",
        "the path of a PEM file", false, tlsFile<&TlsSettings::clientCaFile>},
    Key{"tls.client_certificate", "required", "",
        "required: no connection without one; optional: for clients with auth: mtls only",
        "required or optional", false, take::clientCertificate},
    Key{"tls.client_names", "", "",
        "names of client certificates that may connect; empty: every name of the authorities",
        "a list of DNS names, URIs, e-mail or IP addresses", true, take::clientNames},
    Key{"tls.crl_file", "", "", "revocation lists, one of each authority of the chain",
        "the path of a PEM file", false, tlsFile<&TlsSettings::crlFile>},
    Key{"public_url", "", "", "base URL as clients see it; used in links", "an http(s) URL", false,
        take::publicUrl},
    Key{"node", "", "", "name of this node in the decision log; default: host name", "a name",
        false, text<&Config::node>},
    Key{"tenant", "default", "", "tenant in the decision log", "a name", false,
        text<&Config::tenant>},
    Key{"zone", "Z", "", "zone of times that were sent without one", "+HH:MM, -HH:MM or Z", false,
        take::zone},
    Key{"max_cards", "3", "", "cards in an answer", "a number from 1 to 3", false,
        count<&Config::maxCards, 1, 3>},
    Key{"allow_critical", "false", "true",
        "show the indicator critical; else it is capped at warning", kYesNo, false,
        flag<&Config::allowCritical>},
    Key{"accept_unknown_status", "false", "true",
        "use results with status unknown, and say so on the card", kYesNo, false,
        flag<&Config::acceptUnknownStatus>},
    Key{"selection_behavior", "any", "", "selectionBehavior of cards", "any or at-most-one", false,
        take::selectionBehavior},
    Key{"cors.origins", "", "*", "browser origins that may call; empty: none, *: any",
        "a list of http(s) origins, or *", true, take::origins},
    Key{"rate.per_second", "0", "", "calls a second that one client may make; 0: any number",
        "a number from 0 to 1000000", false, calls<&Rate::perSecond>},
    Key{"rate.burst", "0", "", "calls at once after a rest; 0: as many as in a second",
        "a number from 0 to 1000000", false, calls<&Rate::burst>},
    Key{"limits.body_bytes", "10485760", "", "largest request body",
        "a number from 1024 to 104857600", false, count<&Config::maxBodyBytes, 1024, 104857600>},
    Key{"limits.entries", "5000", "", "most Bundle entries of a call", "a number from 1 to 100000",
        false, count<&Config::maxEntries, 1, 100000>},
    Key{"limits.connections", "1024", "", "most open connections", "a number from 1 to 65536",
        false, count<&Config::maxConnections, 1, 65536>},
    Key{"deadlines.handshake_ms", "5000", "", "wait for the handshake of TLS", kMs, false,
        wait<&Config::handshakeDeadline>},
    Key{"deadlines.header_ms", "5000", "", "wait for the head of a request", kMs, false,
        wait<&Config::headerDeadline>},
    Key{"deadlines.body_ms", "10000", "", "wait for the body of a request", kMs, false,
        wait<&Config::bodyDeadline>},
    Key{"deadlines.idle_ms", "30000", "", "wait between two requests of a connection", kMs, false,
        wait<&Config::idleDeadline>},
    Key{"deadlines.write_ms", "10000", "", "wait for the client to take an answer", kMs, false,
        wait<&Config::writeDeadline>},
    Key{"deadlines.drain_ms", "10000", "", "wait for busy calls at shutdown", kMs, false,
        wait<&Config::drainDeadline>},
    Key{"deadlines.call_ms", "1500", "",
        "longest answer to a hook call; what the FHIR server has not said by then is named as "
        "missing",
        kMs, false, wait<&Config::callDeadline>},
    Key{"fhir.servers", "", "",
        "base URLs of FHIR servers that calls may name where there are no client entries",
        "a list of http(s) URLs without credentials or query", true, take::fhirServers},
    Key{"fhir.anonymous", "false", "", "read the FHIR server also when a call brings no token",
        kYesNo, false, flag<&Config::fhirAnonymous>},
    Key{"fhir.ca_file", "", "",
        "certificates (PEM) that FHIR servers are verified with; none: those of the system",
        "a path", false, text<&Config::fhirCaFile>},
    Key{"fhir.networks", "", "",
        "networks that are not public where FHIR servers and key sets may be all the same",
        "a list of networks such as 10.20.0.0/16", true, take::fhirNetworks},
    Key{"fhir.answer_bytes", "16777216", "", "largest answer of a FHIR server",
        "a number from 1024 to 104857600", false, count<&Config::fhirAnswerBytes, 1024, 104857600>},
    Key{"fhir.connections", "16", "", "most open connections to one FHIR server",
        "a number from 1 to 256", false, count<&Config::fhirConnections, 1, 256>},
    Key{"audit.directory", "", "", "where the decision log is written", "a path", false,
        text<&Config::auditDirectory>},
    Key{"audit.key_file", "", "",
        "file with the key of the pseudonyms, or folder with one a quarter; required in "
        "production, "
        "else made",
        "a path", false, text<&Config::auditKeyFile>},
    Key{"audit.level", "facts", "",
        "what a decision record holds: digest: no facts and no cards; facts; full: also, sealed, "
        "what came and what left",
        "digest, facts or full", false,
        [](Config& c, std::string_view t) { return take::auditLevel(t, c.auditLevel); }},
    Key{"audit.seal_key_file", "", "", "file with the 32 bytes that seal at audit.level: full",
        "a path", false, text<&Config::sealKeyFile>},
    Key{"audit.input_digest", "off", "",
        "a digest of each prefetch value: off, on (SHA-256) or hmac (with the key of the "
        "pseudonyms)",
        "off, on or hmac", false, take::inputDigest},
    Key{"audit.user", "reference", "", "the user in records: as sent, or a pseudonym",
        "reference or hmac", false, take::auditUser},
    Key{"audit.fsync", "interval", "", "when records are forced to disk",
        "always, interval or never", false, take::fsync},
    Key{"audit.fsync_ms", "200", "", "interval of audit.fsync: interval", kMs, false,
        wait<&Config::fsyncInterval>},
    Key{"audit.on_failure", "refuse", "",
        "when a record cannot be kept: refuse the call, or continue and count",
        "refuse or continue", false, take::onFailure},
    Key{"audit.rotate_bytes", "268435456", "",
        "a file of the log that has this size is finished, and the next one begins",
        "a number from 65536 to 17179869184", false,
        [](Config& c, std::string_view t) {
            return readNumber<std::uint64_t>(t, 65536, 17179869184, c.auditRotateBytes);
        }},
    Key{"audit.compress", "true", "", "finished files are compressed (gzip), in the background",
        kYesNo, false, flag<&Config::auditCompress>},
    Key{"audit.retention_days", "2192", "",
        "a finished file is removed when all its records are older; 0: none ever is",
        "a number of days from 0 to 36525", false,
        [](Config& c, std::string_view t) {
            return readNumber<unsigned>(t, 0, 36525, c.auditRetentionDays);
        }},
    Key{"audit.legal_hold", "false", "", "true: no file is removed, however old", kYesNo, false,
        flag<&Config::auditLegalHold>},
    Key{"audit.queue", "1024", "", "records that may wait for the writer of the log; more fail",
        "a number from 1 to 65536", false, count<&Config::auditQueue, 1, 65536>},
    Key{"audit.wait_ms", "5000", "", "how long a record waits for the writer before it fails", kMs,
        false, wait<&Config::auditWait>},
    Key{"audit.checkpoint_key_file", "", "",
        "private key (PEM, Ed25519, mode 0600) that signs checkpoints; none: they are not signed",
        "a path", false, text<&Config::checkpointKeyFile>},
    Key{"audit.checkpoint_records", "1000", "",
        "records after which a checkpoint is written, if not before", "a number from 1 to 1000000",
        false, count<&Config::checkpointRecords, 1, 1000000>},
    Key{"audit.checkpoint_seconds", "60", "", "time after which one is written where there is news",
        "seconds from 1 to 86400", false, checkpointSeconds},
    Key{"audit.postgres.connection", "", "",
        "PostgreSQL to which records are forwarded besides; none: nowhere",
        "a connection string of libpq without password", false, text<&Config::postgresConnection>},
    Key{"audit.postgres.password_file", "", "", "file with its password, mode 0600", "a path",
        false, text<&Config::postgresPasswordFile>},
    Key{"audit.checkpoints.directory", "", "",
        "folder, best on another host, that gets each signed checkpoint as a file", "a path", false,
        checkpoints<&CheckpointDestinations::directory>},
    Key{"audit.checkpoints.syslog", "", "",
        "collector of syslog over TLS that gets each signed checkpoint as a message", "HOST:PORT",
        false, checkpoints<&CheckpointDestinations::syslog>},
    Key{"audit.checkpoints.syslog_ca_file", "", "",
        "authorities of its certificate; none: those of the system", "the path of a PEM file",
        false, checkpoints<&CheckpointDestinations::syslogCaFile>},
    Key{"audit.checkpoints.syslog_certificate_file", "", "",
        "certificate that the service shows to it", "the path of a PEM file", false,
        checkpoints<&CheckpointDestinations::syslogCertificateFile>},
    Key{"audit.checkpoints.syslog_key_file", "", "", "private key of that certificate",
        "the path of a PEM file", false, checkpoints<&CheckpointDestinations::syslogKeyFile>},
    Key{"audit.checkpoints.http", "", "", "URL that gets each signed checkpoint by POST",
        "an http(s) URL", false, checkpoints<&CheckpointDestinations::http>},
    Key{"audit.checkpoints.http_ca_file", "", "",
        "authorities of its certificate; none: those of the system", "the path of a PEM file",
        false, checkpoints<&CheckpointDestinations::httpCaFile>},
    Key{"state.suppress", "true", "false",
        "cards that were shown or answered are not shown again while that counts", kYesNo, false,
        flag<&Config::suppress>},
    Key{"state.file", "", "", "file that remembers them, made when absent; state.suppress: true",
        "a path", false, text<&Config::stateFile>},
    Key{"state.retention_days", "400", "", "longest that anything is remembered",
        "a number of days from 1 to 3650", false, days<&Config::retentionDays, 3650>},
    Key{"state.encounter_days", "30", "", "longest that an encounter is taken to last",
        "a number of days from 1 to 400", false, days<&Config::encounterDays, 400>},
    Key{"state.max_rows", "500000", "", "most rows of each table of state.file",
        "a number from 100 to 100000000", false, count<&Config::stateRows, 100, 100000000>},
    Key{"content.folder", "", "",
        "unsigned rules folder instead of the embedded pack, or a hospital's folder over it (mode "
        "dev only)",
        "a path", false, text<&Config::contentFolder>},
    Key{"content.bundle", "", "",
        "signed bundle file instead of the embedded pack; its signature is beside it, in FILE.sig",
        "a path", false, text<&Config::contentBundle>},
    Key{"content.trusted_keys", "", "",
        "public keys (PEM, Ed25519) whose signature on a bundle counts; named by their file names",
        "a list of paths", true, take::trustedKeys},
    Key{"content.store", "", "",
        "folder that keeps every content that was in use, for old decisions", "a path", false,
        text<&Config::contentStore>},
    Key{"content.acknowledged.pack", "", "", "id of the unapproved pack that the site takes over",
        "a pack id", false, acknowledged<&Acknowledged::pack>},
    Key{"content.acknowledged.version", "", "", "its exact version", "a version", false,
        acknowledged<&Acknowledged::version>},
    Key{"content.acknowledged.by", "", "", "role that takes it over", "a role", false,
        acknowledged<&Acknowledged::by>},
    Key{"content.acknowledged.on", "", "", "day of taking over", "a date such as 2026-11-22", false,
        take::acknowledgedOn},
    Key{"metrics.listen", "", "", "address and port of GET /metrics; none: nothing is counted",
        "ADDRESS:PORT, or nothing", false, take::metricsListen},
    Key{"metrics.beyond_loopback", "false", "",
        "metrics.listen may leave loopback in production: plain HTTP without login", kYesNo, false,
        flag<&Config::metricsBeyondLoopback>},
    Key{"admin.listen", "", "",
        "address and port of /admin/v1, loopback only; none: no such listener",
        "ADDRESS:PORT, or nothing", false, take::adminListen},
    Key{"admin.token_file", "", "", "who may ask there: a line NAME TOKEN ROLE each, mode 0600",
        "a path", false, text<&Config::adminTokenFile>},
    Key{"log.level", "info", "", "operations log", "error, warn, info or debug", false,
        take::logLevel},
    Key{"log.format", "json", "", "operations log", "json or text", false, take::logFormat},
};

} // namespace

std::span<Key const> keys() { return kKeys; }

Key const* findKey(std::string_view name)
{
    auto const at = std::ranges::find(kKeys, name, &Key::name);
    return at == kKeys.end() ? nullptr : &*at;
}

Default defaultOf(Key const& key, Mode mode, Sources const& sources)
{
    if (key.name == "node") return {sources.hostName};
    if (key.name == "audit.directory") // decision D37
        return {mode == Mode::Production ? "/var/lib/twitch-cds/audit"
                                         : sources.stateDirectory + "/audit"};
    if (key.name == "state.file")
        return {mode == Mode::Production ? "/var/lib/twitch-cds/state.db"
                                         : sources.stateDirectory + "/state.db"};
    if (key.name == "content.store")
        return {mode == Mode::Production ? "/var/lib/twitch-cds/packs"
                                         : sources.stateDirectory + "/packs"};
    if (mode != Mode::Production && !key.inSandbox.empty())
        return {std::string{key.inSandbox}, Origin::Mode};
    return {std::string{key.fallback}};
}

} // namespace tcds::config
