#include "fhir/terms/clauses.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace tcds::terms {
namespace {

using namespace std::string_view_literals;

// Sorted: asked by binary search for every word of a text.
constexpr std::array kFillers{"a"sv,          "all"sv,
                              "also"sv,       "an"sv,
                              "and"sv,        "any"sv,
                              "anymore"sv,    "are"sv,
                              "at"sv,         "be"sv,
                              "been"sv,       "both"sv,
                              "completely"sv, "currently"sv,
                              "entirely"sv,   "following"sv,
                              "found"sv,      "fully"sv,
                              "had"sv,        "has"sv,
                              "have"sv,       "he"sv,
                              "her"sv,        "his"sv,
                              "i"sv,          "in"sv,
                              "is"sv,         "it"sv,
                              "more"sv,       "my"sv,
                              "nor"sv,        "noted"sv,
                              "now"sv,        "observed"sv,
                              "of"sv,         "on"sv,
                              "or"sv,         "patient"sv,
                              "present"sv,    "presently"sv,
                              "pt"sv,         "reported"sv,
                              "seen"sv,       "she"sv,
                              "since"sv,      "spontaneously"sv,
                              "that"sv,       "the"sv,
                              "their"sv,      "them"sv,
                              "then"sv,       "these"sv,
                              "they"sv,       "this"sv,
                              "those"sv,      "time"sv,
                              "to"sv,         "today"sv,
                              "was"sv,        "were"sv,
                              "which"sv,      "who"sv};

constexpr std::array kStatements{
    "admits"sv,    "are"sv,        "began"sv,        "begun"sv,       "complaining"sv,
    "complains"sv, "constant"sv,   "constantly"sv,   "continue"sv,    "continued"sv,
    "continues"sv, "continuing"sv, "continuous"sv,   "daily"sv,       "describes"sv,
    "developed"sv, "develops"sv,   "endorses"sv,     "experiences"sv, "experiencing"sv,
    "feels"sv,     "frequent"sv,   "gets"sv,         "getting"sv,     "had"sv,
    "has"sv,       "have"sv,       "intermittent"sv, "is"sv,          "just"sv,
    "mainly"sv,    "new"sv,        "nightly"sv,      "noticed"sv,     "notices"sv,
    "now"sv,       "occasional"sv, "occurs"sv,       "ongoing"sv,     "only"sv,
    "persist"sv,   "persistent"sv, "persisting"sv,   "persists"sv,    "positive"sv,
    "presented"sv, "presenting"sv, "presents"sv,     "remains"sv,     "reporting"sv,
    "reports"sv,   "since"sv,      "some"sv,         "started"sv,     "starts"sv,
    "states"sv,    "still"sv,      "stops"sv,        "today"sv,       "was"sv,
    "went"sv,      "were"sv,       "worse"sv,        "worsening"sv,   "worsens"sv,
    "yes"sv};

constexpr std::array kStatingVerbs{
    "admits"sv,    "complaining"sv, "complains"sv, "describes"sv, "developed"sv, "develops"sv,
    "endorses"sv,  "experiences"sv, "had"sv,       "has"sv,       "have"sv,      "notices"sv,
    "presented"sv, "presents"sv,    "reporting"sv, "reports"sv,   "states"sv,    "yes"sv};

constexpr std::array kSelf{"client"sv, "he"sv,  "i"sv,          "patient"sv,
                           "pt"sv,     "she"sv, "themselves"sv, "they"sv};

// "except", "apart from" take something out of what was denied; "why", "when" begin a clause that
// is taken for granted ("does not know why he is twitching").
constexpr std::array kHard{"although"sv, "apart"sv,  "aside"sv,     "because"sv, "besides"sv,
                           "but"sv,      "except"sv, "exception"sv, "however"sv, "though"sv,
                           "until"sv,    "when"sv,   "whereas"sv,   "while"sv,   "why"sv};

// "no known drug allergies, muscle twitching": what is denied is no symptom, so no list of symptoms
// follows. Beginnings of words.
constexpr std::array kOtherTopics{"allerg"sv, "injur"sv,  "medic"sv,  "meds"sv,   "smok"sv,
                                  "surger"sv, "travel"sv, "trauma"sv, "warning"sv};

static_assert(std::is_sorted(kFillers.begin(), kFillers.end()));
static_assert(std::is_sorted(kStatements.begin(), kStatements.end()));
static_assert(std::is_sorted(kStatingVerbs.begin(), kStatingVerbs.end()));
static_assert(std::is_sorted(kSelf.begin(), kSelf.end()));
static_assert(std::is_sorted(kHard.begin(), kHard.end()));

bool among(std::span<std::string_view const> sorted, std::string_view word)
{
    return std::binary_search(sorted.begin(), sorted.end(), word);
}

/// A line break parts sentences unless the line plainly goes on: a small letter and no label.
bool lineStartsSentence(Words const& words, std::size_t at)
{
    if (words.list[at].capital || words.list[at].before.has(Mark::Dash)) return true;
    constexpr std::size_t kLabelWords = 4;
    for (std::size_t i = at; i < std::min(at + kLabelWords + 1, words.size()); ++i) {
        if (i > at && words.list[i].before.has(Mark::Line)) return false;
        if (i > at && words.list[i].before.has(Mark::Colon)) return true;
    }
    return false;
}

std::optional<Join> joinByMarks(Words const& words, std::size_t at)
{
    auto const& marks = words.list[at].before;
    if (at == 0 || marks.has(Mark::Stop) || marks.has(Mark::Question)) return Join::Sentence;
    if (marks.has(Mark::Line) && lineStartsSentence(words, at)) return Join::Sentence;
    if (marks.has(Mark::Semicolon)) return Join::Hard;
    if (marks.has(Mark::Colon)) return Join::Label;
    if (marks.has(Mark::Comma) || marks.has(Mark::Dash) || marks.has(Mark::Open) ||
        marks.has(Mark::Close))
        return Join::Comma;
    return std::nullopt;
}

std::optional<Join> joinByWord(std::string_view word, bool behindComma)
{
    if (word == "and") return Join::And;
    if (word == "or" || word == "nor") return Join::Or;
    if (among(kHard, word) || (word == "yet" && behindComma)) return Join::Hard;
    return std::nullopt;
}

std::optional<Join> joinAt(Words const& words, std::size_t at)
{
    auto const byMarks = joinByMarks(words, at);
    if (byMarks == Join::Sentence || byMarks == Join::Hard) return byMarks;
    auto const byWord = joinByWord(words[at], byMarks.has_value());
    return byWord ? byWord : byMarks;
}

} // namespace

std::vector<Segment> segmentsOf(Words const& words)
{
    std::vector<Segment> segments;
    for (std::size_t at = 0; at < words.size(); ++at) {
        auto const join = joinAt(words, at);
        if (!join) continue;
        auto const begin = static_cast<std::uint32_t>(at);
        if (!segments.empty()) segments.back().end = begin;
        auto const& marks = words.list[at].before;
        segments.push_back({begin, begin, *join, marks.has(Mark::Open), marks.has(Mark::Close),
                            marks.has(Mark::Question)});
    }
    if (!segments.empty()) segments.back().end = static_cast<std::uint32_t>(words.size());
    return segments;
}

bool isFiller(std::string_view word) { return among(kFillers, word); }
bool isStatement(std::string_view word) { return among(kStatements, word); }
bool isStatingVerb(std::string_view word) { return among(kStatingVerbs, word); }
bool isSelf(std::string_view word) { return among(kSelf, word); }
bool isOtherTopic(std::string_view word)
{
    return std::any_of(kOtherTopics.begin(), kOtherTopics.end(),
                       [&](std::string_view begin) { return word.starts_with(begin); });
}

} // namespace tcds::terms
