#include "server/audit_export/rule_words.hpp"

#include "server/audit_export/resources.hpp"
#include "tests/unit/audit_export/goldens.hpp"
#include "tests/unit/audit_export/sample_record.hpp"

namespace tcds::audit_export::test {

namespace {

using tcds::test::at;

constexpr std::string_view kBundle =
    R"({"format":"2","trees":{"analytes.yaml":{"K":{"title":"Potassium"}},)"
    R"("packs/core/EL-MG-LOW.yaml":{"id":"EL-MG-LOW","title":"Low magnesium","card":{},)"
    R"("meta":{"evidence":[{"id":"E18","citation":"StatPearls 23271","url":"https://a.example"},)"
    R"({"id":"E21","citation":"Liamis 2021"}]}},)"
    R"("packs/core/MED-PPI.yaml":{"id":"MED-PPI","title":"Proton pump inhibitor","card":{}},)"
    R"("packs/core/pack.yaml":{"id":"core","title":"Core"}}})";

/// A library that has the rules of the digest "a4b2", and counts how often it is asked.
RuleLibrary libraryOf(std::string_view bundle, int& asked)
{
    return RuleLibrary{
        [bundle, &asked](std::string_view digest) -> Result<std::optional<std::string>> {
            ++asked;
            if (digest != "a4b2") return std::optional<std::string>{};
            return std::optional<std::string>{bundle};
        }};
}

TEST(RuleWords, AreThoseOfTheRulesThatDecided)
{
    int asked = 0;
    auto library = libraryOf(kBundle, asked);

    auto const* const words = library.of("a4b2", "EL-MG-LOW");

    ASSERT_NE(words, nullptr);
    EXPECT_EQ(words->title, "Low magnesium");
    ASSERT_EQ(words->evidence.size(), 2U);
    EXPECT_EQ(words->evidence[0].citation, "StatPearls 23271");
    EXPECT_EQ(words->evidence[1].url, "");
    EXPECT_EQ(library.of("a4b2", "core"), nullptr); // a pack is no rule
    EXPECT_EQ(library.of("a4b2", "NO-SUCH"), nullptr);
    EXPECT_EQ(library.of("ffff", "EL-MG-LOW"), nullptr); // decided by others, which are not kept
    EXPECT_EQ(asked, 2);                                 // each content is read once
}

TEST(RuleWords, AreNoneWhereTheContentCannotBeRead)
{
    RuleLibrary empty;
    EXPECT_EQ(empty.of("a4b2", "EL-MG-LOW"), nullptr);
    for (auto const* bundle : {"", "{", "[]", R"({"trees":[]})", R"({"trees":{"a":1}})"}) {
        int asked = 0;
        auto library = libraryOf(bundle, asked);
        EXPECT_EQ(library.of("a4b2", "EL-MG-LOW"), nullptr) << bundle;
    }
}

TEST(RuleWords, StandInTheResources)
{
    int asked = 0;
    auto library = libraryOf(kBundle, asked);
    FeedbackBook const feedback;

    auto const resources = resourcesOf(sampleLine(), As::All, {feedback, library});

    ASSERT_TRUE(resources);
    auto const& response = resources->at(0).json;
    expectSame(at(response, "/contained/0/action/0/documentation"),
               R"([{"type":"citation","label":"E18","citation":"StatPearls 23271",
                    "url":"https://a.example"},
                   {"type":"citation","label":"E21","citation":"Liamis 2021"}])");
    auto const& issue = resources->at(1).json;
    EXPECT_EQ(at(issue, "/evidence/0/code/0/coding/0/display"), "Low magnesium");
    EXPECT_EQ(at(issue, "/evidence/1/code/0/coding/0/display"), "Proton pump inhibitor");
}

} // namespace

} // namespace tcds::audit_export::test
