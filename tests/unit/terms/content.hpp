#pragma once

#include "fhir/terms/terminology.hpp"

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::terms::test {

/// The terminology of the files under rules/, loaded once. Fails the test when they have faults.
Terminology const& shipped();
/// What loading them reports, one a line.
std::string shippedProblems();

/// A terminology made of texts.
struct Loaded {
    std::vector<Tree> trees;
    std::shared_ptr<Terminology const> terms;
    Problems problems;

    /// All findings, one a line.
    [[nodiscard]] std::string report() const;
};

/// @param sets      file name ("LOOP") and YAML of each value set
/// @param analytes  YAML of the analyte file, "" for none
/// @param tables    only the texts that are needed; must outlive the result
Loaded loadTexts(std::initializer_list<std::pair<std::string_view, std::string_view>> sets,
                 std::string_view analytes = {}, TerminologySources const& tables = {});

/// Names of sets, in the order of the bits.
std::vector<std::string> namesOf(Terminology const& terms, SetBits const& bits);
SetBits setsNamed(Terminology const& terms, std::initializer_list<std::string_view> names);

} // namespace tcds::terms::test
