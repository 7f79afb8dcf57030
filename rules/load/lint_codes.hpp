#pragma once

#include <span>
#include <string_view>

namespace tcds::rules {

/// A finding of the loader or of lint; docs/lint.md has a page with a bad and a good example.
struct LintCode {
    std::string_view code;  // "L07"
    std::string_view title; // "Unreachable band"
    bool isError = true;
};

/// All of them, by code.
std::span<LintCode const> lintCodes();

} // namespace tcds::rules
