#include "server/cli/rule_source.hpp"

#include "rules/load/bundle.hpp"
#include "rules/load/overlay.hpp"
#include "server/app/embedded.hpp"
#include "server/audit/digest.hpp"
#include "server/cli/console.hpp"
#include "server/cli/content_source.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace tcds::cli {

namespace {

/// A folder that has nothing yet by which the two kinds are told apart.
bool isNeitherKind(std::filesystem::path const& folder)
{
    return std::filesystem::is_directory(folder) && !rules::isHospitalFolder(folder) &&
           !std::filesystem::exists(folder / "ruleset.yaml") &&
           !std::filesystem::exists(folder / "ruleset.json") &&
           !std::filesystem::exists(folder / "packs");
}

/// Is it a hospital's pack with no cases of another one? What is built in brings none.
bool hasOwnCasesOnly(rules::Content const& content)
{
    auto const isLocal = [](rules::Content::Pack const& pack) {
        return pack.folder == rules::kLocalPack;
    };
    return (content.overlay || !content.tests.empty() ||
            std::ranges::any_of(content.packs, isLocal)) &&
           std::ranges::all_of(content.tests,
                               [](Tree const& tree) { return rules::isHospitalTest(tree.file()); });
}

} // namespace

rules::Content embeddedContent()
{
    auto content =
        rules::readBundle(std::string{app::embeddedBundle()}, app::embeddedProducts(), "embedded");
    if (!content) throw std::runtime_error{"embedded pack: " + toText(content.error())};
    return std::move(*content);
}

std::shared_ptr<rules::RuleSet const> embeddedRules(std::string const& day)
{
    Problems problems;
    return contentOf(config::Config{}, day, Scrutiny::Start, problems)->rules;
}

Result<rules::Content> contentIn(std::string const& folder, Problems& problems)
{
    if (std::filesystem::is_regular_file(folder)) {
        auto read = readSigned(folder, {}, false);
        if (!read) return read.error();
        return std::move(read->bundle.content);
    }
    if (isNeitherKind(folder))
        return Error{Error::Kind::NotFound, folder,
                     "neither a folder of rules nor a hospital's own",
                     "a hospital's own folder begins with pack.yaml: id, title, version, approval, "
                     "meta; a folder of rules holds ruleset.yaml, valuesets/, packs/ and terms/"};
    if (!rules::isHospitalFolder(folder)) return rules::loadFolder(folder, audit::sha256, problems);
    auto own = rules::loadHospital(folder, audit::sha256, problems);
    if (!own) return own.error();
    return rules::layOver(embeddedContent(), std::move(*own), audit::sha256, problems);
}

PreparedRules prepared(rules::Content content, Problems& problems,
                       rules::CompileOptions const& options)
{
    PreparedRules ready;
    ready.ownOnly = hasOwnCasesOnly(content);
    if (content.overlay) {
        Problems again; // its faults are those of the other content
        auto overlay = std::exchange(content.overlay, std::nullopt);
        ready.unchanged = rules::compile(content, again, options);
        content.overlay = std::move(overlay);
    }
    ready.content = rules::applyOverlay(std::move(content), audit::sha256, problems);
    ready.rules = rules::compile(ready.content, problems, options);
    return ready;
}

Result<PreparedRules> rulesInFolder(std::string const& folder, Problems& problems,
                                    rules::CompileOptions const& options)
{
    auto content = contentIn(folder, problems);
    if (!content) return content.error();
    return prepared(std::move(*content), problems, options);
}

std::shared_ptr<rules::RuleSet const> rulesOf(config::Config const& config, std::string const& day)
{
    Problems problems;
    auto const found = contentOf(config, day, Scrutiny::Start, problems);
    complain(problems);
    if (found) return found->rules;
    if (!problems.hasErrors()) complain(found.error());
    return nullptr;
}

std::string defaultFolder() { return std::filesystem::exists("rules/ruleset.yaml") ? "rules" : ""; }

} // namespace tcds::cli
