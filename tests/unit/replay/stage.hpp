#pragma once

#include "rules/load/content.hpp"
#include "rules/model/rule_set.hpp"
#include "server/app/decide.hpp"
#include "server/audit/pseudonyms.hpp"
#include "server/cases/case_file.hpp"
#include "server/replay/replayer.hpp"
#include "tests/unit/audit/log_stage.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::replay::test {

using audit::test::TemporaryDirectory;

/// The rules of this checkout with their real digest.
rules::Content shippedContent();
std::shared_ptr<rules::RuleSet const> shippedRules();
/// The same with a part of one file exchanged, under another digest.
/// @param file  below the rules folder: "packs/core/EL-K-LOW.yaml"
std::shared_ptr<rules::RuleSet const> rulesWith(std::string const& file, std::string_view was,
                                                std::string_view is);
constexpr auto kLowPotassium = "packs/core/EL-K-LOW.yaml";
/// All cases of the shipped rules, in the order of files.
std::vector<cases::Case> const& shippedCases();
/// A case by file and name; throws when there is none.
cases::Case const& caseNamed(std::string_view rule, std::string_view name);

/// How a call is decided and recorded.
struct How {
    How(); // not inline: GCC 12 takes members of an inlined default for uninitialised

    app::DecideSettings settings;
    bool forPatients = false;
    bool repeatKeys = false; // as deployments without repeat state write them on cards
    std::string mode = "active";
    std::string decisionId = "018d5f7a-0000-7000-8000-000000000001";
    std::string fetchedKey; // a prefetch key that the service fetched itself
    std::vector<Recent> recent;
};

/// Settings that go round with the number of a case: all that a record must not lose.
How howOf(std::size_t i);

/// A store, a key and calls that are decided as in service.
class Stage
{
public:
    Stage();

    /// The decision of a case; nothing when the call is refused.
    Result<app::Decision> decide(cases::Case const& test, How const& how);
    /// Keeps settings as the service does; their digest.
    std::string keep(app::DecideSettings const& settings);
    /// The line of the log that keeps a decision.
    std::string line(app::Decision const& decision, How const& how);

    [[nodiscard]] std::string store() const { return folder_.path("packs"); }
    Packs& packs() { return packs_; }
    Replayer& replayer() { return replayer_; }

private:
    TemporaryDirectory folder_;
    audit::Pseudonyms pseudonyms_;
    Packs packs_;
    Replayer replayer_;
};

/// The same with `was` exchanged for `is`, once; throws when the text does not hold it.
std::string exchanged(std::string text, std::string_view was, std::string_view is);

} // namespace tcds::replay::test
