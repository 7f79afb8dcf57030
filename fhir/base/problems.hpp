#pragma once

#include "fhir/base/result.hpp"

#include <string>
#include <vector>

namespace tcds {

enum class Severity { Error, Warning };

/// One finding of a loader or linter.
struct Diagnostic {
    Severity severity = Severity::Error;
    std::string code;  // "L01"; empty where no code applies
    std::string where; // FILE:LINE:COLUMN
    std::string what;
    std::string fix;

    bool operator==(Diagnostic const&) const = default;
};

/// `FILE:LINE:COLUMN: error L01: what. Fix: fix.`
std::string toText(Diagnostic const& problem);

/// Gathers everything that is wrong, so that an author sees all of it in one pass.
class Problems
{
public:
    void error(std::string code, std::string where, std::string what, std::string fix);
    void warning(std::string code, std::string where, std::string what, std::string fix);
    void add(Diagnostic problem) { all_.push_back(std::move(problem)); }

    [[nodiscard]] bool hasErrors() const;
    [[nodiscard]] bool empty() const { return all_.empty(); }

    /// Sorted by file, line, column (numerically), then code; equal findings once.
    [[nodiscard]] std::vector<Diagnostic> sorted() const;

    /// All findings as one Error of kind Config whose `what` lists them, one a line.
    [[nodiscard]] Error asError() const;

private:
    std::vector<Diagnostic> all_;
};

/// The known word nearest to a mistyped one (edit distance at most a third of its length), or "".
std::string nearestWord(std::string_view typed, std::vector<std::string_view> const& known);

} // namespace tcds
