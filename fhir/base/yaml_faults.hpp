#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/yaml_reader.hpp"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>

#include <cstddef>
#include <string>
#include <string_view>

// Private to the reader of YAML: what is wrong with a file, and where.

namespace tcds {

/// Thrown through the parser to end it; the problem was reported before.
struct YamlStop {
};

inline constexpr char const* kOpenQuote = "a quoted text is not closed";
inline constexpr char const* kCloseQuote = "close it with the quote that opened it";

/// Reports problems of one file.
class YamlFaults
{
public:
    /// @param text, file, problems  outlive this
    YamlFaults(std::string_view text, std::string const& file, Problems& problems)
        : text_{text}, file_{file}, problems_{problems}
    {
    }

    [[nodiscard]] FilePosition positionOf(YAML::Mark const& mark) const;
    [[nodiscard]] FilePosition positionOf(std::size_t byte) const;

    /// Throws YamlStop when the file has more problems than anybody reads.
    void report(FilePosition at, std::string what, std::string fix, std::string_view code = "L01");
    /// What the parser could not go on from, in words of ours.
    void report(YAML::Exception const& failure);
    /// What must hold before the parser may see the text: size, UTF-8, no control characters, no
    /// tabs in the indentation. Reports what does not.
    bool checkBytes();

    /// Whether the text that opens with a quote at `mark` closes again. The parser takes the end of
    /// the file for a closing single quote.
    [[nodiscard]] bool closesQuote(YAML::Mark const& mark) const;
    /// The byte that `mark` points at, NUL at the end.
    [[nodiscard]] char byteAt(YAML::Mark const& mark) const;

private:
    std::string_view text_;
    std::string const& file_;
    Problems& problems_;
    std::size_t reports_ = 0;
};

} // namespace tcds
