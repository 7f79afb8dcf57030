#include "server/cli/content_source.hpp"

#include "rules/load/compile.hpp"
#include "rules/load/lint.hpp"
#include "rules/load/overlay.hpp"
#include "rules/store/pack_store.hpp"
#include "rules/store/signature.hpp"
#include "rules/store/whole_file.hpp"
#include "server/audit/digest.hpp"
#include "server/cli/content_check.hpp"
#include "server/cli/rule_source.hpp"

#include <algorithm>
#include <stdexcept>

namespace tcds::cli {

namespace {

Error faulty(std::string where, std::string what, std::string fix)
{
    return {Error::Kind::Config, std::move(where), std::move(what), std::move(fix)};
}

Error firstOf(Problems const& problems, std::string where)
{
    auto const all = problems.sorted();
    auto const first = std::ranges::find(all, Severity::Error, &Diagnostic::severity);
    auto const more = std::ranges::count(all, Severity::Error, &Diagnostic::severity);
    return faulty(std::move(where),
                  std::to_string(more) + " fault(s) of the rules, the first: " + first->where +
                      ": " + first->code + ": " + first->what,
                  first->fix + "; see all of them with: twitch-cds rules lint");
}

/// @error Config: what could not be compiled, with the faults in `problems`
Result<void> compileFor(std::string const& day, FoundContent& found, std::string const& where,
                        Problems& problems)
{
    rules::CompileOptions options;
    options.day = day;
    found.rules = rules::compile(*found.content, problems, options);
    if (found.rules == nullptr) return firstOf(problems, where);
    return {};
}

/// @throws std::runtime_error when the binary was built with a broken pack: our own fault
FoundContent embedded(std::string const& day)
{
    FoundContent found;
    found.content = std::make_shared<rules::Content const>(embeddedContent());
    Problems problems;
    if (auto const compiled = compileFor(day, found, "embedded pack", problems); !compiled)
        throw std::runtime_error{toText(compiled.error())};
    return found;
}

/// Applies the overlay, looks at what comes of it when that is due, and compiles it for the day.
/// @param looks  lint and test cases have to be looked at now
Result<void> take(rules::Content content, bool looks, std::string const& day,
                  std::string const& where, FoundContent& found, Problems& problems)
{
    if (looks) {
        auto ready = prepared(std::move(content), problems);
        auto checks = checkContent(ready, day, problems);
        if (!checks) return faulty(where, checks.error().what, checks.error().fix);
        found.checks = std::move(*checks);
        found.content = std::make_shared<rules::Content const>(std::move(ready.content));
    } else {
        found.content = std::make_shared<rules::Content const>(
            rules::applyOverlay(std::move(content), audit::sha256, problems));
        if (problems.hasErrors()) return firstOf(problems, where);
    }
    return compileFor(day, found, where, problems);
}

Result<FoundContent> inFolder(std::string const& folder, std::string const& day, Scrutiny scrutiny,
                              Problems& problems)
{
    auto content = contentIn(folder, problems);
    if (!content) return content.error();
    FoundContent found;
    // What is kept holds the overlay, which is used up when it is applied.
    if (content->overlay) found.file = rules::writeBundleFile(*content, {}, audit::sha256);
    auto const taken =
        take(std::move(*content), scrutiny == Scrutiny::Reload, day, folder, found, problems);
    if (!taken) return taken.error();
    return found;
}

/// What of a bundle has to hold on the day of loading, whenever it was built (decision D54).
Result<void> checkApproval(FoundContent const& found, std::string const& where,
                           std::string const& day, Problems& problems)
{
    rules::lintMeta(*found.rules, day, problems);
    if (problems.hasErrors()) return firstOf(problems, where);
    return {};
}

Result<FoundContent> inBundle(config::Config const& config, std::string const& day,
                              Scrutiny scrutiny, Problems& problems)
{
    auto const where = "content.bundle " + config.contentBundle;
    auto read =
        readSigned(config.contentBundle, config.trustedKeys, config.mode != config::Mode::Dev);
    if (!read) return read.error();
    FoundContent found;
    found.checks = std::move(read->bundle.checks);
    found.file = std::move(read->file);
    found.signature = std::move(read->signature);
    auto const looks = scrutiny == Scrutiny::Reload || found.checks.engine != programVersion();
    auto const taken = take(std::move(read->bundle.content), looks, day, where, found, problems);
    if (!taken) return taken.error();
    if (auto const approved = checkApproval(found, where, day, problems); !approved)
        return approved.error();
    return found;
}

/// The packs that nobody approved as one name and version. That of a hospital stands beside the
/// rule set it lies over, so that taking over the one does not take over the other.
std::optional<config::Acknowledged> unapproved(rules::RuleSet const& rules)
{
    auto found = false;
    config::Acknowledged name;
    auto const add = [](std::string& list, std::string const& item) {
        list += (list.empty() ? "" : "+") + item;
    };
    for (auto const& pack : rules.packs) {
        if (pack.approval == "required") continue;
        found = true;
        if (pack.id == rules::kLocalPack) {
            add(name.pack, pack.id);
            add(name.version, pack.version);
        } else if (name.pack.empty()) { // packs of a rule set go by its name
            name.pack = rules.id;
            name.version = rules.version;
        }
    }
    return found ? std::optional{name} : std::nullopt;
}

/// Who took over the packs that nobody approved; empty where nobody has to.
/// @error Config, with the line to add
Result<config::Acknowledged> acknowledged(config::Config const& config, rules::RuleSet const& rules)
{
    auto const needed = unapproved(rules);
    if (!needed) return config::Acknowledged{};
    auto const& taken = config.acknowledged;
    if (taken.pack == needed->pack && taken.version == needed->version && !taken.by.empty() &&
        !taken.on.empty())
        return taken;
    if (config.mode != config::Mode::Production) return config::Acknowledged{};
    return faulty(
        "content.acknowledged",
        "the pack " + needed->pack + " " + needed->version + " has no clinical approval",
        "let the site take it over by adding: content: {acknowledged: {pack: " + needed->pack +
            ", version: " + needed->version + ", by: ROLE, on: YYYY-MM-DD}}");
}

/// @return SHA-256 of the file in the store
Result<std::string> keep(FoundContent const& found, std::string const& directory)
{
    auto const store = rules::PackStore::open(directory);
    if (!store) return store.error();
    auto const bytes = [&] {
        return found.file.empty()
                   ? rules::writeBundleFile(*found.content, found.checks, audit::sha256)
                   : found.file;
    };
    auto const path = store->keep(found.content->digest, bytes, found.signature);
    if (!path) return path.error();
    auto const kept = rules::readWhole(*path);
    if (!kept) return kept.error();
    return audit::sha256(kept->value_or(""));
}

} // namespace

Result<ReadBundle> readSigned(std::string const& path, std::vector<std::string> const& keys,
                              bool needsSignature)
{
    auto const where = "content.bundle " + path;
    auto const trusted = rules::trustedKeys(keys);
    if (!trusted) return trusted.error();
    auto file = rules::readWhole(path);
    if (!file) return file.error();
    if (!*file)
        return faulty(where, "there is no such file", "name a file of `twitch-cds rules build`");
    auto signature = rules::readWhole(path + ".sig");
    if (!signature) return signature.error();
    ReadBundle read;
    read.file = std::move(**file);
    read.signature = signature->value_or("");
    std::string signer;
    if (!read.signature.empty() && !trusted->empty()) {
        auto const* const key = rules::signerOf(read.file, read.signature, *trusted);
        if (key == nullptr)
            return faulty(where,
                          "the signature in " + path +
                              ".sig is of no trusted key, or the bundle "
                              "was altered",
                          "sign it anew, or list the public key of who signed it in "
                          "content.trusted_keys");
        signer = "ed25519:" + key->name();
    } else if (needsSignature) {
        return faulty(where, "it is not signed: there is no " + path + ".sig",
                      "sign it: twitch-cds rules build FOLDER --out " + path +
                          " --key PRIVATE.pem");
    }
    auto bundle = rules::readBundleFile(read.file, std::move(signer), audit::sha256);
    if (!bundle) return faulty(where, bundle.error().what, bundle.error().fix);
    read.bundle = std::move(*bundle);
    return read;
}

Result<FoundContent> contentOf(config::Config const& config, std::string const& day,
                               Scrutiny scrutiny, Problems& problems)
{
    if (!config.contentBundle.empty()) return inBundle(config, day, scrutiny, problems);
    if (!config.contentFolder.empty())
        return inFolder(config.contentFolder, day, scrutiny, problems);
    return embedded(day);
}

Result<app::ReadyContent> contentToServe(config::Config const& config, Instant now,
                                         Scrutiny scrutiny, Problems& problems)
{
    auto found = contentOf(config, toDay(now), scrutiny, problems);
    if (!found) return found.error();
    auto taken = acknowledged(config, *found->rules);
    if (!taken) return taken.error();
    auto stored = keep(*found, config.contentStore);
    if (!stored) return stored.error();
    return app::ReadyContent{std::move(found->rules), std::move(*stored), std::move(*taken)};
}

} // namespace tcds::cli
