#pragma once

#include "fhir/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::app {

/// What the holder of a token may ask for (control CTL-17).
///
/// | role | status | reload the rules | read decisions |
/// |---|---|---|---|
/// | viewer | yes | | |
/// | operator | yes | yes | |
/// | auditor | yes | | yes |
/// | admin | yes | yes | yes |
enum class Role : std::uint8_t { Viewer, Operator, Auditor, Admin };
std::string_view word(Role role);
std::optional<Role> parseRole(std::string_view word);
[[nodiscard]] constexpr bool mayReload(Role role)
{
    return role == Role::Operator || role == Role::Admin;
}
[[nodiscard]] constexpr bool mayReadDecisions(Role role)
{
    return role == Role::Auditor || role == Role::Admin;
}

/// Whose token it is.
struct AdminUser {
    std::string name;
    Role role = Role::Operator;
    std::string tenant; // whose decisions: a name, "*" = every one, "" = the service's own
};

/// Who may ask the admin listener: names and the digests of their tokens. May be used from several
/// threads at once.
class AdminTokens
{
public:
    /// Reads a file that only its owner can read (control CTL-14): a line `NAME TOKEN [ROLE
    /// [TENANT]]` each, `#` begins a comment line. A token has 32 characters or more, none of them
    /// a blank. A line without a role is an operator's: what such a line always could do, and no
    /// decision of a patient.
    ///
    /// @error Config, `where` = the path and the line: nothing of a token is told
    static Result<AdminTokens> fromFile(std::string const& path);

    /// @param authorization  value of the field
    /// @return whose token it is; nullptr: nobody's. Lives as long as the tokens
    [[nodiscard]] AdminUser const* holderOf(std::string_view authorization) const;
    /// Every tenant that some line names.
    [[nodiscard]] std::vector<std::string> tenants() const;

private:
    struct Entry {
        std::string digest; // SHA-256 of the token
        AdminUser user;
    };
    std::vector<Entry> entries_;
};

} // namespace tcds::app
