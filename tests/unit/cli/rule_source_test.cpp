#include "server/cli/rule_source.hpp"

#include "rules/load/bundle_file.hpp"
#include "rules/load/lint.hpp"
#include "server/audit/digest.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace tcds::cli::test {

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* kPack = "id: local\ntitle: Ours\nversion: 2027.01\napproval: none\n"
                              "meta: {author: Pharmacist, reviewers: [Nephrologist]}\n";

class RuleSource : public testing::Test
{
protected:
    void write(std::string const& name, std::string const& text) const
    {
        std::ofstream{folder_ + "/" + name} << text;
    }

    tcds::test::TemporaryFolder own_;
    std::string folder_ = own_.path();
};

TEST_F(RuleSource, TellsWhatAnEmptyFolderNeeds)
{
    Problems problems;
    auto const read = contentIn(folder_, problems);
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().what, HasSubstr("neither a folder of rules nor a hospital's own"));
    EXPECT_THAT(read.error().fix, HasSubstr("pack.yaml: id, title, version, approval, meta"));
}

TEST_F(RuleSource, AsksAHospitalForNoCaseOfAShippedRule)
{
    write("pack.yaml", kPack); // before the first rule and the first case
    Problems problems;
    auto const read = rulesInFolder(folder_, problems);
    ASSERT_TRUE(read) << toText(read.error());
    ASSERT_NE(read->rules, nullptr);
    EXPECT_TRUE(read->ownOnly);

    rules::lint(read->content, *read->rules, {"2026-12-01", true, {}, read->ownOnly}, problems);
    EXPECT_FALSE(problems.hasErrors()) << toText(problems.sorted().front());
}

TEST_F(RuleSource, ReadsABundleFileWhereAFolderCouldStand)
{
    write("pack.yaml", kPack);
    Problems problems;
    auto const own = contentIn(folder_, problems);
    ASSERT_TRUE(own) << toText(own.error());
    write("site.json", rules::writeBundleFile(*own, {}, audit::sha256));

    auto const read = contentIn(folder_ + "/site.json", problems);

    ASSERT_TRUE(read) << toText(read.error());
    EXPECT_EQ(read->digest, own->digest);
    EXPECT_THAT(problems.sorted(), IsEmpty());

    write("site.json", "{}");
    EXPECT_FALSE(contentIn(folder_ + "/site.json", problems));
}

} // namespace

} // namespace tcds::cli::test
