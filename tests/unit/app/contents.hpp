#pragma once

#include "server/app/content_switch.hpp"
#include "tests/support/rule_texts.hpp"

#include <future>
#include <memory>
#include <string>

// Contents that can be told apart in every answer and record.

namespace tcds::app::test {

/// One rule, EL-<letter>, that fires on low potassium; the digest is 64 times the letter.
/// @param letter  a to f
/// @param also    an analyte that the rule names too, which the prefetch then asks for
inline ReadyContent contentOf(char letter, std::string const& also = "MG")
{
    std::string const name(1, static_cast<char>(letter - 'a' + 'A'));
    auto const text = tcds::test::ruleText(
        "EL-" + name, "when: {lab: {analyte: K, below_reference: true}, as: k}\n"
                      "show: {other: {lab: " +
                          also +
                          "}}\n"
                          "card: {summary: \"Content " +
                          name +
                          ": {k.value}\", "
                          "findings: \"{other.value}\", options: Test}\n");
    auto set = std::make_shared<rules::RuleSet>(*tcds::test::rulesOf({text}));
    set->id = "site";
    set->version = name;
    set->digest = std::string(64, letter);
    set->signer = "ed25519:board";
    return {std::move(set), std::string(64, letter), {}};
}

/// Asks for a reload and waits for what comes of it.
inline Result<ContentStatus> reloaded(ContentSwitch& content, ReloadWish wish = {"signal", ""})
{
    std::promise<Result<ContentStatus>> came;
    auto coming = came.get_future();
    content.reload(std::move(wish),
                   [&came](Result<ContentStatus> const& result) { came.set_value(result); });
    return coming.get();
}

} // namespace tcds::app::test
