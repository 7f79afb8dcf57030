#include "fhir/upkeep/class_report.hpp"
#include "fhir/upkeep/table_files.hpp"
#include "fhir/upkeep/update.hpp"
#include "rules/load/compile.hpp"
#include "rules/load/lint.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/terms_content.hpp"

#include <unistd.h>

#include <filesystem>
#include <iostream>

namespace tcds::cli {

namespace {

using Rules = std::shared_ptr<rules::RuleSet const>;

/// Content and the rule set of it; errors go to stderr, then there is no rule set.
struct Compiled {
    TermsContent source;
    Rules rules;
};

Compiled compiledFrom(std::string const& named)
{
    Problems problems;
    Compiled compiled;
    auto source = termsContent(named, problems);
    if (!source) {
        complain(source.error());
        return compiled;
    }
    compiled.source = std::move(*source);
    compiled.rules = rules::compile(compiled.source.content, problems);
    if (!compiled.rules) complain(problems);
    return compiled;
}

/// The tables of a content that was compiled: without faults.
upkeep::DrugRows rowsOf(TermsContent const& source)
{
    Problems problems;
    auto const& tables = source.content.tables;
    return upkeep::readDrugRows(tables.ingredients, tables.products, problems);
}

/// Rules with other tables, as `rules lint` sees them; nothing when that finds an error.
Rules checked(TermsContent const& source)
{
    Problems problems;
    auto rules = rules::compile(source.content, problems);
    if (rules) rules::lint(source.content, *rules, {"", source.hasTests}, problems);
    if (!problems.hasErrors()) return rules;
    complain(problems);
    complain(Error{Error::Kind::Config, "terms",
                   "the new tables do not pass the checks; nothing was written",
                   "mend what is named above, or report the release"});
    return nullptr;
}

/// One line on a terminal, written over itself.
upkeep::Progress progressOnTerminal()
{
    if (isatty(STDERR_FILENO) != 1) return {};
    return [](std::string_view file, std::uint64_t done, std::uint64_t total) {
        constexpr std::uint64_t kMega = 1024U * 1024U;
        std::cerr << "\r\x1b[K" << file << ' ' << done / kMega << " of " << total / kMega << " MB"
                  << (done >= total ? "\n" : "") << std::flush;
    };
}

upkeep::ImportReport reportOf(upkeep::Release const& release, upkeep::Update const& update,
                              upkeep::TermsState const& old, terms::Terminology const& now)
{
    upkeep::ImportReport report;
    report.version = release.version;
    report.subset = !release.knowsHistory;
    report.products = update.rows.products.size();
    report.before = old.products.size();
    report.numbered = update.numbered;
    report.salts = update.salts;
    report.kept = update.kept;
    report.forAnimals = update.forAnimals;
    report.retired = upkeep::withClasses(update.retired, old);
    report.classes = upkeep::classChanges(old, {now, update.rows.products});
    return report;
}

bool print(upkeep::ImportReport const& report, bool json)
{
    if (json)
        std::cout << upkeep::toJson(report) << '\n';
    else
        upkeep::print(report, std::cout);
    return static_cast<bool>(std::cout.flush());
}

int refuse(Error const& error, int code)
{
    complain(error);
    return code;
}

/// Lays the release over the rows; dose forms are those of the tables.
Result<upkeep::Update> updated(upkeep::DrugRows rows, rules::Tables const& tables,
                               upkeep::Release const& release)
{
    Problems problems;
    terms::RouteTable forms;
    forms.load(tables.doseForms, "terms/dose_forms.tsv", "word", false, problems);
    if (problems.hasErrors()) return problems.asError();
    auto update = upkeep::update(std::move(rows), release, forms);
    if (update.rows.products.size() > update.kept) return update;
    return Error{Error::Kind::BadRequest, "RXNREL.RRF",
                 "the release holds no product with an ingredient of ours; nothing was written",
                 "name the folder of a complete RxNorm release"};
}

std::filesystem::path targetOf(ImportArguments const& arguments)
{
    return arguments.out.empty() ? std::filesystem::path{arguments.rules} / "terms"
                                 : std::filesystem::path{arguments.out};
}

} // namespace

int importRxnorm(ImportArguments const& arguments)
{
    if (arguments.rules.empty() && arguments.out.empty() && !arguments.dryRun)
        return refuse({Error::Kind::BadRequest, "terms import-rxnorm", "no folder to write to",
                       "add --rules FOLDER, --out FOLDER or --dry-run"},
                      Exit::kUsage);
    if (!arguments.rules.empty() && rules::isHospitalFolder(arguments.rules))
        return refuse({Error::Kind::BadRequest, arguments.rules,
                       "a hospital's own folder has no tables",
                       "copy the rules folder of the release and name that"},
                      Exit::kUsage);
    auto [source, old] = compiledFrom(arguments.rules);
    if (!old) return Exit::kConfiguration;
    auto const release = upkeep::readRelease(arguments.release, progressOnTerminal());
    if (!release) return refuse(release.error(), Exit::kBadInput);
    auto const rows = rowsOf(source);
    auto const update = updated(rows, source.content.tables, *release);
    if (!update) return refuse(update.error(), Exit::kBadInput);

    std::vector<upkeep::TableFile> files{
        {"ingredients.tsv", upkeep::ingredientsText(update->rows.ingredients)},
        {"products.tsv", upkeep::productsText(update->rows.products)}};
    for (auto const& file : files) (void)replaceTable(source.content, file.name, file.text);
    files.push_back({std::string{rules::kRetiredTable}, upkeep::retiredText(update->retired)});
    auto const now = checked(source);
    if (!now) return Exit::kBadInput;
    auto const report = reportOf(*release, *update, {*old->terms, rows.products}, *now->terms);
    if (!arguments.dryRun)
        if (auto const error = upkeep::replaceFiles(targetOf(arguments), files))
            return refuse(*error, Exit::kBadInput);
    return print(report, arguments.json) ? Exit::kDone : Exit::kInternal;
}

int termsDiff(TermsDiffArguments const& arguments)
{
    auto const before = compiledFrom(arguments.before);
    if (!before.rules) return Exit::kBadInput;
    auto const after = compiledFrom(arguments.after);
    if (!after.rules) return Exit::kBadInput;
    auto const old = rowsOf(before.source);
    auto const now = rowsOf(after.source);
    auto const changes = upkeep::classChanges({*before.rules->terms, old.products},
                                              {*after.rules->terms, now.products});
    if (arguments.json)
        std::cout << upkeep::toJson(changes) << '\n';
    else
        upkeep::print(changes, std::cout);
    return Exit::kDone;
}

} // namespace tcds::cli
