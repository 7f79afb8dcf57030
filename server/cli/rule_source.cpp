#include "server/cli/rule_source.hpp"

#include "rules/load/compile.hpp"
#include "server/audit/digest.hpp"
#include "server/cli/console.hpp"
#include "server/cli/content_source.hpp"

#include <filesystem>

namespace tcds::cli {

std::shared_ptr<rules::RuleSet const> embeddedRules(std::string const& day)
{
    Problems problems;
    return contentOf(config::Config{}, day, Scrutiny::Start, problems)->rules;
}

Result<FolderRules> rulesInFolder(std::string const& folder, Problems& problems)
{
    auto content = rules::loadFolder(folder, audit::sha256, problems);
    if (!content) return content.error();
    FolderRules loaded{std::move(*content), nullptr};
    loaded.rules = rules::compile(loaded.content, problems);
    return loaded;
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
