#include "rules/load/bundle_file.hpp"

#include "load_stage.hpp"
#include "rules/load/compile.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstdint>

namespace tcds::rules::test {
namespace {

using testing::HasSubstr;

/// Stands in for SHA-256: 64 digits that change with every byte of the text.
std::string digest(std::string_view text)
{
    std::string made;
    for (std::uint64_t seed = 1; made.size() < 64; ++seed) {
        auto hash = 14695981039346656037ULL * seed; // FNV-1a
        for (auto const c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
        for (int i = 0; i < 16; ++i, hash >>= 4U) made += "0123456789abcdef"[hash & 15U];
    }
    return made;
}

constexpr std::string_view kProducts =
    "rxcui\ttype\tingredients\tothers\troute\tname\n"
    "313988\tSCD\tfurosemide\t0\toral\tFurosemide 40 MG Oral Tablet\n";

constexpr std::string_view kCases = "rule: EL-K-LOW\ncases: []\n";

/// The digest of a source as loadFolder() gives it.
Content staged()
{
    Problems problems;
    auto content = stageContent({{"tests/core/EL-K-LOW.yaml", std::string{kCases}}}, problems);
    content.tables.products = kProducts;
    content.files = {{"packs/core/EL-K-LOW.yaml", digest("rule")}, {"ruleset.yaml", digest("set")}};
    content.digest = digest(digest("rule") + "  packs/core/EL-K-LOW.yaml\n" + digest("set") +
                            "  ruleset.yaml\n");
    return content;
}

BundleChecks checks()
{
    return {"1.2.3 abc",
            "2026-11-22",
            {{Severity::Warning, "L36", "packs/core/EL-K-LOW.yaml", "review \"due\"", "review it"}},
            {{"EL-K-LOW", 12}}};
}

TEST(BundleFile, HoldsEverythingAndWhatWasLookedAt)
{
    auto const content = staged();
    auto const file = writeBundleFile(content, checks(), digest);

    auto const read = readBundleFile(file, "ed25519:board", digest);

    ASSERT_TRUE(read) << toText(read.error());
    EXPECT_EQ(read->checks, checks());
    EXPECT_EQ(read->content.signer, "ed25519:board");
    EXPECT_EQ(read->content.digest, content.digest);
    EXPECT_EQ(read->content.files, content.files);
    EXPECT_EQ(read->content.tables.products, kProducts);
    ASSERT_EQ(read->content.tests.size(), 1U);
    EXPECT_EQ(read->content.tests[0].file(), "tests/core/EL-K-LOW.yaml");
    EXPECT_EQ(writeBundleFile(read->content, read->checks, digest), file);
}

TEST(BundleFile, CompilesToRulesThatOutliveIt)
{
    std::shared_ptr<RuleSet const> set;
    Problems problems;
    {
        auto const read = readBundleFile(writeBundleFile(staged(), checks(), digest), "", digest);
        ASSERT_TRUE(read);
        set = compile(read->content, problems);
    }

    ASSERT_NE(set, nullptr) << problems.asError().what;
    EXPECT_EQ(set->rules.front().title, "Low potassium");
    Coding const code{"http://www.nlm.nih.gov/research/umls/rxnorm", "313988", ""};
    auto const meaning = set->terms->understandMedication({&code, 1}, {});
    ASSERT_EQ(meaning.ingredients.size(), 1U);
}

TEST(BundleFile, EndsWithTheDigestOfWhatStandsBeforeIt)
{
    auto const file = writeBundleFile(staged(), checks(), digest);
    auto const at = file.rfind(",\"sha256\":\"");

    ASSERT_NE(at, std::string::npos);
    EXPECT_EQ(file.substr(at), ",\"sha256\":\"" + digest(file.substr(0, at) + "}") + "\"}");
}

TEST(BundleFile, IsRefusedWhenAnyByteOfItIsAnother) // control CTL-16
{
    auto const file = writeBundleFile(staged(), checks(), digest);
    auto const step = file.size() / 200; // all over the text, and every byte of the end
    for (std::size_t at = 0; at < file.size(); at += at + 100 < file.size() ? step : 1) {
        auto altered = file;
        altered[at] = static_cast<char>(altered[at] ^ 1);
        auto const read = readBundleFile(altered, "", digest);
        ASSERT_FALSE(read) << "byte " << at;
        EXPECT_EQ(read.error().where, "bundle");
    }
}

TEST(BundleFile, IsRefusedWhenItWasCut)
{
    auto const file = writeBundleFile(staged(), checks(), digest);
    for (auto const size : {std::size_t{0}, std::size_t{1}, file.size() / 2, file.size() - 1}) {
        auto const read = readBundleFile(file.substr(0, size), "", digest);
        ASSERT_FALSE(read) << size;
        EXPECT_THAT(read.error().what, HasSubstr("cut short")) << size;
    }
}

/// The file with some text of it exchanged and the digest of the whole made to fit.
std::string forged(std::string file, std::string_view from, std::string_view to)
{
    file.resize(file.rfind(",\"sha256\":\""));
    auto const at = file.find(from);
    if (at == std::string::npos) return {};
    file.replace(at, from.size(), to);
    return file + ",\"sha256\":\"" + digest(file + "}") + "\"}";
}

TEST(BundleFile, IsRefusedWhenAPartDiffersFromItsDigest)
{
    auto const file = writeBundleFile(staged(), checks(), digest);
    struct Row {
        std::string_view from, to, what;
    };
    for (auto const& row : {
             Row{"\"title\":\"Low potassium\"", "\"title\":\"Low sodium\"",
                 "\"packs/core/EL-K-LOW.yaml\" differs"},
             Row{"Furosemide 40 MG", "Furosemide 20 MG", "\"terms/products.tsv\" differs"},
             Row{"\"cases\":[]", "\"cases\":{}", "\"tests/core/EL-K-LOW.yaml\" differs"},
             Row{"\"parts\":{", "\"parts\":{\"packs/core/GONE.yaml\":\"00\",", "\"parts\" differs"},
             Row{"\"parts\":{", "\"pieces\":{", "\"parts\" is missing"},
             Row{"\"format\":\"2\"", "\"format\":\"1\"", "no bundle of format 2"},
             Row{"\"files\":{", "\"files\":{\"terms/more.tsv\":\"00\",", "is not that of"},
         }) {
        SCOPED_TRACE(row.what);
        auto const text = forged(file, row.from, row.to);
        ASSERT_FALSE(text.empty());
        auto const read = readBundleFile(text, "", digest);
        ASSERT_FALSE(read);
        EXPECT_THAT(read.error().what, HasSubstr(row.what));
    }
}

TEST(BundleFile, NestedWithoutEndIsRefusedBeforeAnybodyWalksIt)
{
    auto const deep = std::string(1'000'000, '[');
    auto const file = deep + ",\"sha256\":\"" + digest(deep + "}") + "\"}";

    auto const read = readBundleFile(file, "", digest);

    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().what, HasSubstr("nested too deep"));
}

} // namespace
} // namespace tcds::rules::test
