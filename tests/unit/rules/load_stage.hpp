#pragma once

#include "rules/load/compile.hpp"
#include "rules/load/content.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// A small rule set in memory for tests of the loader: the terminology of terms_fixture.hpp, one
// pack "core" with the rule EL-K-LOW, and whatever files a test puts in place of these.

namespace tcds::rules::test {

/// Content of the rule EL-K-LOW, with some lines replaced.
/// @param lines  each replaces the line that begins with the same key, or is added at the end
std::string ruleText(std::vector<std::string> const& lines = {});

/// As ruleText(), with another id and title.
std::string ruleNamed(std::string_view id, std::vector<std::string> const& lines = {});

/// The ruleset.yaml of the stage, with some lines replaced as in ruleText().
std::string ruleSetText(std::vector<std::string> const& lines = {});

using Files = std::map<std::string, std::string>; // path below rules/ -> text

/// Where the rule of the stage lives.
inline constexpr char const* kRulePath = "packs/core/EL-K-LOW.yaml";

/// The stage with `files` added or put in place of its own. The small tables are those of the
/// fixture.
Content stageContent(Files const& files, Problems& problems);

struct Compiled {
    Problems problems;
    std::unique_ptr<Content> content;
    std::shared_ptr<RuleSet const> set;

    /// All findings, one a line, as people see them.
    [[nodiscard]] std::vector<std::string> messages() const;
    /// Codes of the findings, sorted, each once.
    [[nodiscard]] std::vector<std::string> codes() const;
};

Compiled compileFiles(Files const& files, CompileOptions const& options = {});

/// Compiles and lints.
Compiled lintFiles(Files const& files, std::string const& day = "", bool needTests = false);

} // namespace tcds::rules::test
