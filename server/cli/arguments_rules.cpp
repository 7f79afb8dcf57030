#include "server/cli/argument_groups.hpp"

namespace tcds::cli {

namespace {

constexpr char const* kFolder = "rules folder, or a hospital's own folder; default: ./rules";

LintFormat lintFormatOf(std::string const& text)
{
    return text == "json"    ? LintFormat::Json
           : text == "sarif" ? LintFormat::Sarif
                             : LintFormat::Text;
}

void addLint(CLI::App& rules, Parsing& parsing)
{
    auto [lint, wanted] =
        addCommand<LintArguments>(rules, parsing, "lint", "report every fault of a rules folder");
    lint.footer("Example: twitch-cds rules lint rules/");
    lint.add_option("folder", wanted.folder, kFolder);
    lint.add_option_function<std::string>(
            "--format", [&to = wanted.format](std::string const& text) { to = lintFormatOf(text); },
            "text, json or sarif")
        ->check(CLI::IsMember({"text", "json", "sarif"}));
    lint.add_option_function<std::string>(
            "--prefetch",
            [&all = wanted.optionalPrefetch](std::string const& text) { all = text == "all"; },
            "all: with every optional key; default: what is advertised without `extra`")
        ->check(CLI::IsMember({"all", "default"}))
        ->default_str("all");
}

void addTest(CLI::App& rules, Parsing& parsing)
{
    auto [test, wanted] =
        addCommand<TestArguments>(rules, parsing, "test", "run the test cases of the rules");
    test.footer("Example: twitch-cds rules test rules/ --rule EL-K-LOW --trace");
    test.add_option("folder", wanted.folder, kFolder);
    test.add_option("--rule", wanted.rule, "only the cases of this rule");
    test.add_option("--junit", wanted.junit, "write the result as JUnit XML");
    test.add_flag("--trace", wanted.trace, "print the clauses of every failed case");
    test.add_flag(
        "--mutate", wanted.mutate,
        "then change the rules, one small thing at a time, and list what no case notices");
}

void addCoverage(CLI::App& rules, Parsing& parsing)
{
    auto [coverage, wanted] = addCommand<CoverageArguments>(
        rules, parsing, "coverage", "list what of the active rules no test case shows");
    coverage.footer("Example: twitch-cds rules coverage rules/ --rule EL-K-LOW --min 100");
    coverage.add_option("folder", wanted.folder, kFolder);
    coverage.add_option("--rule", wanted.rule, "only this rule and what it shares");
    coverage.add_option("--min", wanted.least, "exit 1 below so many percent")
        ->check(CLI::Range(0, 100));
    addFormat(coverage, wanted.json);
}

void addExplain(CLI::App& rules, Parsing& parsing)
{
    auto [explain, wanted] = addCommand<ExplainArguments>(
        rules, parsing, "explain", "why a rule fired, or not, for one request");
    explain.footer("Example: twitch-cds rules explain request.json EL-K-LOW");
    explain.add_option("request", wanted.request, "hook request (JSON file, - = stdin)")
        ->required();
    explain.add_option("rule", wanted.rule, "id of the rule")->required();
    explain.add_option("--now", wanted.now, "time of the call");
    explain.add_option("--rules", wanted.folder,
                       "rules folder, a hospital's own folder or a bundle file; default: the "
                       "rules of --config, else the embedded pack");
    addConfig(explain, wanted.config, parsing);
}

void addDiff(CLI::App& rules, Parsing& parsing)
{
    auto [diff, wanted] = addCommand<DiffArguments>(
        rules, parsing, "diff", "what differs between two packs, in clinical words");
    diff.footer("Exit code 0: the same, 1: they differ.\n"
                "Examples:\n"
                "  twitch-cds rules diff built-in hospital/\n"
                "  twitch-cds rules diff old/rules rules --format markdown");
    diff.add_option("old", wanted.before,
                    "rules folder, a hospital's own folder, or the word built-in")
        ->required();
    diff.add_option("new", wanted.after, "the same")->required();
    diff.add_option("--format", wanted.format, "text, json or markdown")
        ->check(CLI::IsMember({"text", "json", "markdown"}))
        ->capture_default_str();
}

void addBuild(CLI::App& rules, Parsing& parsing)
{
    auto [build, wanted] = addCommand<BuildArguments>(
        rules, parsing, "build",
        "write a rules folder as one bundle file; refused when lint or a test case fails");
    build.footer("Example: twitch-cds rules build rules/ --out site-rules.json --key board.key\n"
                 "A key: openssl genpkey -algorithm ed25519 -out board.key\n"
                 "       openssl pkey -in board.key -pubout -out board.pem");
    build.add_option("folder", wanted.folder, "rules folder; default: ./rules");
    build.add_option("--out", wanted.out, "the bundle; its signature goes to FILE.sig")->required();
    build.add_option("--key", wanted.key, "private Ed25519 key (PEM, mode 600) to sign with");
    build.add_option("--since", wanted.since,
                     "bundle in use: a rule that differs must have another version");
}

void addVerify(CLI::App& rules, Parsing& parsing)
{
    auto [verify, wanted] = addCommand<VerifyBundleArguments>(
        rules, parsing, "verify",
        "look at a bundle as a service would: digests, signature, lint, test cases");
    verify.footer("Example: twitch-cds rules verify site-rules.json --key board.pem");
    verify.add_option("file", wanted.file, "bundle file")->required();
    verify.add_option("--key", wanted.keys, "public key (PEM) that is trusted; may be repeated");
}

void addExport(CLI::App& rules, Parsing& parsing)
{
    auto [exported, wanted] = addCommand<ExportArguments>(
        rules, parsing, "export",
        "write the rules as FHIR R4 resources and CQL, for other engines");
    exported.footer(
        "Examples:\n"
        "  twitch-cds rules export --fhir out\n"
        "  twitch-cds rules export --fhir out --base https://hospital.example.org/fhir rules/");
    exported.add_option("folder", wanted.folder, "rules folder; default: ./rules");
    exported.add_option("--fhir", wanted.directory, "folder to write to")->required();
    exported.add_option("--base", wanted.base, "what canonical URLs begin with")
        ->capture_default_str();
    exported.add_option("--cases", wanted.cases,
                        "file for the test cases: facts, parameters and the outcome of each rule");
}

void addDoc(CLI::App& rules, Parsing& parsing)
{
    auto [doc, wanted] = addCommand<DocArguments>(
        rules, parsing, "doc", "write the rule book: every rule in plain English");
    doc.footer("Examples:\n"
               "  twitch-cds rules doc rules/ --out rule-book.html\n"
               "  twitch-cds rules doc rules/ --markdown rule-book.md\n"
               "  twitch-cds rules doc rules/ --markdown FOLDER      (a file for each rule)");
    doc.add_option("folder", wanted.folder, "rules folder; default: ./rules");
    doc.add_option("--out", wanted.out,
                   "the HTML page, one file that needs nothing else; - = stdout");
    doc.add_option("--markdown", wanted.markdown, "a file that ends in .md, or a folder");
}

} // namespace

void addRuleCommands(CLI::App& app, Parsing& parsing)
{
    auto* rules = app.add_subcommand("rules", "check, test and explain the rules");
    rules->require_subcommand(1);
    addLint(*rules, parsing);
    addTest(*rules, parsing);
    addCoverage(*rules, parsing);
    addExplain(*rules, parsing);
    addDiff(*rules, parsing);
    addBuild(*rules, parsing);
    addVerify(*rules, parsing);
    addExport(*rules, parsing);
    addDoc(*rules, parsing);
}

} // namespace tcds::cli
