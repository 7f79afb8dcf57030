#include "tests/fuzz/rules_in_use.hpp"

#include "fhir/base/problems.hpp"
#include "rules/load/compile.hpp"
#include "tests/fuzz/claim.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace tcds::fuzz {

namespace {

// Nothing here compares digests, and this needs no cryptography.
std::string noDigest(std::string_view) { return "0"; }

} // namespace

Instant now()
{
    using namespace std::chrono;
    return sys_days{year{2026} / 11 / 22} + 12h;
}

rules::Content& shippedContent()
{
    static auto content = contentReadAnew();
    return content;
}

rules::Content contentReadAnew()
{
    Problems problems;
    auto loaded = rules::loadFolder(TCDS_RULES_FOLDER, noDigest, problems);
    claim(loaded.has_value() && !problems.hasErrors(), "the rules folder can be read");
    return std::move(*loaded);
}

rules::RuleSet const& shippedRules()
{
    static auto const rules = [] {
        Problems problems;
        auto compiled = rules::compile(shippedContent(), problems);
        claim(compiled != nullptr, "the shipped rules compile");
        return compiled;
    }();
    return *rules;
}

} // namespace tcds::fuzz
