#include "rules/load/bundle.hpp"
#include "rules/load/compile.hpp"
#include "rules/load/lint.hpp"

#include <gmock/gmock.h>
#include <rapidjson/document.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <fstream>
#include <iterator>
#include <memory>

// The content that ships: it compiles and lints without errors, and the published schemas accept
// it.

namespace tcds::rules {
namespace {

std::string noDigest(std::string_view) { return "x"; }

struct Shipped {
    Problems problems;
    Content content;
    std::shared_ptr<RuleSet const> set;
};

Shipped const& shipped()
{
    static auto const loaded = [] {
        auto made = std::make_unique<Shipped>();
        auto content = loadFolder(TCDS_RULES_FOLDER, noDigest, made->problems);
        made->content = std::move(content.value());
        made->set = compile(made->content, made->problems, {true, ""});
        return made;
    }();
    return *loaded;
}

std::string errorsOf(Problems const& problems)
{
    std::string lines;
    for (auto const& problem : problems.sorted())
        if (problem.severity == Severity::Error) lines += toText(problem) + '\n';
    return lines;
}

TEST(ShippedContent, CompilesWithoutErrors)
{
    EXPECT_EQ(errorsOf(shipped().problems), "");
    ASSERT_NE(shipped().set, nullptr);
    EXPECT_GE(shipped().set->rules.size(), 44U);
}

TEST(ShippedContent, LintsWithoutErrors)
{
    ASSERT_NE(shipped().set, nullptr);
    Problems problems;

    lint(shipped().content, *shipped().set, {"", true}, problems);

    EXPECT_EQ(errorsOf(problems), "");
}

TEST(ShippedContent, CompilesFromItsBundleToTheSameRules)
{
    ASSERT_NE(shipped().set, nullptr);
    auto const bundle =
        readBundle(writeBundle(shipped().content), shipped().content.tables.products, "embedded");
    ASSERT_TRUE(bundle);
    Problems problems;

    auto const set = compile(*bundle, problems, {true, ""});

    ASSERT_NE(set, nullptr) << errorsOf(problems);
    ASSERT_EQ(set->rules.size(), shipped().set->rules.size());
    for (std::size_t i = 0; i < set->rules.size(); ++i) {
        SCOPED_TRACE(set->rules[i].id);
        EXPECT_EQ(describe(set->rules[i].when, &set->rules[i], *set),
                  describe(shipped().set->rules[i].when, &shipped().set->rules[i], *shipped().set));
    }
    EXPECT_EQ(set->order, shipped().set->order);
    EXPECT_EQ(set->keys.byIngredient, shipped().set->keys.byIngredient);
}

TEST(ShippedContent, HasEveryWellKnownNameOfTheEngine)
{
    ASSERT_NE(shipped().set, nullptr);
    auto const& known = shipped().set->known;

    for (auto const id : {known.pregnancy, known.postpartum, known.dialysisStatus,
                          known.dialysisProcedure, known.ckd3, known.ckd4, known.ckd5})
        EXPECT_TRUE(id.known());
    for (auto const id : {known.calcium, known.adjustedCalcium, known.ionisedCalcium, known.albumin,
                          known.egfr, known.magnesium, known.potassium})
        EXPECT_TRUE(id.known());
    EXPECT_TRUE(known.dialysis.known());
}

// --- Schemas -----------------------------------------------------------------------------------

class Schema
{
public:
    explicit Schema(std::string const& name)
        : source_{read(std::string{TCDS_RULES_FOLDER} + "/schema/" + name + ".schema.json")},
          schema_{source_}
    {
    }

    /// "" when it fits, else keyword and JSON Pointer of the first misfit.
    [[nodiscard]] std::string misfit(rapidjson::Value const& value) const
    {
        rapidjson::SchemaValidator validator{schema_};
        if (value.Accept(validator)) return "";
        rapidjson::StringBuffer pointer;
        validator.GetInvalidDocumentPointer().StringifyUriFragment(pointer);
        return std::string{validator.GetInvalidSchemaKeyword()} + " at " + pointer.GetString();
    }

private:
    static rapidjson::Document read(std::string const& path)
    {
        std::ifstream file{path};
        std::string const text{std::istreambuf_iterator<char>{file}, {}};
        rapidjson::Document document;
        document.Parse(text.data(), text.size());
        EXPECT_FALSE(document.HasParseError()) << path;
        return document;
    }

