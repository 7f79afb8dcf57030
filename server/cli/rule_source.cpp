#include "server/cli/rule_source.hpp"

#include "rules/load/bundle.hpp"
#include "rules/load/compile.hpp"
#include "server/app/embedded.hpp"
#include "server/audit/digest.hpp"
#include "server/cli/console.hpp"

#include <filesystem>
#include <stdexcept>

namespace tcds::cli {

std::shared_ptr<rules::RuleSet const> embeddedRules(std::string const& day)
{
    auto const content =
        rules::readBundle(std::string{app::embeddedBundle()}, app::embeddedProducts(), "embedded");
    if (!content) throw std::runtime_error{"embedded pack: " + toText(content.error())};
    Problems problems;
    rules::CompileOptions options;
    options.day = day;
    auto rules = rules::compile(*content, problems, options);
    if (!rules) throw std::runtime_error{"embedded pack: " + problems.asError().what};
    return rules;
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
    if (config.contentFolder.empty()) return embeddedRules(day);
    Problems problems;
    auto const loaded = rulesInFolder(config.contentFolder, problems);
    if (!loaded) {
        complain(loaded.error());
        return nullptr;
    }
    complain(problems);
    return loaded->rules;
}

std::string defaultFolder() { return std::filesystem::exists("rules/ruleset.yaml") ? "rules" : ""; }

} // namespace tcds::cli
