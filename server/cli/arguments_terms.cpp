#include "server/cli/argument_groups.hpp"

namespace tcds::cli {

namespace {

void addLookup(CLI::App& terms, Parsing& parsing)
{
    auto [lookup, wanted] = addCommand<LookupArguments>(
        terms, parsing, "lookup", "explain a code or a drug name and where it is used");
    lookup.footer(
        "Examples:\n  twitch-cds terms lookup 2823-3\n  twitch-cds terms lookup Lasix 40 mg");
    lookup.add_option("words", wanted.words, "code or name")->required();
    lookup.add_option("--rules", wanted.folder,
                      "rules folder, a hospital's own folder or a bundle file; default: the "
                      "embedded pack");
}

void addImport(CLI::App& terms, Parsing& parsing)
{
    auto [import, wanted] = addCommand<ImportArguments>(
        terms, parsing, "import-rxnorm", "take products and salts from an RxNorm release");
    import.footer("Examples:\n"
                  "  twitch-cds terms import-rxnorm RxNorm_full --rules rules/ --dry-run\n"
                  "  twitch-cds terms import-rxnorm RxNorm_full --out new-tables/");
    import.add_option("release", wanted.release, "folder of the unpacked release (RRF files)")
        ->required();
    import.add_option("--rules", wanted.rules,
                      "rules folder whose tables are renewed; default: read the embedded pack");
    import.add_option("--out", wanted.out, "folder that gets the tables instead");
    import.add_flag("--dry-run", wanted.dryRun, "only report, write nothing");
    addFormat(import, wanted.json);
}

void addDiff(CLI::App& terms, Parsing& parsing)
{
    auto [diff, wanted] = addCommand<TermsDiffArguments>(
        terms, parsing, "diff", "what differs in drug classes and value sets");
    diff.footer("Example: twitch-cds terms diff built-in rules/");
    diff.add_option("old", wanted.before, "rules folder, folder of tables, or built-in")
        ->required();
    diff.add_option("new", wanted.after, "the same, to compare with")->required();
    addFormat(diff, wanted.json);
}

} // namespace

void addTermsCommands(CLI::App& app, Parsing& parsing)
{
    auto* terms = app.add_subcommand("terms", "how codes and drug names are understood");
    terms->require_subcommand(1);
    addLookup(*terms, parsing);
    addImport(*terms, parsing);
    addDiff(*terms, parsing);
}

} // namespace tcds::cli
