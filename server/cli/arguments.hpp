#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tcds::cli {

/// Exit codes (decision D41).
enum Exit : int {
    kDone = 0,
    kCheckFailed = 1,
    kCheckpointMismatch = 2, // audit verify
    kNotInStore = 4,         // replay: pack or settings
    kNoFacts = 5,            // replay: the record has none
    kUsage = 64,
    kBadInput = 65,
    kInternal = 70,
    kConfiguration = 78
};

struct ServeArguments {
    std::string config;
    std::vector<std::pair<std::string, std::string>> flags; // "mode" -> "sandbox"
};

enum class Output { Cards, Findings, Trace, Text };

struct EvaluateArguments {
    std::vector<std::string> requests; // files; "-" = stdin
    std::string bundle, hook = "patient-view", complaint;
    std::string config, now;
    std::vector<std::pair<std::string, std::string>> flags;
    bool allowCritical = false;
    Output output = Output::Cards;
};

enum class LintFormat { Text, Json, Sarif };

struct LintArguments {
    std::string folder;
    LintFormat format = LintFormat::Text;
    bool optionalPrefetch = true; // false: only what is advertised without `extra`
};
struct TestArguments {
    std::string folder, junit, rule;
    bool trace = false, mutate = false;
};
struct CoverageArguments {
    std::string folder, rule;
    int least = 0; // percent that must be covered
    bool json = false;
};
struct ExplainArguments {
    std::string request, rule, now, folder, config;
    std::vector<std::pair<std::string, std::string>> flags;
};

struct BuildArguments {
    std::string folder, out;
    std::string key;   // PEM file of the private key; "" = not signed
    std::string since; // bundle that was in use before; "" = versions are not compared
};
struct VerifyBundleArguments {
    std::string file;
    std::vector<std::string> keys; // PEM files of trusted public keys
};
struct DiffArguments {
    std::string before, after, format = "text"; // text, json or markdown
};
struct DocArguments {
    std::string folder, out, markdown; // markdown: a file that ends in .md, else a folder
};

struct ExportArguments {
    std::string directory, folder, base = "http://twitch-cds.example.org/fhir", cases;
};

struct VerifyArguments {
    std::string directory, config;
    std::vector<std::pair<std::string, std::string>> flags;
    std::vector<std::string> files; // of a log, instead of its directory
    std::vector<std::string> keys;  // whose signatures count: "NAME+ID+BASE64" or PEM files
    std::string checkpoints;        // published ones: a folder or a file
};
struct ProveArguments {
    VerifyArguments where;
    std::string seq, decision, size;
    bool withoutRecord = false;
};
struct ConsistencyArguments {
    VerifyArguments where;
    std::string from, to;
};
struct VerifyProofArguments {
    std::string file;
    std::vector<std::string> keys;
};
struct CheckpointKeyArguments {
    std::string config;
    std::vector<std::pair<std::string, std::string>> flags;
};
/// A database of records that is asked in place of the files.
struct PostgresArguments {
    std::string connection, passwordFile; // connection: "" = the files are asked
};
struct ShowArguments {
    VerifyArguments where;
    PostgresArguments postgres;
    std::string seq, decision, card, rule, type, from, to;
    std::size_t last = 0;
    bool json = false;
    bool all = false;  // idle rules too
    std::string store; // for `all`
};

/// An index over the log: where it lies, and whether it is made anew.
struct IndexArguments {
    std::string file; // "" = beside the log
    bool rebuild = false;
};
struct QueryArguments {
    VerifyArguments where;
    IndexArguments index;
    PostgresArguments postgres;
    std::string from, to, type, client, user, service, hook, decision, card, rule, outcome, answer;
    std::string patient, fhirServer;         // patient: an id as the EHR has it; "-" asks for it
    std::string key, tenant = "default";     // key: a file; "" = that of the configuration
    std::string format = "text", limit = ""; // text, json, csv or jsonl
};
struct UnsealArguments {
    VerifyArguments where;
    std::string decision, seq, key, part;
};
struct ReportArguments {
    VerifyArguments where;
    IndexArguments index;
    PostgresArguments postgres;
    std::string from, to, by = "rule"; // rule, client, week or reason
    std::string format = "text", html; // text, json or csv; html: a file
};

struct ForwardArguments {
    VerifyArguments where;
    std::string to, passwordFile; // a connection string of PostgreSQL; "" = of the configuration
    bool once = false;
};

struct AuditExportArguments {
    VerifyArguments where;
    std::string decision, from, to;
    std::string as = "all", format = "ndjson", out = "-";
    std::string base = "http://twitch-cds.example.org/fhir"; // of canonical URLs
};

struct FetchArguments {
    PostgresArguments postgres;
    std::string tenant = "default", node, directory; // node: "" = the only one
};

struct ReplayArguments {
    VerifyArguments where;
    std::string decision, from, to; // one decision, or those of a period
    std::string pack;               // rules to decide with instead, "" = those of the record
    std::string store, rule, format = "text";
};

struct ConfigArguments {
    enum class What { Check, Show, Explain } what = What::Check;
    std::string config, key; // key: of explain
    std::vector<std::pair<std::string, std::string>> flags;
};
struct PrefetchArguments {
    std::string config, client, profile = "default", format = "table";
    std::vector<std::pair<std::string, std::string>> flags;
};

struct LookupArguments {
    std::vector<std::string> words;
    std::string folder; // "" = the embedded rules
};

struct ImportArguments {
    std::string release, rules, out; // folders
    bool json = false, dryRun = false;
};
struct TermsDiffArguments {
    std::string before, after; // folders, or "built-in"
    bool json = false;
};

struct DoctorArguments {
    std::string config, client, fhirServer, patient, encounter, tokenFile;
    bool json = false;
    std::vector<std::pair<std::string, std::string>> flags;
};

using Command =
    std::variant<ServeArguments, EvaluateArguments, LintArguments, TestArguments, CoverageArguments,
                 ExplainArguments, ExportArguments, DocArguments, DiffArguments, BuildArguments,
                 VerifyBundleArguments, VerifyArguments, ShowArguments, UnsealArguments, QueryArguments,
                 ReportArguments, ReplayArguments, ForwardArguments, FetchArguments,
                 AuditExportArguments, ConfigArguments, PrefetchArguments, LookupArguments,
                 ImportArguments, TermsDiffArguments, DoctorArguments, ProveArguments,
                 ConsistencyArguments, VerifyProofArguments, CheckpointKeyArguments>;

/// argv -> what to do. Prints help, version and usage errors itself.
/// @return the command, or the exit code when there is nothing left to do
std::variant<Command, int> parseArguments(int argc, char const* const* argv);

} // namespace tcds::cli
