#include "rules/load/bundle.hpp"

#include "load_stage.hpp"
#include "rules/load/compile.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>


namespace tcds::rules::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// A stand-in that shows what was digested.
std::string plainDigest(std::string_view text) { return '<' + std::to_string(text.size()) + '>'; }

class Folder
{
public:
    void write(std::string const& path, std::string_view text) const
    {
        std::filesystem::create_directories((path_ / path).parent_path());
        std::ofstream{path_ / path} << text;
    }
    [[nodiscard]] std::filesystem::path const& path() const { return path_; }

private:
    tcds::test::TemporaryFolder own_;
    std::filesystem::path path_{own_.path()};
};

TEST(Bundle, IsTheSameAfterARoundTrip)
{
    Problems problems;
    auto content = stageContent({}, problems);
    content.digest = "d1";
    content.files = {{"ruleset.yaml", "d2"}};

    auto const bundle = writeBundle(content);
    auto const read = readBundle(bundle, content.tables.products, "embedded");

    ASSERT_TRUE(read) << toText(read.error());
    EXPECT_EQ(writeBundle(*read), bundle);
    EXPECT_EQ(read->digest, "d1");
    EXPECT_EQ(read->signer, "embedded");
    EXPECT_EQ(read->files, content.files);
}

TEST(Bundle, CompilesToTheSameRules)
{
    auto const compiled = compileFiles({});
    auto const bundle = writeBundle(*compiled.content);
    auto const read = readBundle(bundle, compiled.content->tables.products, "embedded");
    ASSERT_TRUE(read);

    Problems problems;
    auto const set = compile(*read, problems);

    ASSERT_NE(set, nullptr) << problems.asError().what;
    ASSERT_EQ(set->rules.size(), compiled.set->rules.size());
    EXPECT_EQ(set->rules[0].id, "EL-K-LOW");
    EXPECT_EQ(set->rules[0].when.where, ""); // no places in a bundle
    EXPECT_EQ(describe(set->rules[0].when, &set->rules[0], *set),
              describe(compiled.set->rules[0].when, &compiled.set->rules[0], *compiled.set));
    EXPECT_EQ(set->keys.byAnalyte, compiled.set->keys.byAnalyte);
}

TEST(Bundle, OutlivesTheContentItWasCompiledFrom)
{
    Problems problems;
    std::shared_ptr<RuleSet const> set;
    auto const products =
        std::string{"rxcui\ttype\tingredients\tothers\troute\tname\n"
                    "313988\tSCD\tfurosemide\t0\toral\tFurosemide 40 MG Oral Tablet\n"};
    {
        auto const compiled = compileFiles({});
        auto const read = readBundle(writeBundle(*compiled.content), products, "");
        ASSERT_TRUE(read);
        set = compile(*read, problems);
    }

    ASSERT_NE(set, nullptr);
    Coding const code{"http://www.nlm.nih.gov/research/umls/rxnorm", "313988", ""};
    auto const meaning = set->terms->understandMedication({&code, 1}, {});
    ASSERT_EQ(meaning.ingredients.size(), 1U);
    EXPECT_EQ(set->terms->ingredient(meaning.ingredients.front()).name, "furosemide");
    EXPECT_EQ(set->rules.front().title, "Low potassium");
}

TEST(Bundle, HoldsNoTests)
{
    Problems problems;
    auto const content =
        stageContent({{"tests/core/EL-K-LOW.yaml", "rule: EL-K-LOW\ncases: []\n"}}, problems);

    EXPECT_EQ(content.tests.size(), 1U);
    EXPECT_THAT(writeBundle(content), Not(HasSubstr("tests/core")));
}

TEST(Bundle, IsRefusedWhenItIsNone)
{
    for (auto const* const text :
         {"", "[]", "{", R"({"format":"2","files":{},"trees":{},"tables":{}})", R"({"format":"1"})",
          R"({"format":"1","files":{},"trees":{"elsewhere/x.yaml":{}},"tables":{}})"}) {
        SCOPED_TRACE(text);
        auto const read = readBundle(text, "", "");

        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().kind, Error::Kind::BadRequest);
        EXPECT_EQ(read.error().where, "bundle");
    }
}

