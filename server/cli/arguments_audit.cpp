#include "server/cli/argument_groups.hpp"

namespace tcds::cli {

namespace {

/// Which log: the folder, or the configuration that names it.
void addWhere(CLI::App& options, VerifyArguments& where, Parsing& parsing)
{
    options.add_option("--directory", where.directory, "folder of the log");
    addConfig(options, where.config, parsing);
}

void addKeys(CLI::App& options, std::vector<std::string>& keys)
{
    options.add_option("--key", keys,
                       "key of the service: a PEM file, or what `audit checkpoint-key` prints; "
                       "may be repeated");
}

/// A database in place of the files.
void addPostgres(CLI::App& options, PostgresArguments& postgres)
{
    options.add_option("--postgres", postgres.connection,
                       "ask this PostgreSQL, not the files: a connection string without password");
    options.add_option("--password-file", postgres.passwordFile,
                       "file with its password, mode 0600");
}

void addVerify(CLI::App& audit, Parsing& parsing)
{
    auto [verify, wanted] = addCommand<VerifyArguments>(
        audit, parsing, "verify", "check that no record was changed, lost or added");
    verify.footer("Examples:\n"
                  "  twitch-cds audit verify --directory /var/lib/twitch-cds/audit\n"
                  "  twitch-cds audit verify --directory copy --key checkpoint.pub.pem "
                  "--checkpoints /mnt/witness\n"
                  "Exit code: 0 intact, 1 broken, 2 intact chain but a checkpoint does not fit.");
    addWhere(verify, wanted, parsing);
    verify.add_option("FILE", wanted.files, "some files of the log instead of its folder");
    addKeys(verify, wanted.keys);
    verify.add_option("--checkpoints", wanted.checkpoints,
                      "folder or file of published checkpoints to compare with");
}

void addProve(CLI::App& audit, Parsing& parsing)
{
    auto [prove, wanted] = addCommand<ProveArguments>(
        audit, parsing, "prove", "print a proof that a record is in the log, without the others");
    prove.footer("Example: twitch-cds audit prove --decision 019cb32f-8d00-70d8-98e0-985ecc7f6041 "
                 "> proof.json");
    addWhere(prove, wanted.where, parsing);
    auto* const record = prove.add_option_group("record");
    record->add_option("--seq", wanted.seq, "sequence number of the record");
    record->add_option("--decision", wanted.decision, "decision id (X-Decision-Id)");
    record->require_option(1);
    prove.add_option("--size", wanted.size,
                     "prove it for the tree of this size, such as that of a published checkpoint");
    prove.add_flag("--without-record", wanted.withoutRecord, "show the hash of the record alone");
}

void addConsistency(CLI::App& audit, Parsing& parsing)
{
    auto [options, wanted] =
        addCommand<ConsistencyArguments>(audit, parsing, "consistency",
                                         "print a proof that an older checkpoint's records are the "
                                         "beginning of a newer one's");
    options.footer("Example: twitch-cds audit consistency --from 1000 --to 20000 > proof.json");
    addWhere(options, wanted.where, parsing);
    options.add_option("--from", wanted.from, "size of the older tree")->required();
    options.add_option("--to", wanted.to, "size of the newer tree")->required();
}

void addVerifyProof(CLI::App& audit, Parsing& parsing)
{
    auto [options, wanted] = addCommand<VerifyProofArguments>(audit, parsing, "verify-proof",
                                                              "check a proof; needs no log");
    options.footer("Example: twitch-cds audit verify-proof proof.json --key checkpoint.pub.pem");
    options.add_option("FILE", wanted.file, "the proof; - reads stdin")->required();
    addKeys(options, wanted.keys);
}

void addCheckpointKey(CLI::App& audit, Parsing& parsing)
{
    auto [options, wanted] = addCommand<CheckpointKeyArguments>(
        audit, parsing, "checkpoint-key",
        "print what auditors check signatures of checkpoints with");
    options.footer("Example: twitch-cds audit checkpoint-key --config /etc/twitch-cds.yaml");
    addConfig(options, wanted.config, parsing);
}

void addShow(CLI::App& audit, Parsing& parsing)
{
    auto [show, wanted] =
        addCommand<ShowArguments>(audit, parsing, "show", "print records for people");
    show.footer("Examples:\n"
                "  twitch-cds audit show --last 1\n"
                "  twitch-cds audit show --from 2026-03-03 --to 2026-03-03 --rule EL-MG-LOW");
    addWhere(show, wanted.where, parsing);
    addPostgres(show, wanted.postgres);
    show.add_option("--seq", wanted.seq, "sequence number");
    show.add_option("--decision", wanted.decision, "decision id (X-Decision-Id)");
    show.add_option("--card", wanted.card, "uuid of a card");
    show.add_option("--rule", wanted.rule, "decisions in which this rule fired");
    show.add_option("--type", wanted.type,
                    "decision, feedback, reject, config, access, start, stop or checkpoint");
    show.add_option("--from", wanted.from, "first day or instant");
    show.add_option("--to", wanted.to, "last day or instant");
    show.add_option("--last", wanted.last, "only the newest N");
    auto* json = show.add_flag("--json", wanted.json, "the records as they are stored");
    show.add_flag("--all", wanted.all, "with the rules that a record only counts, found by replay")
        ->excludes(json);
    show.add_option("--store", wanted.store,
                    "for --all: folder of the rules and settings (content.store)");
}

void addIndex(CLI::App& options, IndexArguments& index)
{
    options.add_option("--index", index.file,
                       "file of the search index (default: index.db beside the log)");
    options.add_flag("--rebuild", index.rebuild, "read the whole log anew");
}

void addQuery(CLI::App& audit, Parsing& parsing)
{
    auto [query, wanted] = addCommand<QueryArguments>(
        audit, parsing, "query", "find records: by time, patient, rule, card, client, user");
    query.footer("Everything that is given must hold; the newest 100 are shown.\n"
                 "Examples:\n"
                 "  twitch-cds audit query --from 2026-03-01 --to 2026-03-31 --rule EL-K-LOW\n"
                 "  twitch-cds audit query --patient - --fhir-server https://ehr.example.org/fhir\n"
                 "  twitch-cds audit query --answer overridden --client north-ehr --format csv");
    addWhere(query, wanted.where, parsing);
    query.add_option("--from", wanted.from, "first day or instant");
    query.add_option("--to", wanted.to, "last day or instant");
    query.add_option("--patient", wanted.patient,
                     "id of the patient as the EHR has it; - reads it from stdin, so that it stays "
                     "in no history");
    query.add_option(
        "--fhir-server", wanted.fhirServer,
        "base URL of the patient's FHIR server (default: every one that the log names)");
    query.add_option("--key", wanted.key,
                     "key file of the log (default: that of the configuration)");
    query.add_option("--tenant", wanted.tenant, "tenant of the log, with --key");
    query.add_option("--rule", wanted.rule, "decisions in which this rule fired, or --outcome");
    query.add_option("--outcome", wanted.outcome, "what became of the rule, or of any rule")
        ->check(CLI::IsMember(
            {"fired", "not-met", "unknown", "suppressed", "silenced", "error", "any"}));
    query.add_option("--answer", wanted.answer, "decisions with a card answered so")
        ->check(CLI::IsMember({"accepted", "overridden"}));
    query.add_option("--card", wanted.card, "uuid of a card: its decision, and feedback on it");
    query.add_option("--decision", wanted.decision, "decision id, and what names it");
    query.add_option("--client", wanted.client, "name of the client");
    query.add_option("--user", wanted.user, "user as the record has it (Practitioner/u12)");
    query.add_option("--hook", wanted.hook, "patient-view, order-sign, ...");
    query.add_option("--service", wanted.service, "id of the service");
    query.add_option("--type", wanted.type, "decision, feedback, reject, config, access, ...");
    query.add_option("--limit", wanted.limit,
                     "only the newest N; 0 = all (default: 100 as text, else all)");
    query
        .add_option("--format", wanted.format,
                    "text, json, csv, or jsonl: the records as they are stored")
        ->check(CLI::IsMember({"text", "json", "csv", "jsonl"}));
    addIndex(query, wanted.index);
    addPostgres(query, wanted.postgres);
}

void addUnseal(CLI::App& audit, Parsing& parsing)
{
    auto [unseal, wanted] = addCommand<UnsealArguments>(
        audit, parsing, "unseal", "open what a record holds sealed (audit.level: full)");
    unseal.footer(
        "Examples:\n"
        "  twitch-cds audit unseal --decision 019cb32f-8e9e-70d8-98e0-985ecc7f6041 --key seal.key\n"
        "  twitch-cds audit unseal --seq 48211 --key seal.key --part request > request.json");
    addWhere(unseal, wanted.where, parsing);
    auto* decision = unseal.add_option("--decision", wanted.decision, "decision id");
    unseal.add_option("--seq", wanted.seq, "sequence number")->excludes(decision);
    unseal.add_option("--key", wanted.key, "file with the key of the seal")->required();
    unseal.add_option("--part", wanted.part,
                      "this part alone, byte by byte: request, answer, fetched/KEY, comment");
}

void addReport(CLI::App& audit, Parsing& parsing)
{
    auto [report, wanted] = addCommand<ReportArguments>(
        audit, parsing, "report", "count cards: fired, returned, accepted, overridden and why");
    report.footer("Examples:\n"
                  "  twitch-cds audit report --from 2026-01-01 --to 2026-03-31 --by week\n"
                  "  twitch-cds audit report --html report.html");
    addWhere(report, wanted.where, parsing);
    report.add_option("--from", wanted.from, "first day or instant of decisions");
    report.add_option("--to", wanted.to, "last day or instant of decisions");
    report.add_option("--by", wanted.by, "a line a rule, client, week or reason")
        ->check(CLI::IsMember({"rule", "client", "week", "reason"}));
    report.add_option("--format", wanted.format, "text, json (always all of it) or csv")
        ->check(CLI::IsMember({"text", "json", "csv"}));
    report.add_option("--html", wanted.html,
                      "write one page with pictures and every table to this file; - = stdout");
    addIndex(report, wanted.index);
    addPostgres(report, wanted.postgres);
}

void addForward(CLI::App& audit, Parsing& parsing)
{
    auto [forward, wanted] = addCommand<ForwardArguments>(
        audit, parsing, "forward", "copy records that a PostgreSQL lacks to it, and go on doing so");
    forward.footer(
        "Examples:\n"
        "  twitch-cds audit forward --config /etc/twitch-cds/twitch-cds.yaml --once\n"
        "  twitch-cds audit forward --directory copy --to \"host=db.example.org dbname=twitch_cds "
        "user=cds_1\" --password-file db.password --once");
    addWhere(forward, wanted.where, parsing);
    forward.add_option("--to", wanted.to,
                       "connection string without password; default: audit.postgres.connection");
    forward.add_option("--password-file", wanted.passwordFile, "file with the password, mode 0600");
    forward.add_flag("--once", wanted.once, "end when everything has arrived");
}

void addAuditExport(CLI::App& audit, Parsing& parsing)
{
    auto [exported, wanted] = addCommand<AuditExportArguments>(
        audit, parsing, "export", "write decisions as FHIR R4 resources, for other systems");
    exported.footer("Examples:\n"
                    "  twitch-cds audit export --decision 019cb32f-8e9e-70d8-98e0-985ecc7f6041 "
                    "--format bundle\n"
                    "  twitch-cds audit export --from 2026-03-01 --to 2026-03-31 --as auditevent "
                    "--out march.ndjson");
    addWhere(exported, wanted.where, parsing);
    exported.add_option("--decision", wanted.decision, "decision id (X-Decision-Id)");
    exported.add_option("--from", wanted.from, "first day or instant");
    exported.add_option("--to", wanted.to, "last day or instant");
    exported.add_option("--as", wanted.as, "auditevent, guidanceresponse, detectedissue or all")
        ->capture_default_str()
        ->check(CLI::IsMember({"auditevent", "guidanceresponse", "detectedissue", "all"}));
    exported
        .add_option("--format", wanted.format,
                    "ndjson: a resource a line; bundle: transactions, one a line")
        ->capture_default_str()
        ->check(CLI::IsMember({"ndjson", "bundle"}));
    exported.add_option("--base", wanted.base, "what canonical URLs begin with")
        ->capture_default_str();
    exported.add_option("--out", wanted.out, "file to write; - is standard output")
        ->capture_default_str();
}

void addFetch(CLI::App& audit, Parsing& parsing)
{
    auto [fetch, wanted] = addCommand<FetchArguments>(
        audit, parsing, "fetch", "write the log of a node from a PostgreSQL into files again");
    fetch.footer("Example: twitch-cds audit fetch --postgres \"host=db.example.org "
                 "dbname=twitch_cds user=auditor\" --node cds-1 --directory copy");
    addPostgres(fetch, wanted.postgres);
    fetch.get_option("--postgres")->required();
    fetch.add_option("--node", wanted.node, "whose log; default: the only one");
    fetch.add_option("--tenant", wanted.tenant, "of which tenant, with --node");
    fetch.add_option("--directory", wanted.directory, "empty folder for the files")->required();
}

} // namespace

void addAuditCommands(CLI::App& app, Parsing& parsing)
{
    auto* audit = app.add_subcommand("audit", "check and read the decision log");
    audit->require_subcommand(1);
    addVerify(*audit, parsing);
    addProve(*audit, parsing);
    addConsistency(*audit, parsing);
    addVerifyProof(*audit, parsing);
    addCheckpointKey(*audit, parsing);
    addShow(*audit, parsing);
    addQuery(*audit, parsing);
    addUnseal(*audit, parsing);
    addReport(*audit, parsing);
    addForward(*audit, parsing);
    addAuditExport(*audit, parsing);
    addFetch(*audit, parsing);
}

} // namespace tcds::cli
