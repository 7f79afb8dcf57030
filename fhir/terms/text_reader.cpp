#include "fhir/terms/text_reader.hpp"

#include "fhir/terms/polarity.hpp"

#include <algorithm>

namespace tcds::terms {

void TextReader::addSet(SetId set, SetPhrases const& phrases, SetBits const& reaches)
{
    if (reaches_.size() <= set.index()) reaches_.resize(set.index() + 1);
    reaches_[set.index()] = reaches;
    for (auto const& phrase : phrases.stating) index_.add(phrase, {PhraseRole::States, set});
    for (auto const& phrase : phrases.unless) index_.add(phrase, {PhraseRole::Unless, set});
    for (auto const& groups : phrases.allOf) {
        auto const number = static_cast<std::uint16_t>(allOf_.size());
        allOf_.push_back({set, static_cast<std::uint16_t>(groups.size())});
        for (std::size_t g = 0; g < groups.size(); ++g)
            for (auto const& phrase : groups[g])
                index_.add(phrase, {PhraseRole::Group, set, number, static_cast<std::uint16_t>(g)});
    }
}

void TextReader::addCue(PhraseRole role, Phrase const& phrase)
{
    index_.add(phrase, {role, SetId{}});
}

/// What one sentence says.
class TextReader::Sentence
{
public:
    Sentence(TextReader const& reader, std::vector<bool> const& denied)
        : reader_{reader}, denied_{denied}
    {
    }

    void take(Hit const& hit)
    {
        switch (hit.owner.role) {
        case PhraseRole::States:
            (denies(hit) ? deniedSets_ : statedSets_).add(hit.owner.set);
            break;
        case PhraseRole::Unless:
            cancelled_.add(hit.owner.set);
            break;
        case PhraseRole::Group:
            takeGroup(hit);
            break;
        case PhraseRole::Negation:
        case PhraseRole::NegationAfter:
        case PhraseRole::Experiencer:
        case PhraseRole::Past:
        case PhraseRole::Hypothetical:
        case PhraseRole::Pseudo:
            break;
        }
    }

    void finish(TextMeaning& meaning)
    {
        for (auto const& groups : groups_) closeGroups(groups);
        statedSets_.removeAll(cancelled_);
        deniedSets_.removeAll(cancelled_);
        statedSets_.forEach(
            [&](SetId set) { meaning.stated.addAll(reader_.reaches_[set.index()]); });
        deniedSets_.forEach(
            [&](SetId set) { meaning.denied.addAll(reader_.reaches_[set.index()]); });
        statedSets_ = deniedSets_ = cancelled_ = SetBits{};
        groups_.clear();
    }

private:
    struct Groups {
        std::uint16_t allOf = 0;
        std::uint64_t met = 0, stated = 0; // one bit a group
    };

    [[nodiscard]] bool denies(Hit const& hit) const
    {
        return denied_[hit.begin] || denied_[hit.end - 1];
    }

    void takeGroup(Hit const& hit)
    {
        auto found = std::find_if(groups_.begin(), groups_.end(), [&](auto const& groups) {
            return groups.allOf == hit.owner.allOf;
        });
        if (found == groups_.end()) {
            groups_.push_back({hit.owner.allOf});
            found = groups_.end() - 1;
        }
        auto const bit = std::uint64_t{1} << hit.owner.group;
        found->met |= bit;
        if (!denies(hit)) found->stated |= bit;
    }

    void closeGroups(Groups const& groups)
    {
        auto const& allOf = reader_.allOf_[groups.allOf];
        auto const all = (std::uint64_t{1} << allOf.groups) - 1;
        if (groups.stated == all)
            statedSets_.add(allOf.set);
        else if (groups.met == all)
            deniedSets_.add(allOf.set);
    }

    TextReader const& reader_;
    std::vector<bool> const& denied_;
    SetBits statedSets_, deniedSets_, cancelled_;
    std::vector<Groups> groups_;
};

namespace {

void keepOnly(SetBits& bits, SetBits const& among)
{
    auto others = bits;
    others.removeAll(among);
    bits.removeAll(others);
}

} // namespace

TextMeaning TextReader::read(std::string_view text, SetBits const& among) const
{
    TextMeaning meaning;
    auto const words = splitWords(text);
    auto const hits = index_.find(words);
    bool const relevant = std::any_of(hits.begin(), hits.end(), [&](Hit const& hit) {
        return hit.owner.set.known() && reaches_[hit.owner.set.index()].meets(among);
    });
    if (!relevant) return meaning;

    auto segments = segmentsOf(words);
    auto const denied = deniedWords(words, segments, hits);

    Sentence sentence{*this, denied};
    std::size_t next = 0;
    for (std::size_t s = 0; s < segments.size(); ++s) {
        for (; next < hits.size() && hits[next].begin < segments[s].end; ++next)
            sentence.take(hits[next]);
        if (s + 1 == segments.size() || segments[s + 1].join == Join::Sentence)
            sentence.finish(meaning);
    }
    keepOnly(meaning.stated, among);
    keepOnly(meaning.denied, among);
    meaning.denied.removeAll(meaning.stated);
    return meaning;
}

} // namespace tcds::terms
