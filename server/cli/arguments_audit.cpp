#include "server/cli/argument_groups.hpp"

namespace tcds::cli {

namespace {

/// Which log: the folder, or the configuration that names it.
void addWhere(CLI::App& options, VerifyArguments& where, Parsing& parsing)
{
    options.add_option("--directory", where.directory, "folder of the log");
    addConfig(options, where.config, parsing);
}

void addVerify(CLI::App& audit, Parsing& parsing)
{
    auto [verify, wanted] = addCommand<VerifyArguments>(
        audit, parsing, "verify", "check that no record was changed, lost or added");
    verify.footer("Example: twitch-cds audit verify --directory /var/lib/twitch-cds/audit");
    addWhere(verify, wanted, parsing);
}

void addShow(CLI::App& audit, Parsing& parsing)
{
    auto [show, wanted] =
        addCommand<ShowArguments>(audit, parsing, "show", "print records for people");
    show.footer("Examples:\n"
                "  twitch-cds audit show --last 1\n"
                "  twitch-cds audit show --from 2026-03-03 --to 2026-03-03 --rule EL-MG-LOW");
    addWhere(show, wanted.where, parsing);
    show.add_option("--seq", wanted.seq, "sequence number");
    show.add_option("--decision", wanted.decision, "decision id (X-Decision-Id)");
    show.add_option("--card", wanted.card, "uuid of a card");
    show.add_option("--rule", wanted.rule, "decisions in which this rule fired");
    show.add_option("--type", wanted.type, "decision, feedback, reject, config, start, stop or checkpoint");
    show.add_option("--from", wanted.from, "first day or instant");
    show.add_option("--to", wanted.to, "last day or instant");
    show.add_option("--last", wanted.last, "only the newest N");
    show.add_flag("--json", wanted.json, "the records as they are stored");
}

void addReport(CLI::App& audit, Parsing& parsing)
{
    auto [report, wanted] = addCommand<ReportArguments>(
        audit, parsing, "report", "count per rule: fired, returned, accepted, overridden and why");
    report.footer(
        "Example: twitch-cds audit report --from 2026-01-01 --to 2026-03-31 --format csv");
    addWhere(report, wanted.where, parsing);
    report.add_option("--from", wanted.from, "first day or instant of decisions");
    report.add_option("--to", wanted.to, "last day or instant of decisions");
    report.add_option("--format", wanted.format, "text, json or csv")
        ->check(CLI::IsMember({"text", "json", "csv"}));
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

} // namespace

void addAuditCommands(CLI::App& app, Parsing& parsing)
{
    auto* audit = app.add_subcommand("audit", "check and read the decision log");
    audit->require_subcommand(1);
    addVerify(*audit, parsing);
    addShow(*audit, parsing);
    addReport(*audit, parsing);
    addForward(*audit, parsing);
}

} // namespace tcds::cli
