#include "server/cli/replay_sources.hpp"

#include "fhir/base/problems.hpp"
#include "server/audit/reader.hpp"
#include "server/cli/console.hpp"
#include "server/cli/rule_source.hpp"
#include "server/cli/settings.hpp"

#include <algorithm>
#include <filesystem>

namespace tcds::cli {

namespace {

constexpr std::string_view kBuiltIn = "built-in";

using Rules = std::shared_ptr<rules::RuleSet const>;

bool isDigest(std::string_view text)
{
    return text.size() == 64 && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

Error notInStore(std::string const& named, std::string const& store)
{
    return {Error::Kind::NotFound, "pack " + named,
            "neither a file or folder, nor a version or digest of " + store,
            "name a bundle, a rules folder, or a content that was in use"};
}

/// Rules of a file or folder as they are; drafts do not take part, as in service.
std::variant<Rules, int> fromPath(std::string const& path)
{
    Problems problems;
    auto prepared = rulesInFolder(path, problems);
    if (!prepared) {
        complain(prepared.error());
        return Exit::kBadInput;
    }
    if (prepared->rules == nullptr) {
        complain(problems);
        return Exit::kConfiguration;
    }
    return prepared->rules;
}

/// Effective periods are not looked at: what rules say that begin next month is the question.
std::variant<Rules, int> named(std::string const& pack, replay::Packs& packs)
{
    if (pack == kBuiltIn) return embeddedRules("");
    std::error_code failure;
    if (std::filesystem::exists(pack, failure)) return fromPath(pack);
    std::optional<std::string> digest = pack;
    if (!isDigest(pack)) {
        auto found = packs.withVersion(pack);
        if (!found) {
            complain(found.error());
            return Exit::kNotInStore;
        }
        digest = std::move(*found);
    }
    if (digest) {
        auto const rules = packs.find(*digest, "");
        if (!rules) {
            complain(rules.error());
            return Exit::kNotInStore;
        }
        if (*rules != nullptr) return *rules;
    }
    complain(notInStore(pack, packs.directory()));
    return Exit::kNotInStore;
}

} // namespace

std::variant<ReplaySources, int> replaySources(ReplayArguments const& arguments)
{
    auto flags = arguments.where.flags;
    // Reading needs no key and no acknowledgement, so production's conditions of start do not
    // apply; without any hint the place of a sandbox is looked at.
    if (flags.empty() && arguments.where.config.empty()) flags.emplace_back("mode", "sandbox");
    auto const loaded = loadSettings(arguments.where.config, std::move(flags));
    if (!loaded) return Exit::kConfiguration;
    ReplaySources sources;
    sources.directory = arguments.where.directory.empty() ? loaded->config.auditDirectory
                                                          : arguments.where.directory;
    sources.store = arguments.store.empty() ? loaded->config.contentStore : arguments.store;
    sources.packs =
        std::make_unique<replay::Packs>(sources.store, [] { return embeddedContent(); });
    if (arguments.pack.empty()) return sources;
    auto rules = named(arguments.pack, *sources.packs);
    if (auto const* const code = std::get_if<int>(&rules)) return *code;
    sources.rules = std::get<Rules>(std::move(rules));
    sources.rulesName = sources.rules->id + " " + sources.rules->version + ", sha256 " +
                        sources.rules->digest.substr(0, 12);
    return sources;
}

Result<std::string> lineOf(std::string const& directory, std::string const& decision)
{
    auto found = audit::findDecision(directory, decision);
    if (!found) return found.error();
    if (!*found)
        return Error{Error::Kind::NotFound, directory, "holds no decision " + decision,
                     "look for it with: twitch-cds audit show --card UUID, or name the folder of "
                     "its tenant with --directory"};
    return std::move(**found);
}

} // namespace tcds::cli
