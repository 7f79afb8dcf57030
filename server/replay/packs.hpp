#pragma once

#include "fhir/base/result.hpp"
#include "rules/load/content.hpp"
#include "rules/model/rule_set.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::replay {

/// The rules of old decisions: the content that is built into this program, and every one of the
/// pack store. Each is read and compiled once. From any thread.
class Packs
{
public:
    using BuiltIn = std::function<rules::Content()>;

    /// @param directory  `content.store`; may be absent
    /// @param builtIn    asked once, when a digest is looked for
    Packs(std::string directory, BuiltIn builtIn);

    /// The rules of a digest as they stood on the day of their loading.
    ///
    /// @param digest  `pack.sha256` of a record
    /// @param day     `pack.day` of a record: rules outside their period only count; "" = periods
    ///                are not looked at
    /// @return nullptr when they are neither in the store nor built in
    /// @error Config when the file of the digest cannot be used
    Result<std::shared_ptr<rules::RuleSet const>> find(std::string_view digest,
                                                       std::string_view day);

    /// The digest of the content with that version: the one built in, or else of the store.
    /// @return nothing when there is none
    /// @error Config when several contents have the version, or the store cannot be read
    Result<std::optional<std::string>> withVersion(std::string_view version);

    [[nodiscard]] std::string const& directory() const { return directory_; }

private:
    struct Known {
        std::shared_ptr<rules::Content const> content; // nullptr: there is none
        std::vector<std::string> turns; // days on which some rule begins or has ended, sorted
        std::map<std::ptrdiff_t, std::shared_ptr<rules::RuleSet const>> compiled; // by turns passed
    };

    Result<Known*> known(std::string_view digest);
    Result<std::shared_ptr<rules::Content const>> contentOf(std::string_view digest);
    std::shared_ptr<rules::Content const> const& builtIn();

    std::string directory_;
    BuiltIn makeBuiltIn_;
    std::shared_ptr<rules::Content const> builtIn_;
    std::map<std::string, Known, std::less<>> known_;
    std::mutex mutex_; // of all of it
};

} // namespace tcds::replay