TEST(RulesFolder, IsReadInTheOrderOfFileNames)
{
    Folder const folder;
    folder.write("ruleset.yaml", "format: 1\n");
    folder.write("packs/core/B-RULE.yaml", "id: B-RULE\n");
    folder.write("packs/core/A-RULE.json", R"({"id": "A-RULE"})");
    folder.write("packs/core/pack.yaml", "id: core\n");
    folder.write("tests/core/A-RULE.yaml", "rule: A-RULE\n");
    folder.write("valuesets/LOOP.yaml", "id: LOOP\n");
    folder.write("terms/names.tsv", "name\n");
    folder.write("terms/README.md", "About the tables.\n");
    Problems problems;

    auto const content = loadFolder(folder.path(), plainDigest, problems);

    ASSERT_TRUE(content);
    ASSERT_EQ(content->packs.size(), 1U);
    ASSERT_EQ(content->packs[0].rules.size(), 2U);
    EXPECT_EQ(content->packs[0].rules[0].file(), "packs/core/A-RULE.json");
    EXPECT_EQ(content->packs[0].rules[1].file(), "packs/core/B-RULE.yaml");
    EXPECT_TRUE(content->packs[0].manifest.has_value());
    EXPECT_EQ(content->valueSets.size(), 1U);
    EXPECT_EQ(content->tests.size(), 1U);
    EXPECT_EQ(content->tables.names, "name\n");
    std::vector<std::string> paths;
    for (auto const& [path, sum] : content->files) paths.push_back(path + ' ' + sum);
    EXPECT_THAT(paths, ElementsAre("packs/core/A-RULE.json <16>", "packs/core/B-RULE.yaml <11>",
                                   "packs/core/pack.yaml <9>", "ruleset.yaml <10>",
                                   "terms/names.tsv <5>", "valuesets/LOOP.yaml <9>"));
}

TEST(RulesFolder, ReportsWhatIsMissingAndWhatHasNoPlace)
{
    Folder const folder;
    folder.write("ruleset.yaml", "format: 1\n");
    folder.write("suggestion.yaml", "S-BMP: {}\n");
    Problems problems;

    auto const content = loadFolder(folder.path(), plainDigest, problems);

    ASSERT_TRUE(content);
    std::string all = problems.asError().what;
    EXPECT_THAT(all, HasSubstr("suggestion.yaml: error L03: no file is expected here"));
    EXPECT_THAT(all, HasSubstr("suggestions.yaml: error L03: the file is missing or unreadable"));
    EXPECT_THAT(all, HasSubstr("terms/products.tsv: error L03: the table is missing or empty"));
}

TEST(RulesFolder, HasADigestThatChangesWithEveryFileButTests)
{
    Folder const folder;
    folder.write("ruleset.yaml", "format: 1\n");
    auto const identity = [](std::string_view text) { return std::string{text}; };
    auto const digestNow = [&] {
        Problems problems;
        return loadFolder(folder.path(), identity, problems)->digest;
    };

    auto const first = digestNow();
    folder.write("tests/core/A.yaml", "rule: A\n");
    EXPECT_EQ(digestNow(), first);
    folder.write("ruleset.yaml", "format: 2\n");
    auto const second = digestNow();
    EXPECT_NE(second, first);
    folder.write("packs/core/A.yaml", "id: A\n");
    EXPECT_NE(digestNow(), second);
}

TEST(RulesFolder, IsAnErrorWhenThereIsNone)
{
    Problems problems;
    auto const content = loadFolder("/nonexistent/rules", plainDigest, problems);

    ASSERT_FALSE(content);
    EXPECT_EQ(content.error().kind, Error::Kind::NotFound);
}

} // namespace
} // namespace tcds::rules::test
