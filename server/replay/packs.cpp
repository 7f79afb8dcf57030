#include "server/replay/packs.hpp"

#include "rules/load/bundle_file.hpp"
#include "rules/load/compile.hpp"
#include "rules/load/overlay.hpp"
#include "rules/store/pack_store.hpp"
#include "server/audit/digest.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace tcds::replay {

namespace {

namespace fs = std::filesystem;

Error faulty(std::string const& where, std::string what)
{
    return {Error::Kind::Config, where, std::move(what), "restore the file from a backup"};
}

/// Days on which the set of rules in force changes: the first day of each period and the first day
/// after it. The end of a period counts itself, so its mark is greater than it and smaller than the
/// next day.
std::vector<std::string> turnsOf(rules::RuleSet const& rules)
{
    std::vector<std::string> turns;
    for (auto const& rule : rules.rules) {
        if (!rule.meta.effectiveFrom.empty()) turns.push_back(rule.meta.effectiveFrom);
        if (!rule.meta.effectiveTo.empty()) turns.push_back(rule.meta.effectiveTo + "~");
    }
    std::ranges::sort(turns);
    turns.erase(std::unique(turns.begin(), turns.end()), turns.end());
    return turns;
}

std::ptrdiff_t passed(std::vector<std::string> const& turns, std::string_view day)
{
    if (day.empty()) return -1;
    return std::upper_bound(turns.begin(), turns.end(), day) - turns.begin();
}

/// The value of a member of the head of a bundle file.
std::string headMember(std::string_view head, std::string_view name)
{
    auto const before = "\"" + std::string{name} + "\":";
    auto at = head.find(before);
    if (at == std::string_view::npos) return {};
    at = head.find_first_not_of(" \n\t", at + before.size());
    if (at == std::string_view::npos || head[at] != '"') return {};
    auto const end = head.find('"', at + 1);
    return end == std::string_view::npos ? "" : std::string{head.substr(at + 1, end - at - 1)};
}

} // namespace

Packs::Packs(std::string directory, BuiltIn builtIn)
    : directory_{std::move(directory)}, makeBuiltIn_{std::move(builtIn)}
{
}

std::shared_ptr<rules::Content const> const& Packs::builtIn()
{
    if (!builtIn_) builtIn_ = std::make_shared<rules::Content const>(makeBuiltIn_());
    return builtIn_;
}

Result<std::shared_ptr<rules::Content const>> Packs::contentOf(std::string_view digest)
{
    using Found = std::shared_ptr<rules::Content const>;
    if (builtIn()->digest == digest) return builtIn();
    std::error_code failure;
    if (!fs::is_directory(directory_, failure)) return Found{};
    auto const store = rules::PackStore::open(directory_);
    if (!store) return store.error();
    auto file = store->find(digest);
    if (!file) return file.error();
    if (!*file) return Found{};
    auto const where = directory_ + "/" + std::string{digest} + ".json";
    auto bundle = rules::readBundleFile(std::move(**file), {}, audit::sha256);
    if (!bundle) return faulty(where, bundle.error().what);
    Problems problems;
    auto content = rules::applyOverlay(std::move(bundle->content), audit::sha256, problems);
    if (problems.hasErrors()) return faulty(where, problems.asError().what);
    if (content.digest != digest) return faulty(where, "holds other rules than its name says");
    return Found{std::make_shared<rules::Content const>(std::move(content))};
}

Result<Packs::Known*> Packs::known(std::string_view digest)
{
    auto at = known_.find(digest);
    if (at != known_.end()) return &at->second;
    auto content = contentOf(digest);
    if (!content) return content.error();
    auto& known = known_[std::string{digest}];
    known.content = std::move(*content);
    return &known;
}

Result<std::shared_ptr<rules::RuleSet const>> Packs::find(std::string_view digest,
                                                          std::string_view day)
{
    using Found = std::shared_ptr<rules::RuleSet const>;
    std::lock_guard const lock{mutex_};
    auto known = this->known(digest);
    if (!known) return known.error();
    auto& pack = **known;
    if (!pack.content) return Found{};
    auto const compiled = [&](std::string_view of) -> Result<Found> {
        Problems problems;
        rules::CompileOptions options;
        options.day = of;
        if (auto rules = rules::compile(*pack.content, problems, options)) return rules;
        return faulty("content " + std::string{digest}, problems.asError().what);
    };
    if (pack.compiled.empty()) {
        auto whole = compiled("");
        if (!whole) return whole.error();
        pack.turns = turnsOf(**whole);
        pack.compiled[-1] = std::move(*whole);
    }
    auto& rules = pack.compiled[passed(pack.turns, day)];
    if (rules == nullptr) {
        auto made = compiled(day);
        if (!made) return made.error();
        rules = std::move(*made);
    }
    return rules;
}

Result<std::optional<std::string>> Packs::withVersion(std::string_view version)
{
    std::lock_guard const lock{mutex_};
    std::vector<std::string> found;
    {
        Problems problems;
        auto const rules = rules::compile(*builtIn(), problems, {});
        if (rules != nullptr && rules->version == version) found.push_back(rules->digest);
    }
    std::error_code failure;
    for (auto const& entry : fs::directory_iterator{directory_, failure}) {
        if (entry.path().extension() != ".json") continue;
        std::ifstream file{entry.path(), std::ios::binary};
        std::string head(1024, '\0');
        file.read(head.data(), static_cast<std::streamsize>(head.size()));
        head.resize(static_cast<std::size_t>(file.gcount()));
        if (headMember(head, "version") != version) continue;
        auto const digest = entry.path().stem().string();
        if (std::ranges::find(found, digest) == found.end()) found.push_back(digest);
    }
    if (found.size() > 1)
        return Error{Error::Kind::Config, directory_,
                     "holds several contents of version " + std::string{version},
                     "name one by its digest: " + found[0] + ", " + found[1]};
    if (found.empty()) return std::optional<std::string>{};
    return std::optional{found.front()};
}

} // namespace tcds::replay
