#include "server/audit/key_ring.hpp"

#include "server/audit/secret_file.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tcds::audit {

namespace {

constexpr std::string_view kSetting = "audit.key_file";
constexpr std::string_view kEnding = ".key";
constexpr std::size_t kMostKeys = 400; // a century of quarters
// What the id of a key is made of: it says nothing about the key without it.
constexpr std::string_view kMarkText = "twitch-cds key id";

using KeyPtr = std::shared_ptr<PseudonymKey const>;

Error faulty(std::string const& path, std::string what, std::string fix)
{
    return {Error::Kind::Config, std::string{kSetting} + " " + path, std::move(what),
            std::move(fix)};
}

/// "k26q1.key" names its key itself.
std::optional<std::string> idFromName(std::filesystem::path const& path)
{
    auto const name = path.stem().string();
    if (name.size() < 2 || name.size() > 16 || name.front() != 'k') return std::nullopt;
    for (auto const c : name)
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) return std::nullopt;
    // "key" is what such a file is called when nobody thought of a period.
    if (name == "key" || name == "keyfile") return std::nullopt;
    return name;
}

Result<KeyPtr> readKey(std::string const& path)
{
    SecretBytes bytes;
    if (auto const read = readSecret(path, kSetting, bytes); !read) return read.error();
    return KeyPtr{std::make_shared<PseudonymKey>(idFromName(path).value_or(""), bytes.view())};
}

/// Paths of the key files of a folder, sorted.
Result<std::vector<std::string>> keyFilesIn(std::string const& folder)
{
    std::vector<std::string> paths;
    std::error_code failure;
    for (std::filesystem::directory_iterator at{folder, failure}, end; !failure && at != end;
         at.increment(failure)) {
        auto const& path = at->path();
        if (path.extension() != kEnding || path.filename().string().starts_with('.')) continue;
        paths.push_back(path.string());
    }
    if (failure)
        return faulty(folder, "cannot be looked into: " + failure.message(),
                      "let the user of the service read the folder");
    if (paths.size() > kMostKeys)
        return faulty(folder, "holds more than 400 keys", "keep a key a quarter in it, no more");
    std::ranges::sort(paths);
    return paths;
}

std::string howToMake(std::string const& folder, std::optional<Instant> now)
{
    auto const name = now ? KeyPeriod::at(*now).id() : std::string{"k26q1"};
    return "make one with: (umask 077; head -c 32 /dev/urandom > " + folder + "/" + name + ".key)";
}

/// Newest first; those of no period last, by id.
bool isNewer(KeyPtr const& one, KeyPtr const& other)
{
    if (one->period != other->period) return other->period < one->period; // nothing is least
    return one->id < other->id;
}

bool mayBeInForce(KeyPtr const& key, std::optional<Instant> now)
{
    return !now || !key->period || key->period->begin() <= *now;
}

} // namespace

PseudonymKey::PseudonymKey(std::string itsId, std::span<unsigned char const> key)
    : mac{key}, mark{mac.of({kMarkText})}, id{std::move(itsId)}
{
    if (id.empty()) id = keyIdOf(mark, "k1");
    period = KeyPeriod::ofId(id);
}

Result<KeyRing> KeyRing::read(std::string const& path, std::optional<Instant> now)
{
    KeyRing ring;
    std::error_code ignored; // what cannot be looked at shows when it is opened
    ring.turns_ = std::filesystem::is_directory(path, ignored);
    std::vector<std::string> files{path};
    if (ring.turns_) {
        auto found = keyFilesIn(path);
        if (!found) return found.error();
        files = std::move(*found);
    }
    for (auto const& file : files) {
        auto key = readKey(file);
        if (!key) return key.error();
        for (auto const& other : ring.keys_) {
            // A key that lies there twice would outlive its destruction.
            if (other->mark == (*key)->mark || other->id == (*key)->id)
                return faulty(file, "is the key " + other->id + " once more",
                              "keep each key in one file, with a name of its own");
        }
        ring.keys_.push_back(std::move(*key));
    }
    std::ranges::sort(ring.keys_, isNewer);
    auto const first = std::ranges::find_if(ring.keys_, [&](KeyPtr const& key) {
        return !ring.turns_ || mayBeInForce(key, now); // one that is named as a file always may
    });
    if (first == ring.keys_.end())
        return faulty(path,
                      ring.keys_.empty() ? "holds no key" : "holds keys of later periods only",
                      howToMake(path, now));
    ring.inForce_ = *first;
    return ring;
}

KeyIds KeyRing::ids() const
{
    KeyIds ids{inForce_->id, {}};
    for (auto const& key : keys_)
        if (key != inForce_) ids.others.push_back(key->id);
    return ids;
}

std::vector<Mac> KeyRing::marks() const
{
    std::vector<Mac> marks;
    marks.reserve(keys_.size());
    for (auto const& key : keys_) marks.push_back(key->mark);
    return marks;
}

PseudonymKey const* KeyRing::find(std::string_view id) const
{
    auto const at =
        std::ranges::find(keys_, id, [](KeyPtr const& key) -> std::string_view { return key->id; });
    return at == keys_.end() ? nullptr : at->get();
}

} // namespace tcds::audit
