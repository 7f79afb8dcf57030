#include "server/audit/descriptor.hpp"
#include "server/audit/line_reader.hpp"
#include "server/audit/log_directory.hpp"
#include "server/audit/log_tree.hpp"
#include "server/audit/record_line.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <system_error>
#include <utility>
#include <vector>

namespace tcds::audit {

namespace {

/// What the tree needs of a line.
struct Leaf {
    std::uint64_t seq = 0;
    Digest hash{};
    std::string_view statesTree; // the line of a record that may state one, else ""
};

/// @return whether the line before it is wanted too
using SeeLeaf = std::function<Result<bool>(std::optional<Leaf> const&)>;

/// @return nothing when the line is no record
std::optional<Leaf> leafOf(std::string_view line)
{
    auto const parts = splitLine(line);
    if (!parts) return std::nullopt;
    auto const may = parts->type == "start" || parts->type == "checkpoint";
    return Leaf{parts->seq, bytesOf(parts->hash), may ? line : std::string_view{}};
}

Error faulty(std::string const& path, std::string what)
{
    return {Error::Kind::Config, path, std::move(what),
            "run `twitch-cds audit verify`, keep the files as they are for the auditor, and start "
            "with an empty audit.directory"};
}

/// The bytes of a file; only the pages that are looked at are read.
class Mapped
{
public:
    static Result<Mapped> open(std::string const& path)
    {
        Descriptor const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
        struct stat status = {};
        if (!file.open() || ::fstat(file.get(), &status) != 0) return unreadable(path);
        Mapped mapped;
        mapped.size_ = static_cast<std::size_t>(status.st_size);
        if (mapped.size_ == 0) return mapped;
        auto* const at = ::mmap(nullptr, mapped.size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
        if (at == MAP_FAILED) return unreadable(path);
        mapped.at_ = at;
        return mapped;
    }
    Mapped(Mapped&& other) noexcept
        : at_{std::exchange(other.at_, nullptr)}, size_{std::exchange(other.size_, 0)}
    {
    }
    Mapped& operator=(Mapped&& other) noexcept
    {
        std::swap(at_, other.at_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~Mapped()
    {
        if (at_ != nullptr) ::munmap(at_, size_);
    }

    [[nodiscard]] std::string_view text() const
    {
        return at_ == nullptr ? std::string_view{}
                              : std::string_view{static_cast<char const*>(at_), size_};
    }

private:
    Mapped() = default;
    static Error unreadable(std::string const& path)
    {
        return {Error::Kind::Config, path,
                "cannot be read: " + std::generic_category().message(errno),
                "check the disk and the rights of the file"};
    }

    void* at_ = nullptr;
    std::size_t size_ = 0;
};

/// Hands over the lines of a plain file from its end.
/// @return whether still more are wanted
Result<bool> readBackwards(std::string const& path, SeeLeaf const& see)
{
    auto const file = Mapped::open(path);
    if (!file) return file.error();
    auto rest = file->text();
    rest = rest.substr(0, rest.rfind('\n') + 1); // npos + 1: no line at all
    while (!rest.empty()) {
        rest.remove_suffix(1);
        auto const before = rest.rfind('\n');
        auto const start = before == std::string_view::npos ? 0 : before + 1;
        auto const more = see(leafOf(rest.substr(start)));
        if (!more || !*more) return more;
        rest = rest.substr(0, start);
    }
    return true;
}

/// The same for a compressed file, which has no way back: its leaves since the last tree are kept.
Result<bool> readWhole(std::string const& path, SeeLeaf const& see)
{
    auto reader = LineReader::open(path);
    if (!reader) return reader.error();
    std::vector<std::optional<Leaf>> leaves;
    std::string tree; // the line of the first of them
    for (;;) {
        auto const found = reader->next();
        if (!found) return found.error();
        if (*found != LineReader::Found::Line) break;
        auto leaf = leafOf({reader->line().data(), reader->line().size()});
        if (leaf && !leaf->statesTree.empty()) {
            leaves.clear();
            tree = leaf->statesTree;
            leaf->statesTree = tree;
        }
        leaves.push_back(leaf);
    }
    for (auto leaf = leaves.rbegin(); leaf != leaves.rend(); ++leaf) {
        auto const more = see(*leaf);
        if (!more || !*more) return more;
    }
    return true;
}

/// Gathers the leaves from the end of the log back to the last record that states a tree.
class Search
{
public:
    explicit Search(std::uint64_t lastSeq) : next_{lastSeq} {}

    Result<bool> see(std::string const& path, std::optional<Leaf> const& leaf)
    {
        if (!leaf || leaf->seq != next_)
            return faulty(path, leaf ? "record " + std::to_string(leaf->seq) +
                                           " stands where record " + std::to_string(next_) +
                                           " belongs"
                                     : "a line before record " + std::to_string(next_ + 1) +
                                           " is no record of this log");
        leaves_.push_back(leaf->hash);
        --next_;
        if (leaf->statesTree.empty()) return true;
        auto const stated = readTree(leaf->statesTree);
        if (!stated)
            return faulty(path, stated.error().where + " of record " + std::to_string(leaf->seq) +
                                    " " + stated.error().what);
        if (!*stated) return true;
        auto const& tree = (*stated)->tree;
        if (tree.nextSeq() != leaf->seq || tree.tree.root(sha256_) != (*stated)->root)
            return faulty(path, "the tree in record " + std::to_string(leaf->seq) +
                                    " contradicts itself");
        found_ = tree;
        checkpoint_ = (*stated)->atStart ? leaf->seq - 1 : leaf->seq;
        return false;
    }

    TreeTail take(std::uint64_t lastSeq)
    {
        TreeTail tail;
        tail.checkpoint = checkpoint_;
        if (!found_) {
            tail.tree.first = lastSeq + 1;
            tail.checkpoint = lastSeq;
            return tail;
        }
        tail.tree = *found_;
        for (auto leaf = leaves_.rbegin(); leaf != leaves_.rend(); ++leaf)
            tail.tree.tree.add(*leaf, sha256_);
        return tail;
    }

private:
    Sha256 sha256_;
    std::vector<Digest> leaves_; // from the last record back
    std::uint64_t next_;         // seq of the line that comes next
    std::optional<LogTree> found_;
    std::uint64_t checkpoint_ = 0;
};

} // namespace

Result<TreeTail> recoverTree(std::string const& directory, std::uint64_t lastSeq)
{
    auto const names = logFilesIn(directory);
    if (!names) return names.error();
    Search search{lastSeq};
    // A file begins with a `start` record: only where the newest one has no line yet is the one
    // before it looked at, and in a log that was begun without a tree one file is enough to know.
    for (auto name = names->rbegin(); name != names->rend() && lastSeq > 0; ++name) {
        auto const path = directory + "/" + *name;
        bool any = false;
        SeeLeaf const see = [&](std::optional<Leaf> const& leaf) {
            any = true;
            return search.see(path, leaf);
        };
        auto const more = name->ends_with(".gz") ? readWhole(path, see) : readBackwards(path, see);
        if (!more) return more.error();
        if (any) break;
    }
    return search.take(lastSeq);
}

} // namespace tcds::audit
