#include "server/cli/arguments.hpp"

#include "server/app/version.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace tcds::cli {

namespace {

/// Everything that CLI11 writes into, for as long as the parser lives.
struct Store {
    std::string mode, listen;
    ServeArguments serve;
    EvaluateArguments evaluate;
    LintArguments lint;
    TestArguments test;
    CoverageArguments coverage;
    ExplainArguments explain;
    BuildArguments build;
    VerifyBundleArguments verifyBundle;
    DiffArguments diff;
    ExportArguments exported;
    DocArguments doc;
    VerifyArguments verify;
    ShowArguments show;
    ReportArguments report;
    ConfigArguments config;
    PrefetchArguments prefetch;
    LookupArguments lookup;
    ImportArguments import;
    TermsDiffArguments termsDiff;
    DoctorArguments doctor;
    std::string output = "cards", format = "text", prefetched = "all";
};

std::vector<std::pair<std::string, std::string>> flagsOf(Store const& store)
{
    std::vector<std::pair<std::string, std::string>> flags;
    if (!store.mode.empty()) flags.emplace_back("mode", store.mode);
    if (!store.listen.empty()) flags.emplace_back("listen", store.listen);
    return flags;
}

void addConfig(CLI::App& command, std::string& config, Store& store, bool withListen = false)
{
    command.add_option("--config", config, "configuration file (YAML)");
    command.add_option("--mode", store.mode, "production, sandbox or dev");
    if (withListen) command.add_option("--listen", store.listen, "ADDRESS:PORT");
}

CLI::App* addServe(CLI::App& app, Store& store)
{
    auto* serve = app.add_subcommand("serve", "answer CDS Hooks calls");
    serve->footer("Example: twitch-cds serve --mode sandbox --listen 127.0.0.1:8080");
    addConfig(*serve, store.serve.config, store, true);
    return serve;
}

CLI::App* addEvaluate(CLI::App& app, Store& store)
{
    auto* evaluate =
        app.add_subcommand("evaluate", "show what a call would be answered; writes no record");
    evaluate->footer(
        "Examples:\n"
        "  twitch-cds evaluate request.json --output text\n"
        "  twitch-cds evaluate --bundle chart.json --hook patient-view --complaint R25.3 "
        "--output text");
    evaluate->add_option("requests", store.evaluate.requests,
                         "hook requests (JSON files, - = stdin)");
    evaluate->add_option("--bundle", store.evaluate.bundle,
                         "a patient Bundle to make the request from");
    evaluate->add_option("--hook", store.evaluate.hook, "hook of that request")
        ->capture_default_str();
    evaluate->add_option("--complaint", store.evaluate.complaint,
                         "code or text that is added as a complaint of today");
    evaluate->add_option("--now", store.evaluate.now,
                         "time of the call, such as 2026-01-31T08:00:00Z");
    evaluate->add_option("--output", store.output, "cards, findings, trace or text")
        ->check(CLI::IsMember({"cards", "findings", "trace", "text"}))
        ->capture_default_str();
    evaluate->add_flag("--allow-critical", store.evaluate.allowCritical,
                       "do not cap the indicator at warning");
    addConfig(*evaluate, store.evaluate.config, store);
    return evaluate;
}

CLI::App* addExport(CLI::App& rules, Store& store)
{
    auto& wanted = store.exported;
    auto* exported = rules.add_subcommand(
        "export", "write the rules as FHIR R4 resources and CQL, for other engines");
    exported->footer(
        "Examples:\n"
        "  twitch-cds rules export --fhir out\n"
        "  twitch-cds rules export --fhir out --base https://hospital.example.org/fhir rules/");
    exported->add_option("folder", wanted.folder, "rules folder; default: ./rules");
    exported->add_option("--fhir", wanted.directory, "folder to write to")->required();
    exported->add_option("--base", wanted.base, "what canonical URLs begin with")
        ->capture_default_str();
    exported->add_option("--cases", wanted.cases,
                         "file for the test cases: facts, parameters and the outcome of each rule");
    return exported;
}

CLI::App* addDoc(CLI::App& rules, Store& store)
{
    auto* doc = rules.add_subcommand("doc", "write the rule book: every rule in plain English");
    doc->footer("Examples:\n"
                "  twitch-cds rules doc rules/ --out rule-book.html\n"
                "  twitch-cds rules doc rules/ --markdown rule-book.md\n"
                "  twitch-cds rules doc rules/ --markdown FOLDER      (a file for each rule)");
    doc->add_option("folder", store.doc.folder, "rules folder; default: ./rules");
    doc->add_option("--out", store.doc.out,
                    "the HTML page, one file that needs nothing else; - = stdout");
    doc->add_option("--markdown", store.doc.markdown, "a file that ends in .md, or a folder");
    return doc;
}

struct RulesCommands {
    CLI::App *lint, *test, *coverage, *explain, *diff, *build, *verify, *exported, *doc;
};

CLI::App* addBuild(CLI::App& rules, Store& store)
{
    auto* build = rules.add_subcommand(
        "build", "write a rules folder as one bundle file; refused when lint or a test case fails");
    build->footer("Example: twitch-cds rules build rules/ --out site-rules.json --key board.key\n"
                  "A key: openssl genpkey -algorithm ed25519 -out board.key\n"
                  "       openssl pkey -in board.key -pubout -out board.pem");
    build->add_option("folder", store.build.folder, "rules folder; default: ./rules");
    build->add_option("--out", store.build.out, "the bundle; its signature goes to FILE.sig")
        ->required();
    build->add_option("--key", store.build.key, "private Ed25519 key (PEM, mode 600) to sign with");
    build->add_option("--since", store.build.since,
                      "bundle in use: a rule that differs must have another version");
    return build;
}

CLI::App* addVerifyBundle(CLI::App& rules, Store& store)
{
    auto* verify = rules.add_subcommand(
        "verify", "look at a bundle as a service would: digests, signature, lint, test cases");
    verify->footer("Example: twitch-cds rules verify site-rules.json --key board.pem");
    verify->add_option("file", store.verifyBundle.file, "bundle file")->required();
    verify->add_option("--key", store.verifyBundle.keys,
                       "public key (PEM) that is trusted; may be repeated");
    return verify;
}

CLI::App* addDiff(CLI::App& rules, Store& store)
{
    auto* diff = rules.add_subcommand("diff", "what differs between two packs, in clinical words");
    diff->footer("Exit code 0: the same, 1: they differ.\n"
                 "Examples:\n"
                 "  twitch-cds rules diff built-in hospital/\n"
                 "  twitch-cds rules diff old/rules rules --format markdown");
    diff->add_option("old", store.diff.before,
                     "rules folder, a hospital's own folder, or the word built-in")
        ->required();
    diff->add_option("new", store.diff.after, "the same")->required();
    diff->add_option("--format", store.diff.format, "text, json or markdown")
        ->check(CLI::IsMember({"text", "json", "markdown"}))
        ->capture_default_str();
    return diff;
}

RulesCommands addRules(CLI::App& app, Store& store)
{
    auto* rules = app.add_subcommand("rules", "check, test and explain the rules");
    rules->require_subcommand(1);
    auto* lint = rules->add_subcommand("lint", "report every fault of a rules folder");
    lint->footer("Example: twitch-cds rules lint rules/");
    lint->add_option("folder", store.lint.folder,
                     "rules folder, or a hospital's own folder; default: ./rules");
    lint->add_option("--format", store.format, "text, json or sarif")
        ->check(CLI::IsMember({"text", "json", "sarif"}));
    lint->add_option("--prefetch", store.prefetched,
                     "all: with every optional key; default: what is advertised without `extra`")
        ->check(CLI::IsMember({"all", "default"}))
        ->capture_default_str();

    auto* test = rules->add_subcommand("test", "run the test cases of the rules");
    test->footer("Example: twitch-cds rules test rules/ --rule EL-K-LOW --trace");
    test->add_option("folder", store.test.folder,
                     "rules folder, or a hospital's own folder; default: ./rules");
    test->add_option("--rule", store.test.rule, "only the cases of this rule");
    test->add_option("--junit", store.test.junit, "write the result as JUnit XML");
    test->add_flag("--trace", store.test.trace, "print the clauses of every failed case");
    test->add_flag(
        "--mutate", store.test.mutate,
        "then change the rules, one small thing at a time, and list what no case notices");

    auto* coverage =
        rules->add_subcommand("coverage", "list what of the active rules no test case shows");
    coverage->footer("Example: twitch-cds rules coverage rules/ --rule EL-K-LOW --min 100");
    coverage->add_option("folder", store.coverage.folder,
                         "rules folder, or a hospital's own folder; default: ./rules");
    coverage->add_option("--rule", store.coverage.rule, "only this rule and what it shares");
    coverage->add_option("--min", store.coverage.least, "exit 1 below so many percent")
        ->check(CLI::Range(0, 100));
    coverage->add_option("--format", store.format, "text or json")
        ->check(CLI::IsMember({"text", "json"}));

    auto* explain = rules->add_subcommand("explain", "why a rule fired, or not, for one request");
    explain->footer("Example: twitch-cds rules explain request.json EL-K-LOW");
    explain->add_option("request", store.explain.request, "hook request (JSON file, - = stdin)")
        ->required();
    explain->add_option("rule", store.explain.rule, "id of the rule")->required();
    explain->add_option("--now", store.explain.now, "time of the call");
    explain->add_option("--rules", store.explain.folder,
                        "rules folder, a hospital's own folder or a bundle file; default: the "
                        "rules of --config, else the embedded pack");
    addConfig(*explain, store.explain.config, store);
    return {lint,
            test,
            coverage,
            explain,
            addDiff(*rules, store),
            addBuild(*rules, store),
            addVerifyBundle(*rules, store),
            addExport(*rules, store),
            addDoc(*rules, store)};
}

struct AuditCommands {
    CLI::App *verify, *show, *report;
};

CLI::App* addReport(CLI::App& audit, Store& store)
{
    auto* report = audit.add_subcommand(
        "report", "count per rule: fired, returned, accepted, overridden and why");
    report->footer(
        "Example: twitch-cds audit report --from 2026-01-01 --to 2026-03-31 --format csv");
    report->add_option("--directory", store.report.where.directory, "folder of the log");
    report->add_option("--from", store.report.from, "first day or instant of decisions");
    report->add_option("--to", store.report.to, "last day or instant of decisions");
    report->add_option("--format", store.report.format, "text, json or csv")
        ->check(CLI::IsMember({"text", "json", "csv"}));
    addConfig(*report, store.report.where.config, store);
    return report;
}

AuditCommands addAudit(CLI::App& app, Store& store)
{
    auto* audit = app.add_subcommand("audit", "check and read the decision log");
    audit->require_subcommand(1);
    auto* verify =
        audit->add_subcommand("verify", "check that no record was changed, lost or added");
    verify->footer("Example: twitch-cds audit verify --directory /var/lib/twitch-cds/audit");
    verify->add_option("--directory", store.verify.directory, "folder of the log");
    addConfig(*verify, store.verify.config, store);

    auto* show = audit->add_subcommand("show", "print records for people");
    show->footer("Examples:\n"
                 "  twitch-cds audit show --last 1\n"
                 "  twitch-cds audit show --from 2026-03-03 --to 2026-03-03 --rule EL-MG-LOW");
    auto& wanted = store.show;
    show->add_option("--directory", wanted.where.directory, "folder of the log");
    show->add_option("--seq", wanted.seq, "sequence number");
    show->add_option("--decision", wanted.decision, "decision id (X-Decision-Id)");
    show->add_option("--card", wanted.card, "uuid of a card");
    show->add_option("--rule", wanted.rule, "decisions in which this rule fired");
    show->add_option("--type", wanted.type, "decision, feedback, reject, config, start or stop");
    show->add_option("--from", wanted.from, "first day or instant");
    show->add_option("--to", wanted.to, "last day or instant");
    show->add_option("--last", wanted.last, "only the newest N");
    show->add_flag("--json", wanted.json, "the records as they are stored");
    addConfig(*show, wanted.where.config, store);
    return {verify, show, addReport(*audit, store)};
}

struct ConfigCommands {
    CLI::App *check, *show, *explain, *prefetch;
};

CLI::App* addPrefetch(CLI::App& config, Store& store)
{
    auto& wanted = store.prefetch;
    auto* prefetch =
        config.add_subcommand("prefetch", "print the queries that an analyst types into the EHR");
    prefetch->footer("Examples:\n"
                     "  twitch-cds config prefetch --profile uscore\n"
                     "  twitch-cds config prefetch --config twitch-cds.yaml --client NAME "
                     "--format json");
    auto* client = prefetch->add_option("--client", wanted.client, "name of a client entry");
    prefetch->add_option("--profile", wanted.profile, "default, uscore or context")
        ->check(CLI::IsMember({"default", "uscore", "context"}))
        ->excludes(client)
        ->capture_default_str();
    prefetch->add_option("--format", wanted.format, "json, table or curl")
        ->check(CLI::IsMember({"json", "table", "curl"}))
        ->capture_default_str();
    addConfig(*prefetch, wanted.config, store);
    return prefetch;
}

ConfigCommands addConfigCommands(CLI::App& app, Store& store)
{
    auto* config = app.add_subcommand("config", "check and show the configuration");
    config->require_subcommand(1);
    auto* check = config->add_subcommand("check", "report every fault of the configuration");
    check->footer("Example: twitch-cds config check --config twitch-cds.yaml");
    auto* show = config->add_subcommand("show", "print every setting and where it comes from");
    show->footer("Example: twitch-cds config show --mode sandbox");
    auto* explain = config->add_subcommand("explain", "what a key does, and what is in force");
    explain->footer("Examples:\n"
                    "  twitch-cds config explain audit.fsync\n"
                    "  twitch-cds config explain clients.jku --config twitch-cds.yaml");
    explain->add_option("key", store.config.key, "a key, a section of keys, or clients.MEMBER")
        ->required();
    for (auto* command : {check, show, explain})
        addConfig(*command, store.config.config, store, true);
    return {check, show, explain, addPrefetch(*config, store)};
}

struct TermsCommands {
    CLI::App *lookup, *import, *diff;
};

TermsCommands addTerms(CLI::App& app, Store& store)
{
    auto* terms = app.add_subcommand("terms", "how codes and drug names are understood");
    terms->require_subcommand(1);
    auto* lookup =
        terms->add_subcommand("lookup", "explain a code or a drug name and where it is used");
    lookup->footer(
        "Examples:\n  twitch-cds terms lookup 2823-3\n  twitch-cds terms lookup Lasix 40 mg");
    lookup->add_option("words", store.lookup.words, "code or name")->required();
    lookup->add_option("--rules", store.lookup.folder,
                       "rules folder, a hospital's own folder or a bundle file; default: the "
                       "embedded pack");

    auto* import =
        terms->add_subcommand("import-rxnorm", "take products and salts from an RxNorm release");
    import->footer("Examples:\n"
                   "  twitch-cds terms import-rxnorm RxNorm_full --rules rules/ --dry-run\n"
                   "  twitch-cds terms import-rxnorm RxNorm_full --out new-tables/");
    auto& wanted = store.import;
    import->add_option("release", wanted.release, "folder of the unpacked release (RRF files)")
        ->required();
    import->add_option("--rules", wanted.rules,
                       "rules folder whose tables are renewed; default: read the embedded pack");
    import->add_option("--out", wanted.out, "folder that gets the tables instead");
    import->add_flag("--dry-run", wanted.dryRun, "only report, write nothing");
    import->add_option("--format", store.format, "text or json")
        ->check(CLI::IsMember({"text", "json"}));

    auto* diff = terms->add_subcommand("diff", "what differs in drug classes and value sets");
    diff->footer("Example: twitch-cds terms diff built-in rules/");
    diff->add_option("old", store.termsDiff.before, "rules folder, folder of tables, or built-in")
        ->required();
    diff->add_option("new", store.termsDiff.after, "the same, to compare with")->required();
    diff->add_option("--format", store.format, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
    return {lookup, import, diff};
}

CLI::App* addDoctor(CLI::App& app, Store& store)
{
    auto& wanted = store.doctor;
    auto* doctor = app.add_subcommand(
        "doctor", "check the connection to an EHR and say what to change; writes nothing");
    doctor->footer("Exit code 0: no problem, 1: a problem was found.\n"
                   "Examples:\n"
                   "  twitch-cds doctor --config twitch-cds.yaml\n"
                   "  twitch-cds doctor --config twitch-cds.yaml --client NAME --patient ID "
                   "--token-file FILE");
    addConfig(*doctor, wanted.config, store);
    doctor->add_option("--client", wanted.client, "name of a client entry; default: all");
    doctor->add_option("--fhir-server", wanted.fhirServer,
                       "only this base of the entry; default: all");
    doctor->add_option("--patient", wanted.patient,
                       "id of a test patient, to try every prefetch query");
    doctor->add_option("--encounter", wanted.encounter, "id of a visit of that patient")
        ->needs("--patient");
    doctor->add_option("--token-file", wanted.tokenFile,
                       "file (mode 600) with an access token of the FHIR server; never printed");
    doctor->add_option("--format", store.format, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
    return doctor;
}

Output outputOf(std::string const& text)
{
    if (text == "findings") return Output::Findings;
    if (text == "trace") return Output::Trace;
    if (text == "text") return Output::Text;
    return Output::Cards;
}

} // namespace

std::variant<Command, int> parseArguments(int argc, char const* const* argv)
{
    Store store;
    CLI::App app{"twitch-cds: notes which medicine or electrolyte may explain muscle twitching.",
                 "twitch-cds"};
    app.set_version_flag("--version", std::string{kVersion} + " (" + std::string{kCommit} + ")");
    app.require_subcommand(1);
    auto* serve = addServe(app, store);
    auto* evaluate = addEvaluate(app, store);
    auto const rules = addRules(app, store);
    auto const audit = addAudit(app, store);
    auto const config = addConfigCommands(app, store);
    auto const terms = addTerms(app, store);
    auto* doctor = addDoctor(app, store);

    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        auto const code = app.exit(error);
        return code == 0 ? Exit::kDone : Exit::kUsage;
    }

    auto const flags = flagsOf(store);
    if (serve->parsed()) {
        store.serve.flags = flags;
        return Command{store.serve};
    }
    if (evaluate->parsed()) {
        store.evaluate.flags = flags;
        store.evaluate.output = outputOf(store.output);
        store.evaluate.clinicalDefaultsOfMode = !flags.empty() || !store.evaluate.config.empty();
        return Command{store.evaluate};
    }
    if (rules.lint->parsed()) {
        store.lint.optionalPrefetch = store.prefetched == "all";
        store.lint.format = store.format == "json"    ? LintFormat::Json
                            : store.format == "sarif" ? LintFormat::Sarif
                                                      : LintFormat::Text;
        return Command{store.lint};
    }
    if (rules.test->parsed()) return Command{store.test};
    if (rules.coverage->parsed()) {
        store.coverage.json = store.format == "json";
        return Command{store.coverage};
    }
    if (rules.explain->parsed()) {
        store.explain.flags = flags;
        return Command{store.explain};
    }
    if (rules.build->parsed()) return Command{store.build};
    if (rules.verify->parsed()) return Command{store.verifyBundle};
    if (rules.diff->parsed()) return Command{store.diff};
    if (rules.exported->parsed()) return Command{store.exported};
    if (rules.doc->parsed()) return Command{store.doc};
    if (audit.verify->parsed()) {
        store.verify.flags = flags;
        return Command{store.verify};
    }
    if (audit.show->parsed()) {
        store.show.where.flags = flags;
        return Command{store.show};
    }
    if (audit.report->parsed()) {
        store.report.where.flags = flags;
        return Command{store.report};
    }
    if (terms.lookup->parsed()) return Command{store.lookup};
    if (terms.import->parsed()) {
        store.import.json = store.format == "json";
        return Command{store.import};
    }
    if (terms.diff->parsed()) {
        store.termsDiff.json = store.format == "json";
        return Command{store.termsDiff};
    }
    if (doctor->parsed()) {
        store.doctor.flags = flags;
        store.doctor.json = store.format == "json";
        return Command{store.doctor};
    }
    if (config.prefetch->parsed()) {
        store.prefetch.flags = flags;
        return Command{store.prefetch};
    }
    store.config.flags = flags;
    if (config.show->parsed()) store.config.what = ConfigArguments::What::Show;
    if (config.explain->parsed()) store.config.what = ConfigArguments::What::Explain;
    return Command{store.config};
}

} // namespace tcds::cli
