#include "server/audit/pseudonyms.hpp"

#include "server/audit/descriptor.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace tcds::audit {

namespace {

constexpr std::size_t kLeastBytes = 32;
constexpr std::size_t kMostBytes = 4096; // a longer file is some other file
constexpr std::size_t kKeptBytes = 16;   // of the HMAC (integration specification 4.2)

using Mac = std::array<unsigned char, 32>;

struct FreeMac {
    void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

/// Key bytes that are wiped when they are no longer needed.
struct KeyBytes {
    std::array<unsigned char, kMostBytes + 1> bytes{};
    std::size_t size = 0;
    KeyBytes() = default;
    KeyBytes(KeyBytes const&) = delete;
    KeyBytes& operator=(KeyBytes const&) = delete;
    ~KeyBytes() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

Error faulty(std::string const& path, std::string what, std::string fix)
{
    return {Error::Kind::Config, "audit.key_file " + path, std::move(what), std::move(fix)};
}

std::string systemText(int code) { return std::generic_category().message(code); }

constexpr std::size_t kWritten = 22; // characters of kKeptBytes, without padding

/// RFC 4648, section 5: four characters for three bytes; bytes that are missing at the end count as
/// zero, and what stands for them alone is left out.
void appendBase64Url(std::string& text, Mac const& mac)
{
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::array<unsigned, kKeptBytes + 2> kept{};
    std::copy_n(mac.begin(), kKeptBytes, kept.begin());
    std::array<char, kWritten + 2> written{};
    auto* at = written.data();
    for (std::size_t i = 0; i < kept.size(); i += 3) {
        auto const bits = kept[i] << 16U | kept[i + 1] << 8U | kept[i + 2];
        *at++ = kAlphabet[bits >> 18U];
        *at++ = kAlphabet[bits >> 12U & 63U];
        *at++ = kAlphabet[bits >> 6U & 63U];
        *at++ = kAlphabet[bits & 63U];
    }
    text.append(written.data(), kWritten);
}

/// "k26q1.key" names its key itself: `k` and 1 to 15 lower-case letters or digits.
std::optional<std::string> idFromName(std::string const& path)
{
    auto const name = std::filesystem::path{path}.stem().string();
    if (name.size() < 2 || name.size() > 16 || name.front() != 'k') return std::nullopt;
    for (auto const c : name)
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) return std::nullopt;
    // "key" is what such a file is called when nobody thought of a period.
    if (name == "key" || name == "keyfile") return std::nullopt;
    return name;
}

Result<void> readKey(int descriptor, std::string const& path, KeyBytes& key)
{
    struct stat status {
    };
    if (::fstat(descriptor, &status) != 0)
        return faulty(path, "cannot be examined: " + systemText(errno), "check the file");
    if (!S_ISREG(status.st_mode))
        return faulty(path, "is not a regular file", "name a file that holds the key");
    if ((status.st_mode & 0077U) != 0)
        return faulty(path, "can be read by others than its owner",
                      "chmod 600 " + path + ", and make a new key if others had access");
    while (key.size < key.bytes.size()) {
        auto const got =
            ::read(descriptor, key.bytes.data() + key.size, key.bytes.size() - key.size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return faulty(path, "cannot be read: " + systemText(errno), "check the disk");
        if (got == 0) break;
        key.size += static_cast<std::size_t>(got);
    }
    if (key.size < kLeastBytes)
        return faulty(path, "holds " + std::to_string(key.size) + " bytes, fewer than 32",
                      "head -c 32 /dev/urandom > " + path);
    if (key.size > kMostBytes)
        return faulty(path, "holds more than 4096 bytes", "name the file of the key alone");
    return {};
}

/// Writes 32 random bytes to a file that must not exist yet. It appears whole or not at all, so two
/// processes that start at once agree on one key.
Result<void> makeKey(std::string const& path)
{
    std::error_code ignored; // a folder that cannot be made shows when the file cannot
    auto const folder = std::filesystem::path{path}.parent_path();
    if (!folder.empty()) std::filesystem::create_directories(folder, ignored);

    auto const draft = path + "." + std::to_string(::getpid());
    Descriptor const file{::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (file.get() < 0)
        return faulty(path, "cannot be made: " + systemText(errno),
                      "make the folder writable or set audit.key_file");
    std::array<unsigned char, kLeastBytes> key{};
    if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1)
        throw std::runtime_error{"the random generator of OpenSSL has no entropy"};
    auto const made =
        ::write(file.get(), key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
        ::fsync(file.get()) == 0 && (::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST);
    auto const code = errno;
    OPENSSL_cleanse(key.data(), key.size());
    ::unlink(draft.c_str());
    if (made) return {};
    return faulty(path, "cannot be written: " + systemText(code), "free space or check the disk");
}

} // namespace

/// Contexts are kept keyed: taking the key up again costs a fifth of setting it anew.
struct Pseudonyms::Impl {
    std::string id;
    std::string tenant;
    Context keyed; // only copied once a call can come
    mutable std::mutex mutex;
    mutable std::vector<Context> idle;

    [[nodiscard]] Context take() const
    {
        {
            std::lock_guard const lock{mutex};
            if (!idle.empty()) {
                auto context = std::move(idle.back());
                idle.pop_back();
                return context;
            }
        }
        Context context{EVP_MAC_CTX_dup(keyed.get())};
        if (!context) throw std::bad_alloc{};
        return context;
    }

    void giveBack(Context context) const
    {
        std::lock_guard const lock{mutex};
        idle.push_back(std::move(context)); // at most one a thread
    }

    [[nodiscard]] std::string write(Mac const& mac) const
    {
        std::string text;
        text.reserve(id.size() + 1 + kWritten);
        text += id;
        text += ':';
        appendBase64Url(text, mac);
        return text;
    }
};

namespace {

Context keyedContext(KeyBytes const& key)
{
    std::unique_ptr<EVP_MAC, FreeMac> const hmac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
    Context context{hmac ? EVP_MAC_CTX_new(hmac.get()) : nullptr};
    std::array<char, 7> digest{"SHA256"};
    std::array<OSSL_PARAM, 2> const parameters{
        OSSL_PARAM_construct_utf8_string("digest", digest.data(), 0), OSSL_PARAM_construct_end()};
    if (!context || EVP_MAC_init(context.get(), key.bytes.data(), key.size, parameters.data()) != 1)
        throw std::runtime_error{"OpenSSL offers no HMAC-SHA-256"};
    return context;
}

// What the id of a key is made of: it says nothing about the key without it.
constexpr std::string_view kKeyIdText = "twitch-cds key id";

Mac macOf(EVP_MAC_CTX* keyed, std::initializer_list<std::string_view> parts)
{
    auto good = EVP_MAC_init(keyed, nullptr, 0, nullptr) == 1;
    for (auto const part : parts)
        good = good && EVP_MAC_update(keyed, reinterpret_cast<unsigned char const*>(part.data()),
                                      part.size()) == 1;
    Mac mac{};
    std::size_t length = 0;
    good = good && EVP_MAC_final(keyed, mac.data(), &length, mac.size()) == 1;
    if (!good) throw std::runtime_error{"HMAC-SHA-256 failed inside OpenSSL"};
    return mac;
}

} // namespace

Result<Pseudonyms> Pseudonyms::fromFile(std::string const& path, std::string tenant)
{
    Descriptor const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.get() < 0)
        return faulty(path, "cannot be opened: " + systemText(errno),
                      "make one with: (umask 077; head -c 32 /dev/urandom > " + path + ")");
    KeyBytes key;
    if (auto const read = readKey(file.get(), path, key); !read) return read.error();

    auto impl = std::make_unique<Impl>();
    impl->tenant = std::move(tenant);
    impl->keyed = keyedContext(key);
    if (auto named = idFromName(path)) {
        impl->id = *std::move(named);
    } else {
        constexpr std::string_view kDigits = "0123456789abcdef";
        auto const mac = macOf(impl->keyed.get(), {kKeyIdText});
        impl->id = "k1";
        for (std::size_t i = 0; i < 3; ++i) {
            impl->id += kDigits[mac[i] >> 4U];
            impl->id += kDigits[mac[i] & 15U];
        }
    }
    return Pseudonyms{std::move(impl)};
}

Result<Pseudonyms> Pseudonyms::fromFileOrNew(std::string const& path, std::string tenant)
{
    if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT)
        if (auto const made = makeKey(path); !made) return made.error();
    return fromFile(path, std::move(tenant));
}

Pseudonyms::Pseudonyms(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Pseudonyms::Pseudonyms(Pseudonyms&&) noexcept = default;
Pseudonyms& Pseudonyms::operator=(Pseudonyms&&) noexcept = default;
Pseudonyms::~Pseudonyms() = default;

bool Pseudonyms::hasKeyOf(Pseudonyms const& other) const
{
    auto const mark = [](Impl const& impl) { return macOf(impl.take().get(), {kKeyIdText}); };
    return mark(*impl_) == mark(*other.impl_);
}

ServerPseudonyms Pseudonyms::on(std::string_view fhirBase) const { return {*impl_, fhirBase}; }

struct ServerPseudonyms::Impl {
    Pseudonyms::Impl const& all;
    Context context;
    std::string tenant;               // "tenant|"
    std::string server;               // "tenant|fhirBase|"
    std::vector<std::string> ofFacts; // by FactId, "" where nobody has asked yet

    std::string of(std::initializer_list<std::string_view> parts)
    {
        return all.write(macOf(context.get(), parts));
    }
};

ServerPseudonyms::ServerPseudonyms(Pseudonyms::Impl const& keyed, std::string_view fhirBase)
    : impl_{new Impl{keyed, keyed.take(), keyed.tenant + "|", {}, {}}}
{
    impl_->server.append(impl_->tenant).append(fhirBase).append("|");
}

ServerPseudonyms::~ServerPseudonyms() { impl_->all.giveBack(std::move(impl_->context)); }

std::string ServerPseudonyms::of(std::string_view identifier)
{
    return impl_->of({impl_->server, identifier});
}

std::string_view ServerPseudonyms::of(FactId fact, SourceRef const& source)
{
    auto& known = impl_->ofFacts;
    if (fact.index() >= known.size()) known.resize(std::max(2 * known.size(), fact.index() + 1));
    auto& text = known[fact.index()];
    if (text.empty())
        text = source.version.empty()
                   ? impl_->of({impl_->server, source.resource})
                   : impl_->of({impl_->server, source.resource, "/", source.version});
    return text;
}

std::string ServerPseudonyms::ofParts(std::string_view parts)
{
    return impl_->of({impl_->tenant, parts});
}

} // namespace tcds::audit
