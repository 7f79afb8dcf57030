#include "fhir/terms/drug_names.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tcds::terms {
namespace {

using namespace std::string_view_literals;

// Metals, acids and the like that follow a drug's name and say nothing about its action.
constexpr std::array kSalts{
    "acetate"sv,     "anhydrous"sv,   "arginine"sv,        "aspartate"sv,     "besilate"sv,
    "besylate"sv,    "bicarbonate"sv, "bisulfate"sv,       "bitartrate"sv,    "bromide"sv,
    "calcium"sv,     "carbonate"sv,   "chloride"sv,        "cilexetil"sv,     "citrate"sv,
    "dibasic"sv,     "dihydrate"sv,   "dihydrochloride"sv, "diphosphate"sv,   "disodium"sv,
    "fumarate"sv,    "furoate"sv,     "gluconate"sv,       "glycinate"sv,     "hcl"sv,
    "hemihydrate"sv, "hydrate"sv,     "hydrobromide"sv,    "hydrochloride"sv, "hydroxide"sv,
    "iodide"sv,      "lactate"sv,     "lysine"sv,          "magnesium"sv,     "malate"sv,
    "maleate"sv,     "medoxomil"sv,   "mesilate"sv,        "mesylate"sv,      "monobasic"sv,
    "monohydrate"sv, "monosodium"sv,  "nitrate"sv,         "oxalate"sv,       "oxide"sv,
    "pamoate"sv,     "phosphate"sv,   "phosphates"sv,      "potassium"sv,     "propionate"sv,
    "sodium"sv,      "succinate"sv,   "sulfate"sv,         "sulphate"sv,      "tartrate"sv,
    "tosylate"sv,    "trihydrate"sv,  "trometamol"sv,      "tromethamine"sv,  "valerate"sv,
    "xinafoate"sv,   "zinc"sv};
static_assert(std::is_sorted(kSalts.begin(), kSalts.end()));

// Words of strength, release and use that stand around a name.
constexpr std::array kStrengthWords{
    "actuat"sv,   "actuation"sv, "bag"sv,  "bid"sv,   "cr"sv,         "d"sv,          "daily"sv,
    "delayed"sv,  "dl"sv,        "dose"sv, "doses"sv, "dr"sv,         "ec"sv,         "er"sv,
    "extended"sv, "g"sv,         "gm"sv,   "hour"sv,  "hr"sv,         "im"sv,         "immediate"sv,
    "in"sv,       "ir"sv,        "iu"sv,   "iv"sv,    "kg"sv,         "l"sv,          "la"sv,
    "liquid"sv,   "mcg"sv,       "meq"sv,  "mg"sv,    "ml"sv,         "mmol"sv,       "nightly"sv,
    "of"sv,       "once"sv,      "per"sv,  "po"sv,    "powder"sv,     "prn"sv,        "qd"sv,
    "release"sv,  "solution"sv,  "sr"sv,   "sugar"sv, "supplement"sv, "suspension"sv, "tds"sv,
    "tid"sv,      "twice"sv,     "ug"sv,   "unit"sv,  "units"sv,      "unt"sv,        "xl"sv,
    "xr"sv};
static_assert(std::is_sorted(kStrengthWords.begin(), kStrengthWords.end()));

/// Where the words of each letter begin in a sorted list.
template <std::size_t N>
constexpr auto lettersOf(std::array<std::string_view, N> const& sorted)
{
    std::array<std::uint8_t, 27> begins{};
    for (std::size_t letter = 0; letter < begins.size(); ++letter)
        while (begins[letter] < N &&
               static_cast<std::size_t>(sorted[begins[letter]].front() - 'a') < letter)
            ++begins[letter];
    return begins;
}
constexpr auto kSaltLetters = lettersOf(kSalts);
constexpr auto kStrengthLetters = lettersOf(kStrengthWords);

template <std::size_t N>
bool holds(std::array<std::string_view, N> const& sorted,
           std::array<std::uint8_t, 27> const& begins, std::string_view word)
{
    if (word.empty() || word.front() < 'a' || word.front() > 'z') return false;
    auto const letter = static_cast<std::size_t>(word.front() - 'a');
    return std::find(sorted.begin() + begins[letter], sorted.begin() + begins[letter + 1], word) !=
           sorted.begin() + begins[letter + 1];
}

bool isSalt(std::string_view word) { return holds(kSalts, kSaltLetters, word); }

/// "40", "40mg", "mg", "tablet": words around a name.
bool isStrength(std::string_view word, RouteTable const& forms)
{
    return (word.front() >= '0' && word.front() <= '9') ||
           holds(kStrengthWords, kStrengthLetters, word) || forms.hasWord(word);
}

template <class F>
void forEachWord(std::string_view folded, F&& f)
{
    while (!folded.empty()) {
        auto const end = folded.find(' ');
        f(folded.substr(0, end));
        folded = end == std::string_view::npos ? std::string_view{} : folded.substr(end + 1);
    }
}

/// Folds only what needs it: the tables hold folded names.
std::string nameKey(std::string_view name)
{
    bool const plain = std::all_of(name.begin(), name.end(), [](char c) {
        return c == ' ' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    });
    return plain ? std::string{name} : foldedName(name);
}

} // namespace

