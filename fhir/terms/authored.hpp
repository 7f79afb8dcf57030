#pragma once

#include "fhir/base/datetime.hpp"
#include "fhir/base/decimal.hpp"
#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::terms {

/// The members of an authored map, with the faults of it reported once: it is no map, a key is not
/// known (L01 with the nearest word). Accessors report values of the wrong type (L01).
class Fields
{
public:
    /// @param what   for messages: "value set", "member"
    Fields(Node const& map, std::string_view what, std::initializer_list<std::string_view> known,
           Problems& problems);

    [[nodiscard]] bool isMap() const { return map_.isMap(); }
    [[nodiscard]] std::optional<Node> find(std::string_view key) const;
    /// A text, or "" when the key is absent.
    [[nodiscard]] std::string_view text(std::string_view key) const;
    /// A text that must be there (L01).
    [[nodiscard]] std::string_view required(std::string_view key) const;
    /// `yes` or `no`.
    [[nodiscard]] bool flag(std::string_view key) const;
    [[nodiscard]] std::optional<Duration> duration(std::string_view key) const;
    /// The texts of a list or of one bare word.
    [[nodiscard]] std::vector<Node> list(std::string_view key) const;
    [[nodiscard]] std::string where() const { return map_.where(); }

private:
    Node map_;
    std::string_view what_;
    Problems& problems_;
};

/// `did you mean "X"?`, or `fallback` when no known word is near.
std::string didYouMean(std::string_view typed, std::vector<std::string_view> const& known,
                       std::string_view fallback);

/// Text in double quotes, for messages.
std::string quoted(std::string_view text);

} // namespace tcds::terms
