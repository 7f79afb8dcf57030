#include "rules/load/compile.hpp"
#include "rules/load/content.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

// Words of other languages ship as drafts (decision D17): not in force, and whole where a site
// activates them.

namespace tcds::rules {
namespace {

namespace fs = std::filesystem;

std::string digestOf(std::string_view text)
{
    return std::to_string(std::hash<std::string_view>{}(text));
}

/// The text of a value set with its status set to active.
std::string activated(std::string const& file)
{
    std::ifstream in{fs::path{TCDS_RULES_FOLDER} / file};
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    constexpr std::string_view kDraft = "status: draft";
    auto const at = text.find(kDraft);
    return at == std::string::npos ? text : text.replace(at, kDraft.size(), "status: active");
}

/// The shipped rules, with the words of these languages in force.
std::shared_ptr<RuleSet const> rulesWith(std::vector<std::string> const& languages)
{
    Problems problems;
    auto content = loadFolder(fs::path{TCDS_RULES_FOLDER}, digestOf, problems);
    for (auto& tree : content->valueSets)
        for (auto const& language : languages)
            if (tree.file().find("_" + language + ".") != std::string::npos)
                tree = *Tree::fromYaml(activated(std::string{tree.file()}), tree.file(), problems);
    auto rules = compile(*content, problems);
    if (rules == nullptr) ADD_FAILURE() << toText(problems.asError());
    return rules;
}

struct Sentence {
    char const* text;
    char const* set;
    bool stated;
};

void PrintTo(Sentence const& sentence, std::ostream* out) { *out << sentence.text; }

class Languages : public testing::TestWithParam<Sentence>
{
protected:
    static terms::TextMeaning read(RuleSet const& rules, char const* text)
    {
        return rules.terms->understandText(text, rules.terms->ofKind(terms::SetKind::Complaint));
    }
};

TEST_P(Languages, AreUnderstoodWhereASiteActivatesThem)
{
    static auto const kRules = rulesWith({"ES", "DE", "FR"});
    auto const set = kRules->terms->setNamed(GetParam().set);

    auto const meaning = read(*kRules, GetParam().text);

    EXPECT_EQ(meaning.stated.has(set), GetParam().stated);
    EXPECT_EQ(meaning.denied.has(set), !GetParam().stated);
}

TEST_P(Languages, SayNothingAsShipped)
{
    static auto const kRules = rulesWith({});

    auto const meaning = read(*kRules, GetParam().text);

    EXPECT_TRUE(meaning.stated.none());
}

INSTANTIATE_TEST_SUITE_P(
    Words, Languages,
    testing::Values(Sentence{"contracciones musculares en la pierna", "TWITCH", true},
                    Sentence{"Espasmos de los párpados", "TWITCH", true},
                    Sentence{"niega sacudidas musculares", "TWITCH", false},
                    Sentence{"sin calambres musculares", "CRAMP", false},
                    Sentence{"Muskelzuckungen seit zwei Wochen", "TWITCH", true},
                    Sentence{"keine Muskelzuckungen", "TWITCH", false},
                    Sentence{"Muskelzuckungen verneint", "TWITCH", false},
                    Sentence{"nächtliche Muskelkrämpfe", "CRAMP", true},
                    Sentence{"secousses musculaires depuis un mois", "TWITCH", true},
                    Sentence{"contractions des paupières", "TWITCH", true},
                    Sentence{"pas de secousses musculaires", "TWITCH", false},
                    Sentence{"absence de tremblement", "TREMOR", false}));

} // namespace
} // namespace tcds::rules
