#include "rules/load/overlay.hpp"

#include "load_stage.hpp"
#include "rules/load/bundle.hpp"

#include <gmock/gmock.h>

namespace tcds::rules::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* kPack = "id: local\ntitle: Ours\nversion: 1\napproval: none\n"
                              "meta: {author: Pharmacist, reviewers: [Nephrologist]}\n";
constexpr char const* kAtc = "http://www.whocc.no/atc";

/// A FHIR ValueSet of ATC codes.
std::string resource(std::string const& codes, std::string const& more = "")
{
    return R"({"resourceType": "ValueSet", "id": "LOOP", "url": "http://example.org/vs/atc", )" +
           more + R"("compose": {"include": [{"system": "http://www.whocc.no/atc", "concept": [)" +
           codes + "]}]}}";
}

/// A stand-in for SHA-256 that tells texts of different length apart.
std::string lengthDigest(std::string_view text)
{
    auto length = std::to_string(text.size());
    return std::string(8 - length.size(), '0') + length;
}

Compiled overlaid(std::string const& overlay, std::string const& file, std::string const& json)
{
    Files files{{"packs/local/pack.yaml", kPack},
                {kRulePath, ruleText({"show: {d: {med: {class: LOOP}}}"})},
                {"packs/local/overlay.yaml", overlay},
                {file, json}};
    Compiled compiled;
    auto content = stageContent(files, compiled.problems);
    compiled.content = std::make_unique<Content>(
        applyOverlay(std::move(content), lengthDigest, compiled.problems));
    compiled.set = compile(*compiled.content, compiled.problems);
    return compiled;
}

bool inLoop(RuleSet const& set, char const* system, char const* code)
{
    Coding const coding{system, code, ""};
    auto const meaning = set.terms->understandMedication({&coding, 1}, {});
    auto const loop = set.terms->setNamed("LOOP");
    if (meaning.sets.has(loop)) return true;
    for (auto const id : meaning.ingredients)
        if (set.terms->classesOf(id).has(loop)) return true;
    return false;
}

TEST(OverlayOfFhir, ExtendsASetAndMarksTheRulesThatUseIt)
{
    auto const done = overlaid("valuesets: {LOOP: {fhir: list.json, reason: formulary}}\n",
                               "valuesets/list.json", resource(R"({"code": "C03CA99"})"));

    ASSERT_NE(done.set, nullptr) << testing::PrintToString(done.messages());
    EXPECT_TRUE(inLoop(*done.set, kAtc, "C03CA99"));
    EXPECT_FALSE(done.set->terms->set(done.set->terms->setNamed("LOOP")).ingredients.empty());
    EXPECT_THAT(done.set->find("EL-K-LOW")->version, HasSubstr("+local."));
}

TEST(OverlayOfFhir, ReplacesASet)
{
    // A class without any number is refused (L04): the resource names one besides.
    auto const json =
        R"({"resourceType": "ValueSet", "compose": {"include": [)"
        R"({"system": "http://www.whocc.no/atc", "concept": [{"code": "C03CA99"}]},)"
        R"({"system": "urn:oid:2.16.840.1.113883.6.88", "concept": [{"code": "99000777"}]}]}})";
    auto const done = overlaid("valuesets: {LOOP: {fhir: list.json, mode: replace}}\n",
                               "valuesets/list.json", json);

    ASSERT_NE(done.set, nullptr) << testing::PrintToString(done.messages());
    EXPECT_TRUE(inLoop(*done.set, kAtc, "C03CA99"));
    EXPECT_TRUE(done.set->terms->set(done.set->terms->setNamed("LOOP")).ingredients.empty());
}

TEST(OverlayOfFhir, AnotherListIsAnotherMark)
{
    auto const version = [](std::string const& codes) {
        auto const done = overlaid("valuesets: {LOOP: {fhir: list.json}}\n", "valuesets/list.json",
                                   resource(codes));
        return done.set ? done.set->find("EL-K-LOW")->version : std::string{};
    };
    EXPECT_NE(version(R"({"code": "C03CA99"})"),
              version(R"({"code": "C03CA99"}, {"code": "C03CA98"})"));
}

TEST(OverlayOfFhir, FaultsNameTheEntry)
{
    auto const messages = [](std::string const& entry, std::string const& json) {
        return overlaid("valuesets: {LOOP: {" + entry + "}}\n", "valuesets/list.json", json)
            .messages();
    };
    auto const good = resource(R"({"code": "C03CA99"})");
    EXPECT_THAT(
        messages("fhir: lost.json", good),
        testing::Contains(HasSubstr("error L03: unknown FHIR ValueSet \"lost.json\". Fix: did "
                                    "you mean \"list.json\"?")));
    EXPECT_THAT(messages("fhir: list.json, mode: swap", good),
                testing::Contains(HasSubstr("unknown mode \"swap\"")));
    EXPECT_THAT(messages("mode: replace, members: [{ingredient: furosemide}]", good),
                testing::Contains(HasSubstr("a mode belongs to a FHIR ValueSet")));
    EXPECT_THAT(
        messages("fhir: list.json", resource("", R"("implicitRules": "http://example.org", )")),
        testing::Contains(HasSubstr("implicitRules")));
}

TEST(OverlayOfFhir, AResourceInAHospitalsFolderIsLaidByItsName)
{
    Problems problems;
    auto base = stageContent({}, problems);
    auto tree = Tree::fromYaml(resource(R"({"code": "C03CA99"})"), "valuesets/LOOP.json", problems);
    ASSERT_TRUE(tree);
    Content own;
    own.valueSets.push_back(std::move(*tree));

    auto const laid = layOver(std::move(base), std::move(own), lengthDigest, problems);
    auto const set = compile(laid, problems);

    ASSERT_NE(set, nullptr) << problems.asError().what;
    EXPECT_TRUE(inLoop(*set, kAtc, "C03CA99"));
}

TEST(OverlayOfFhir, SurvivesABundle)
{
    Problems problems;
    auto const content =
        stageContent({{"valuesets/LOOP.json", resource(R"({"code": "C03CA99"})")}}, problems);
    auto const read = readBundle(writeBundle(content), content.tables.products, "key");
    ASSERT_TRUE(read) << toText(read.error());

    auto const set = compile(*read, problems);

    ASSERT_NE(set, nullptr) << problems.asError().what;
    EXPECT_TRUE(inLoop(*set, kAtc, "C03CA99"));
}

} // namespace
} // namespace tcds::rules::test