bool DrugNames::add(std::string_view name, std::vector<IngredientId> ingredients, bool exact)
{
    auto key = nameKey(name);
    if (key.empty()) return true;
    std::sort(ingredients.begin(), ingredients.end());
    Entry entry{std::move(ingredients), exact, true};
    std::size_t count = 0;
    forEachWord(key, [&](std::string_view word) {
        ++count;
        entry.salts = entry.salts && isSalt(word);
    });
    auto& first = first_[key.substr(0, key.find(' '))];
    first.longest = std::max(first.longest, count);
    first.exact = first.exact || exact;
    auto const [place, added] = entries_.try_emplace(std::move(key), std::move(entry));
    return added || place->second.ingredients == entry.ingredients;
}

/// One text being searched.
class DrugNames::Search
{
public:
    Search(DrugNames const& names, Words const& words, RouteTable const& forms)
        : names_{names}, words_{words}
    {
        strength_.reserve(words.size());
        for (std::size_t i = 0; i < words.size(); ++i)
            strength_.push_back(isStrength(words[i], forms));
    }

    std::vector<IngredientId> run()
    {
        if (auto const* whole = wholeText()) return whole->ingredients;
        for (std::size_t at = 0; at < words_.size();) at += step(at);
        std::sort(found_.begin(), found_.end());
        found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
        return std::move(found_);
    }

private:
    /// A name that is the whole text, with or without strength, form and salt words.
    [[nodiscard]] Entry const* wholeText() const
    {
        auto const lookUp = [&](std::string_view key) -> Entry const* {
            auto const found = names_.entries_.find(key);
            return found != names_.entries_.end() && found->second.exact ? &found->second : nullptr;
        };
        if (words_.size() == 0) return nullptr;
        if (beginsExact(0))
            if (auto const* entry = lookUp(words_.folded)) return entry;
        std::size_t first = 0;
        while (first < words_.size() && strength_[first]) ++first;
        if (first == words_.size() || !beginsExact(first)) return nullptr;
        std::string bare;
        for (auto i = first; i < words_.size(); ++i) {
            if (strength_[i] || (isSalt(words_[i]) && !bare.empty())) continue;
            bare += bare.empty() ? "" : " ";
            bare += words_[i];
        }
        return bare == words_.folded ? nullptr : lookUp(bare);
    }

    [[nodiscard]] First const* firstAt(std::size_t at) const
    {
        auto const found = names_.first_.find(words_[at]);
        return found == names_.first_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] bool beginsExact(std::size_t at) const
    {
        auto const* first = firstAt(at);
        return first != nullptr && first->exact;
    }

    [[nodiscard]] std::string_view span(std::size_t at, std::size_t count) const
    {
        auto const& last = words_.list[at + count - 1];
        auto const begin = words_.list[at].begin;
        return std::string_view{words_.folded}.substr(begin, last.begin + last.length - begin);
    }

    /// Takes the longest name that begins at a word.
    /// @return number of words that are done
    std::size_t step(std::size_t at)
    {
        if (beginsPart(at)) {
            before_ = Before::Nothing;
            partHasWord_ = false;
        }
        auto const* first = firstAt(at);
        auto const most = first == nullptr ? 0 : std::min(first->longest, words_.size() - at);
        for (auto count = most; count > 0; --count) {
            auto const entry = names_.entries_.find(span(at, count));
            if (entry == names_.entries_.end() || entry->second.exact) continue;
            if (entry->second.salts && !isMedicine(at, count)) continue;
            found_.insert(found_.end(), entry->second.ingredients.begin(),
                          entry->second.ingredients.end());
            before_ = Before::Drug;
            partHasWord_ = true;
            return count;
        }
        if (strength_[at]) {
            before_ = Before::Nothing;
            return 1;
        }
        if (before_ == Before::Nothing) before_ = Before::Word;
        partHasWord_ = true;
        return 1;
    }

    /// Parts of a combination: "losartan / potassium chloride", "carbidopa and levodopa".
    [[nodiscard]] bool beginsPart(std::size_t at) const
    {
        if (at == 0) return true;
        auto const& marks = words_.list[at].before;
        auto const previous = words_[at - 1];
        return marks.has(Mark::Slash) || marks.has(Mark::Comma) || marks.has(Mark::Semicolon) ||
               marks.has(Mark::Dash) || marks.has(Mark::Open) || marks.has(Mark::Close) ||
               marks.has(Mark::Colon) || previous == "and" || previous == "with" ||
               previous == "plus";
    }

    /// Are these salt words the medicine itself, not the salt of what stands before?
    [[nodiscard]] bool isMedicine(std::size_t at, std::size_t count) const
    {
        if (before_ == Before::Drug) return false;
        if (count > 1) return before_ == Before::Nothing || words_[at] != "sodium";
        // One word alone ("potassium 20 mEq"): nothing else but strength and form may stand beside
        // it.
        if (partHasWord_) return false;
        for (auto next = at + 1; next < words_.size() && !beginsPart(next); ++next)
            if (!strength_[next]) return false;
        return true;
    }

    enum class Before : std::uint8_t { Nothing, Word, Drug }; // what stands directly before

    DrugNames const& names_;
    Words const& words_;
    std::vector<bool> strength_; // by word: strength or form, no part of a name
    std::vector<IngredientId> found_;
    Before before_ = Before::Nothing;
    bool partHasWord_ = false; // besides strength and form
};

std::vector<IngredientId> DrugNames::find(std::string_view text, RouteTable const& forms) const
{
    auto const words = splitWords(text, Apostrophe::Joined);
    return Search{*this, words, forms}.run();
}

std::vector<std::string_view> DrugNames::all() const
{
    std::vector<std::string_view> names;
    names.reserve(entries_.size());
    for (auto const& [name, entry] : entries_) names.emplace_back(name);
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace tcds::terms
