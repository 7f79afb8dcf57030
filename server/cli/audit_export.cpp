#include "rules/store/pack_store.hpp"
#include "server/audit_export/export_records.hpp"
#include "server/cli/canonical_base.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/log_folder.hpp"
#include "server/cli/settings.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

namespace tcds::cli {

namespace {

using audit_export::Resource;

constexpr std::size_t kBundleEntries = 200; // servers refuse transactions without end

Error cannotWrite(std::string const& path)
{
    return {Error::Kind::BadRequest, path, "cannot be written",
            "name a place that is writable and has room"};
}

/// Standard output, or a file that only its owner can read and that appears whole or not at all.
class Target
{
public:
    static Result<Target> open(std::string const& path)
    {
        Target target;
        if (path == "-") return target;
        target.path_ = path;
        auto const partial = target.partial();
        auto const descriptor =
            ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (descriptor < 0) return cannotWrite(path);
        ::close(descriptor);
        target.file_ = std::make_unique<std::ofstream>(partial, std::ios::binary);
        if (!*target.file_) return cannotWrite(path);
        return target;
    }

    Result<void> line(std::string_view text)
    {
        auto& stream = file_ ? static_cast<std::ostream&>(*file_) : std::cout;
        stream << text << '\n';
        if (!stream) return cannotWrite(file_ ? path_ : "standard output");
        return {};
    }

    Result<void> finish()
    {
        if (!file_) return std::cout.flush() ? Result<void>{} : cannotWrite("standard output");
        file_->close();
        std::error_code failed;
        if (*file_) std::filesystem::rename(partial(), path_, failed);
        if (!*file_ || failed) return cannotWrite(path_);
        return {};
    }

    void giveUp()
    {
        std::error_code ignored; // what is left of it does not bear the name of the export
        if (file_) std::filesystem::remove(partial(), ignored);
    }

private:
    [[nodiscard]] std::string partial() const { return path_ + ".partial"; }

    std::string path_;
    std::unique_ptr<std::ofstream> file_; // null: standard output
};

/// One resource a line, or one transaction a line with the resources of whole records.
class Lines
{
public:
    Lines(Target& target, bool bundles) : target_{target}, bundles_{bundles} {}

    Result<void> take(std::span<Resource const> resources)
    {
        if (bundles_) return gather(resources);
        for (auto const& resource : resources)
            if (auto const written = target_.line(resource.json); !written) return written;
        return {};
    }

    Result<void> finish()
    {
        if (gathered_.empty()) return {};
        auto const text = audit_export::bundle("transaction", gathered_);
        gathered_.clear();
        return target_.line(text);
    }

private:
    Result<void> gather(std::span<Resource const> resources)
    {
        if (!gathered_.empty() && gathered_.size() + resources.size() > kBundleEntries)
            if (auto const written = finish(); !written) return written;
        gathered_.insert(gathered_.end(), resources.begin(), resources.end());
        return {};
    }

    Target& target_;
    bool bundles_;
    std::vector<Resource> gathered_;
};

class Progress
{
public:
    void step()
    {
        constexpr std::uint64_t kOften = 1000;
        if (!shown_ || ++records_ % kOften != 0) return;
        std::cerr << "\rexported " << records_ << " records" << std::flush;
    }
    void end() const
    {
        if (shown_ && records_ > 0) std::cerr << "\r\x1b[K" << std::flush;
    }

private:
    bool shown_ = isatty(STDERR_FILENO) == 1;
    std::uint64_t records_ = 0;
};

/// The rules that decided, as far as the store of the configuration has them.
audit_export::RuleLibrary libraryOf(VerifyArguments const& where)
{
    auto flags = where.flags;
    if (flags.empty() && where.config.empty()) flags.emplace_back("mode", "sandbox");
    auto const loaded = loadSettings(where.config, std::move(flags));
    std::error_code absent; // opening a store makes it: an export leaves everything as it is
    if (!loaded || !std::filesystem::is_directory(loaded->config.contentStore, absent)) return {};
    auto store = rules::PackStore::open(loaded->config.contentStore);
    if (!store) return {};
    return audit_export::RuleLibrary{
        [store = *std::move(store)](std::string_view digest) { return store.find(digest); }};
}

Result<audit_export::Exported> writeTo(Target& target, audit_export::Selection const& selection,
                                       AuditExportArguments const& arguments)
{
    Lines lines{target, arguments.format == "bundle"};
    Progress progress;
    auto const as = *audit_export::parseAs(arguments.as);
    auto rules = libraryOf(arguments.where);
    auto exported = audit_export::exportRecords(selection, as, rules, arguments.base,
                                                [&](std::span<Resource const> resources) {
                                                    progress.step();
                                                    return lines.take(resources);
                                                });
    progress.end();
    if (!exported) return exported;
    if (auto const written = lines.finish(); !written) return written.error();
    return exported;
}

int report(audit_export::Exported const& exported, std::string const& directory)
{
    if (exported.faulty > 0) {
        complain(*exported.firstFault);
        std::cerr << exported.faulty << " record(s) left out\n";
        return Exit::kBadInput;
    }
    if (exported.records > 0) return Exit::kDone;
    std::cerr << "no record of " << directory << " matches\n";
    return Exit::kCheckFailed;
}

} // namespace

int exportRecords(AuditExportArguments const& arguments)
{
    auto const byTime = !arguments.from.empty() || !arguments.to.empty();
    if (byTime == !arguments.decision.empty()) {
        complain(Error{Error::Kind::BadRequest, "audit export", "what to export is not clear",
                       "give either --decision ID or --from and --to"});
        return Exit::kUsage;
    }
    if (!isCanonicalBase(arguments.base)) return Exit::kUsage;
    auto const directory = directoryOf(arguments.where);
    if (!directory) return Exit::kConfiguration;
    auto target = Target::open(arguments.out);
    if (!target) {
        complain(target.error());
        return Exit::kBadInput;
    }
    auto const exported =
        writeTo(*target, {*directory, arguments.decision, arguments.from, arguments.to}, arguments);
    if (!exported) {
        target->giveUp();
        complain(exported.error());
        return Exit::kBadInput;
    }
    if (auto const finished = target->finish(); !finished) {
        target->giveUp();
        complain(finished.error());
        return Exit::kBadInput;
    }
    return report(*exported, *directory);
}

} // namespace tcds::cli
