#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/result.hpp"
#include "server/audit/key_period.hpp"
#include "server/audit/keyed_mac.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tcds::audit {

/// One key of the pseudonyms.
struct PseudonymKey {
    PseudonymKey(std::string itsId, std::span<unsigned char const> key);

    KeyedMac mac;
    Mac mark; // the same for the same key, and no way back to it
    std::string id;
    std::optional<KeyPeriod> period; // nothing: a key for no period
};

/// The ids of the keys that are there.
struct KeyIds {
    std::string inForce;
    std::vector<std::string> others; // newest first
    bool operator==(KeyIds const&) const = default;
};

/// The keys of a tenant as they lie on the disk at one time.
///
/// A file holds one key. A folder holds one a file, `k26q1.key` for January to March 2026 (UTC): in
/// force is the newest one whose period has begun; keys with other names are older than all
/// periods. The id of a key is its file name without `.key` where that is `k` and 1 to 15
/// lower-case letters or digits, else `k1` and digits made from the key itself.
class KeyRing
{
public:
    /// @param now  decides which key is in force; nothing: the newest (for searches)
    /// @error Config: a file as readSecret says, no key that is in force, the same id or the same
    ///        key twice
    static Result<KeyRing> read(std::string const& path, std::optional<Instant> now);

    [[nodiscard]] std::shared_ptr<PseudonymKey const> const& inForce() const { return inForce_; }
    /// All of them, newest first.
    [[nodiscard]] std::span<std::shared_ptr<PseudonymKey const> const> all() const { return keys_; }
    [[nodiscard]] KeyIds ids() const;
    /// What tells them from other keys, whatever their ids.
    [[nodiscard]] std::vector<Mac> marks() const;
    /// Whether other keys may come with time: it is a folder.
    [[nodiscard]] bool turns() const { return turns_; }
    /// The key of that id, or nullptr.
    [[nodiscard]] PseudonymKey const* find(std::string_view id) const;

private:
    std::vector<std::shared_ptr<PseudonymKey const>> keys_;
    std::shared_ptr<PseudonymKey const> inForce_;
    bool turns_ = false;
};

} // namespace tcds::audit
