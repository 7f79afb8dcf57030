#pragma once

#include "server/cases/case_file.hpp"

#include <stdexcept>
#include <string>

namespace tcds::test {

/// Reads a test file; throws with the first fault.
inline cases::CaseFile casesIn(std::string const& yaml)
{
    Problems problems;
    auto const tree = Tree::fromYaml(yaml, "tests/core/EL-T.yaml", problems);
    auto file = tree ? cases::readCaseFile(*tree, problems) : cases::CaseFile{};
    if (problems.hasErrors()) throw std::runtime_error{toText(problems.sorted().front())};
    return file;
}

/// One case with these lines below `name`, at 2026-01-31T08:00:00Z, of a woman born in 1950.
inline cases::CaseFile oneCase(std::string const& lines)
{
    std::string text = "rule: EL-T\n"
                       "now: 2026-01-31T08:00:00Z\n"
                       "patient: {birth: 1950-04-01, sex: female}\n"
                       "cases:\n"
                       "  - name: the case\n";
    for (std::size_t at = 0; at < lines.size();) {
        auto const end = std::min(lines.find('\n', at), lines.size());
        text += "    " + lines.substr(at, end - at) + "\n";
        at = end + 1;
    }
    return casesIn(text);
}

} // namespace tcds::test
