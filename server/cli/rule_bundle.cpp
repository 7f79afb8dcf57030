#include "rules/load/bundle_file.hpp"
#include "rules/load/compile.hpp"
#include "rules/load/lint.hpp"
#include "rules/store/signature.hpp"
#include "rules/store/whole_file.hpp"
#include "server/audit/digest.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/content_check.hpp"
#include "server/cli/content_source.hpp"
#include "server/cli/rule_source.hpp"

#include <iostream>

// Bundles of rules: made and signed where they are written, looked at where they are to be used.

namespace tcds::cli {

namespace {

std::string today() { return toDay(SystemClock{}.now()); }

std::size_t casesOf(rules::BundleChecks const& checks)
{
    std::size_t count = 0;
    for (auto const& rule : checks.cases) count += rule.passed;
    return count;
}

/// L14: nothing changes without a new version.
Result<void> compareWith(std::string const& path, rules::Content const& content, Problems& problems)
{
    auto const before = readSigned(path, {}, false);
    if (!before) return before.error();
    rules::lintVersions(content, before->bundle.content, problems);
    return {};
}

/// Warnings do not keep a bundle from being made: it holds them.
int refused(Problems const& problems, Error const& error)
{
    complain(problems);
    complain(error);
    return Exit::kCheckFailed;
}

void describe(std::string const& path, rules::Content const& content,
              rules::BundleChecks const& checks)
{
    auto const textOf = [&](std::string_view key) {
        auto const node = content.ruleSet->root().find(key);
        return node ? std::string{node->text()} : std::string{};
    };
    std::size_t rules = 0;
    for (auto const& pack : content.packs) rules += pack.rules.size();
    std::cout << path << ": " << textOf("id") << " " << textOf("version") << "\n"
              << "  content    " << content.digest << "\n"
              << "  holds      " << rules << " rules, " << content.valueSets.size()
              << " value sets, " << content.files.size() << " files\n"
              << "  lint       0 errors, " << checks.warnings.size() << " warnings\n"
              << "  tests      " << casesOf(checks) << " cases, 0 failed\n"
              << "  looked at  " << checks.day << " by twitch-cds " << checks.engine << "\n";
    for (auto const& pack : content.packs) {
        auto const said = [&](std::string_view key) {
            auto const node = pack.manifest ? pack.manifest->root().find(key) : std::nullopt;
            return node ? std::string{node->text()} : std::string{"not stated"};
        };
        std::cout << "  pack       " << pack.folder << " " << said("version") << ", approval "
                  << said("approval") << "\n";
    }
}

/// @return the exit code; kDone when file and signature were written
int write(BuildArguments const& arguments, std::string const& file)
{
    std::string signature;
    if (!arguments.key.empty()) {
        auto made = rules::signWith(arguments.key, file);
        if (!made) {
            complain(made.error());
            return Exit::kConfiguration;
        }
        signature = std::move(*made);
    }
    // A service that reads in between finds a signature that does not fit, and refuses both.
    auto written = rules::writeWhole(arguments.out, file);
    if (written && !signature.empty())
        written = rules::writeWhole(arguments.out + ".sig", signature);
    if (written) return Exit::kDone;
    complain(written.error());
    return Exit::kBadInput;
}

} // namespace

int build(BuildArguments const& arguments)
{
    auto const folder = arguments.folder.empty() ? defaultFolder() : arguments.folder;
    if (folder.empty()) {
        complain(Error{Error::Kind::NotFound, "rules", "no rules folder here",
                       "name one, such as `twitch-cds rules build hospital --out FILE`"});
        return Exit::kUsage;
    }
    Problems problems;
    auto content = contentIn(folder, problems);
    if (!content) {
        complain(content.error());
        return Exit::kBadInput;
    }
    if (!arguments.since.empty()) {
        auto const compared = compareWith(arguments.since, *content, problems);
        if (!compared) {
            complain(compared.error());
            return Exit::kBadInput;
        }
    }
    // The bundle holds an overlay beside what it changes; what comes of both uses the overlay up.
    Problems again; // the same faults once more
    auto second = contentIn(folder, again);
    if (!second || second->digest != content->digest) {
        complain(Error{Error::Kind::Config, folder, "it was changed while it was read",
                       "build once more"});
        return Exit::kBadInput;
    }
    auto const ready = prepared(std::move(*second), problems);
    auto const checks = checkContent(ready, today(), problems);
    if (!checks) return refused(problems, checks.error());
    auto const file = rules::writeBundleFile(*content, *checks, audit::sha256);
    auto const code = write(arguments, file);
    if (code != Exit::kDone) return code;
    describe(arguments.out, ready.content, *checks);
    std::cout << "  signature  "
              << (arguments.key.empty() ? "none: only mode dev takes it" : arguments.out + ".sig")
              << "\n";
    return Exit::kDone;
}

int verifyBundle(VerifyBundleArguments const& arguments)
{
    auto read = readSigned(arguments.file, arguments.keys, !arguments.keys.empty());
    if (!read) {
        complain(read.error());
        return Exit::kCheckFailed;
    }
    Problems problems;
    auto const signer = read->bundle.content.signer;
    auto const ready = prepared(std::move(read->bundle.content), problems);
    auto const checks = checkContent(ready, today(), problems);
    if (!checks) return refused(problems, checks.error());
    describe(arguments.file, ready.content, read->bundle.checks);
    std::cout << "  looked at  again now: lint 0 errors, " << checks->warnings.size()
              << " warnings; tests " << casesOf(*checks) << " cases, 0 failed\n"
              << "  signature  "
              << (arguments.keys.empty() ? "not looked at: name a key with --key"
                                         : "good, " + signer)
              << "\n";
    return Exit::kDone;
}

} // namespace tcds::cli
