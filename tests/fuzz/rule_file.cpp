// Any bytes as the file of a rule: read, compiled in its place among the shipped rules, looked
// through by the linter and, when it compiles, judged for a chart.

#include "fhir/base/json.hpp"
#include "fhir/read/chart_reader.hpp"
#include "rules/cards/card.hpp"
#include "rules/eval/evaluation.hpp"
#include "rules/load/compile.hpp"
#include "rules/load/lint.hpp"
#include "tests/fuzz/claim.hpp"
#include "tests/fuzz/rules_in_use.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace tcds;
using fuzz::claim;

constexpr auto kChart =
    R"([{"resourceType":"Patient","id":"p1","gender":"female","birthDate":"1958-04-12"},)"
    R"({"resourceType":"Condition","id":"c1","clinicalStatus":{"coding":[{"code":"active"}]},)"
    R"("code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"R25.3"}]},)"
    R"("onsetDateTime":"2026-11-15","recordedDate":"2026-11-20"},)"
    R"({"resourceType":"MedicationRequest","id":"m1","status":"active","intent":"order",)"
    R"("medicationCodeableConcept":{"text":"furosemide"},"authoredOn":"2026-10-01"},)"
    R"({"resourceType":"MedicationRequest","id":"m2","status":"active","intent":"order",)"
    R"("medicationCodeableConcept":{"text":"lithium carbonate"},"authoredOn":"2026-10-01"},)"
    R"({"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":)"
    R"("http://loinc.org","code":"2823-3"}]},"effectiveDateTime":"2026-11-20T06:40:00Z",)"
    R"("valueQuantity":{"value":2.9,"unit":"mmol/L"}},)"
    R"({"resourceType":"Observation","id":"o2","status":"final","code":{"coding":[{"system":)"
    R"("http://loinc.org","code":"2951-2"}]},"effectiveDateTime":"2026-11-20T06:40:00Z",)"
    R"("valueQuantity":{"value":139,"unit":"mmol/L"}}])";

/// The shipped files but for most of the product table, which no rule can refer to and which would
/// take most of the time.
rules::Content& content()
{
    static auto& small = [&]() -> rules::Content& {
        auto& all = fuzz::shippedContent();
        auto const headerEnd = all.tables.products.find('\n');
        all.tables.products =
            all.tables.products.substr(0, all.tables.products.find('\n', headerEnd + 1) + 1);
        return all;
    }();
    return small;
}

/// The rule that the input replaces: its namesake, or the first of the pack.
Tree& placeOf(Tree const& input)
{
    auto& rules = content().packs.front().rules;
    auto const id = input.root().find("id");
    auto const namesake = std::ranges::find_if(rules, [&](Tree const& rule) {
        auto const other = rule.root().find("id");
        return id && other && id->text() == other->text();
    });
    return namesake != rules.end() ? *namesake : rules.front();
}

void judge(rules::RuleSet const& rules)
{
    static auto const chart = json::Document::parse(kChart);
    claim(chart.has_value(), "the fixed chart can be read");
    std::array const inputs{fhir::Input{"conditions", "prefetch", &chart->root()}};
    fhir::ReadOptions options;
    options.asOf = fuzz::now();
    options.patientId = "p1";
    options.complaintWindow = rules.complaintWindow;
    auto const context = fhir::readChart(inputs, options, *rules.terms);
    claim(context.has_value(), "the fixed chart can be read as facts");
    rules::EvaluateOptions everything;
    everything.everyRule = true;
    everything.trace = true;
    auto const evaluation = rules::evaluate(*context, rules, everything);
    claim(evaluation->complaint, "the fixed chart holds a complaint");
    for (auto const& judgement : evaluation->judged)
        claim(judgement.outcome != rules::Outcome::Error, "no rule breaks");
    for (auto const& card : rules::compose(*evaluation, {}))
        claim(!card.summary.empty() && card.summary.size() < 4 * 140, "a card has a short summary");
}

void check(rules::Content const& all)
{
    Problems problems;
    auto const rules = rules::compile(all, problems, {true, ""});
    claim(rules != nullptr || problems.hasErrors(), "what does not compile is explained");
    for (auto const& problem : problems.sorted())
        claim(!problem.what.empty() && !problem.where.empty(), "a problem says where and what");
    if (rules == nullptr) return;
    rules::lint(all, *rules, {"", false}, problems);
    judge(*rules);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size)
{
    Problems problems;
    std::string_view const text{reinterpret_cast<char const*>(bytes), size};
    auto input = Tree::fromYaml(text, "packs/core/FUZZED.yaml", problems);
    claim(input.has_value() || problems.hasErrors(), "what cannot be read is explained");
    if (!input || problems.hasErrors()) return 0;
    auto& place = placeOf(*input);
    std::swap(place, *input);
    check(content());
    std::swap(place, *input);
    return 0;
}
