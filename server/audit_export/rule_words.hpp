#pragma once

#include "fhir/base/result.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::audit_export {

/// What the rules of a decision say of a rule, beyond what the record does.
struct RuleWords {
    struct Evidence {
        std::string id, citation, url; // url "" = none
    };
    std::string title;
    std::vector<Evidence> evidence; // in the order of the rule
};

/// Titles and citations of rules as they were when they decided, from the contents that are kept by
/// digest. A record whose rules are not kept is exported without them. One thread.
class RuleLibrary
{
public:
    /// Gives the bundle file of a digest; nothing when it is not kept.
    using Find = std::function<Result<std::optional<std::string>>(std::string_view digest)>;

    /// A library without books.
    RuleLibrary() = default;
    explicit RuleLibrary(Find find) : find_{std::move(find)} {}

    /// @param pack  digest of the content that decided
    /// @return nullptr when nothing is known of it. Lives until the next call
    RuleWords const* of(std::string_view pack, std::string_view rule);

private:
    using Book = std::map<std::string, RuleWords, std::less<>>;
    Book const& bookOf(std::string_view pack);
    [[nodiscard]] Book read(std::string_view pack) const;

    Find find_;
    std::map<std::string, Book, std::less<>> books_; // by digest; few at a time
};

} // namespace tcds::audit_export
