#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::doctor {

enum class Level : std::uint8_t {
    Ok,
    Note,   // works, and an integrator should know it
    Problem // calls fail, or lose data
};
std::string_view toText(Level level); // "problem"

/// The result of one check, for the person who wires an EHR. Never holds patient data or a token.
struct Finding {
    Level level = Level::Ok;
    std::string where; // config key, and the URL or file that it names
    std::string what;  // what was found
    std::string fix;   // what the reader can do; "" when all is well

    bool operator==(Finding const&) const = default;
};

/// Gathers what the checks of one entry find, in their order.
class Findings
{
public:
    void ok(std::string_view where, std::string what);
    void note(std::string_view where, std::string what, std::string fix);
    void problem(std::string_view where, std::string what, std::string fix);
    void add(Level level, std::string_view where, std::string what, std::string fix);

    [[nodiscard]] std::vector<Finding> const& all() const { return all_; }
    [[nodiscard]] std::vector<Finding> take() { return std::move(all_); }

private:
    std::vector<Finding> all_;
};

/// The findings of one client entry.
struct Report {
    std::string client; // "" for the service without entries
    std::vector<Finding> findings;
};

bool hasProblem(std::vector<Report> const& reports);

/// A text that somebody else wrote, fit for a terminal: visible ASCII, at most 120 characters.
std::string shown(std::string_view foreign);

/// One line a finding, `LEVEL where: what. Fix: fix.`, then the counts.
/// @param colour  escape sequences of a terminal around the levels
std::string asText(std::vector<Report> const& reports, bool colour);
/// {"problems":N,"notes":N,"clients":[{"client","findings":[{"level","where","what","fix"}]}]}
std::string asJson(std::vector<Report> const& reports);

} // namespace tcds::doctor