    rapidjson::Document source_;
    rapidjson::SchemaDocument schema_;
};

void expectFit(Schema const& schema, Tree const& tree)
{
    EXPECT_EQ(schema.misfit(tree.root().raw()), "") << tree.file();
}

TEST(Schema, AcceptsEveryShippedFile)
{
    auto const& content = shipped().content;
    Schema const rule{"rule"}, valueSet{"valueset"}, tests{"tests"};

    expectFit(Schema{"ruleset"}, *content.ruleSet);
    expectFit(Schema{"analytes"}, *content.analytes);
    for (auto const& tree : content.valueSets) expectFit(valueSet, tree);
    for (auto const& pack : content.packs)
        for (auto const& tree : pack.rules) expectFit(rule, tree);
    for (auto const& tree : content.tests) expectFit(tests, tree);
    EXPECT_FALSE(content.packs.empty() || content.valueSets.empty());
}

TEST(Schema, RefusesWhatTheLoaderRefuses)
{
    constexpr auto kRule =
        "id: EL-K-LOW\nversion: 1.0.0\nstatus: active\ntitle: T\ngroup: EL\n"
        "cluster: K\nmeta: {}\nwhen: {is: AKI}\ncard: {summary: s, findings: f}\n";
    Schema const rule{"rule"};
    auto const misfit = [&](std::string const& text) {
        Problems problems;
        auto const tree = Tree::fromYaml(text, "x.yaml", problems);
        return tree ? rule.misfit(tree->root().raw()) : std::string{"unreadable"};
    };
    auto const base = std::string{kRule};

    EXPECT_EQ(misfit(base), "");
    for (auto const* const line :
         {"clustre: K\n", "unless: {lab: {analyte: K, belov: 3 mmol/L}}\n",
          "unless: {lab: {analyte: K, below: 3}}\n", "unless: {expr: {fhirpath: x}}\n",
          "unless: {med: {class: LOOP, stopped_within: 14 days}}\n", "indicator: severe\n",
          "bands: [{indicator: info}]\n", "suggest: [{review: d, id: S-BMP}]\n", "gate: [a]\n"}) {
        SCOPED_TRACE(line);
        EXPECT_NE(misfit(base + line), "");
    }
}

TEST(Schema, TellsAGoodOverlayFromAFaultyOne)
{
    Schema const overlay{"overlay"};
    auto const misfit = [&](std::string const& text) {
        Problems problems;
        auto const tree = Tree::fromYaml(text, "overlay.yaml", problems);
        return tree ? overlay.misfit(tree->root().raw()) : std::string{"unreadable"};
    };

    // docs/rule-language.md, "Overlays"
    EXPECT_EQ(
        misfit("meta: {reviewers: [Nephrologist], approved: {by: Committee, date: 2026-11-20}}\n"
               "rules:\n"
               "  EL-NA-LOW: {written_for: 1.0.0, reason: r, by: Chief pharmacist, "
               "parameters: {entry: {value: 133 mmol/L, pregnancy: 128 mmol/L}}}\n"
               "  MED-STEROID: {disable: yes, reason: r, by: Chief pharmacist}\n"
               "  CTX-BENIGN: {status: active, level: raise, text: [Check it., And that.], "
               "override_reasons: [local-reason]}\n"
               "valuesets:\n"
               "  LOOP: {members: [{ingredient: metolazone, source: formulary}]}\n"
               "  OPIOID: {fhir: opioids.json, mode: replace, reason: our formulary list}\n"),
        "");
    for (auto const* const text :
         {"rule: {}\n", "rules: {EL-K-LOW: {limits: {}}}\n",
          "rules: {EL-K-LOW: {status: disabled}}\n", "rules: {EL-K-LOW: {level: critical}}\n",
          "rules: {EL-K-LOW: {disable: maybe}}\n",
          "rules: {EL-K-LOW: {parameters: {entry: 3.2}}}\n",
          "rules: {EL-K-LOW: {parameters: {entry: {value: low}}}}\n",
          "rules: {EL-K-LOW: {written_for: latest}}\n", "rules: [EL-K-LOW]\n",
          "valuesets: {LOOP: {mode: replace}}\n", "valuesets: {LOOP: {members: []}}\n",
          "valuesets: {LOOP: {members: [{code: 1}]}}\n",
          "valuesets: {LOOP: {fhir: opioids.yaml}}\n", "meta: {approved: {by: Committee}}\n",
          "meta: {mechanism: m}\n"}) {
        SCOPED_TRACE(text);
        EXPECT_NE(misfit(text), "");
    }
}

} // namespace
} // namespace tcds::rules
