#include "fhir/terms/polarity.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tcds::terms {
namespace {

constexpr std::uint32_t kShortSegment = 6; // words: longer ones are statements of their own

bool isCue(PhraseRole role)
{
    return role == PhraseRole::Negation || role == PhraseRole::NegationAfter ||
           role == PhraseRole::Experiencer || role == PhraseRole::Past ||
           role == PhraseRole::Hypothetical;
}

/// A template's "(-)" behind a sign, which denies it as a cue does.
bool hasMinus(Words const& words)
{
    return words.after.has(Mark::Minus) ||
           std::any_of(words.list.begin(), words.list.end(),
                       [](Word const& word) { return word.before.has(Mark::Minus); });
}

/// A cue in force, with everything that the hits at its place say about it.
struct Cue {
    std::uint32_t begin = 0, end = 0;
    bool before = false; // listed as negation that stands before
    bool after = false;  // ... after
    bool other = false;  // experiencer
    bool past = false;
    bool hypothetical = false;
};

/// Furthest end of the hits that begin at or before a word: containment in one comparison.
class Furthest
{
public:
    explicit Furthest(std::size_t words) : end_(words + 1) {}

    /// In the order of their first words.
    void add(Hit const& hit)
    {
        for (; filled_ < hit.begin; ++filled_)
            end_[filled_ + 1] = std::max(end_[filled_ + 1], end_[filled_]);
        end_[hit.begin] = std::max(end_[hit.begin], hit.end);
    }
    /// Does one of them hold this hit, as long or longer?
    [[nodiscard]] bool hold(Hit const& hit) const { return at(hit.begin) >= hit.end; }
    /// ... and longer?
    [[nodiscard]] bool holdWithin(Hit const& hit) const
    {
        return at(hit.begin) > hit.end || (hit.begin > 0 && at(hit.begin - 1) >= hit.end);
    }

private:
    [[nodiscard]] std::uint32_t at(std::uint32_t word) const
    {
        return end_[std::min(word, filled_)];
    }

    std::vector<std::uint32_t> end_; // up to filled_
    std::uint32_t filled_ = 0;
};

class Reader
{
public:
    Reader(Words const& words, std::vector<Segment>& segments, std::span<Hit const> hits)
        : words_{words}, segments_{segments}, denied_(words.size()), inCue_(words.size()),
          contentUpTo_(words.size() + 1), forward_(words.size() + 1),
          forwardOther_(words.size() + 1), backward_(words.size() + 1)
    {
        collectCues(hits);
    }

    std::vector<bool> run()
    {
        countContent();
        joinAnswers();
        describeSegments();
        for (auto const& cue : cues_) place(cue);
        sweepForward();
        sweepBackward();
        return std::move(denied_);
    }

private:
    /// Cues that lie in a pseudo cue, in a phrase or in a longer cue are none.
    void collectCues(std::span<Hit const> hits)
    {
        Furthest pseudo{words_.size()}, phrases{words_.size()}, cues{words_.size()};
        for (auto const& hit : hits) {
            if (isCue(hit.owner.role))
                cues.add(hit);
            else if (hit.owner.role == PhraseRole::Pseudo)
                pseudo.add(hit);
            else if (hit.owner.role != PhraseRole::Unless)
                phrases.add(hit);
        }
        for (auto const& hit : hits) {
            if (!isCue(hit.owner.role)) continue;
            if (pseudo.hold(hit) || phrases.holdWithin(hit) || cues.holdWithin(hit)) continue;
            if (cues_.empty() || cues_.back().begin != hit.begin || cues_.back().end != hit.end)
                cues_.push_back({hit.begin, hit.end});
            auto& cue = cues_.back();
            cue.before |= hit.owner.role == PhraseRole::Negation;
            cue.after |= hit.owner.role == PhraseRole::NegationAfter;
            cue.other |= hit.owner.role == PhraseRole::Experiencer;
            cue.past |= hit.owner.role == PhraseRole::Past;
            cue.hypothetical |= hit.owner.role == PhraseRole::Hypothetical;
        }
        for (auto const& cue : cues_)
            for (auto i = cue.begin; i < cue.end; ++i) inCue_[i] = denied_[i] = true;
    }

    void countContent()
    {
        for (std::size_t i = 0; i < words_.size(); ++i)
            contentUpTo_[i + 1] = contentUpTo_[i] + (inCue_[i] || isFiller(words_[i]) ? 0 : 1);
    }

    [[nodiscard]] bool content(std::uint32_t begin, std::uint32_t end) const
    {
        return begin < end && contentUpTo_[end] > contentUpTo_[begin];
    }

    /// "Any twitching? No." and "Twitching since May. Now resolved.": the answer is no sentence.
    void joinAnswers()
    {
        std::size_t next = 0;
        for (std::size_t s = 1; s < segments_.size(); ++s) {
            auto& segment = segments_[s];
            if (segment.join != Join::Sentence || content(segment.begin, segment.end)) continue;
            if (s + 1 < segments_.size() && segments_[s + 1].join != Join::Sentence) continue;
            while (next < cues_.size() && cues_[next].begin < segment.begin) ++next;
            if (next == cues_.size() || cues_[next].begin >= segment.end) continue;
            if (segment.question || cues_[next].past || !cues_[next].before)
                segment.join = Join::Comma;
        }
    }

    void describeSegments()
    {
        states_.resize(segments_.size());
        orLater_.resize(segments_.size());
        segmentOf_.resize(words_.size() + 1);
        for (std::size_t s = segments_.size(); s-- > 0;) {
            auto const& segment = segments_[s];
            for (auto i = segment.begin; i < segment.end; ++i) {
                segmentOf_[i] = static_cast<std::uint32_t>(s);
                if (!inCue_[i] && isStatement(words_[i])) states_[s] = true;
            }
            if (s + 1 == segments_.size()) continue;
            auto const join = segments_[s + 1].join;
            orLater_[s] = join == Join::Or || ((join == Join::Comma || join == Join::And) &&
                                               !states_[s + 1] && orLater_[s + 1]);
        }
        segmentOf_.back() = static_cast<std::uint32_t>(segments_.size());
    }

    /// Decides in which direction a cue speaks.
    void place(Cue const& cue)
    {
        auto const& segment = segments_[segmentOf_[cue.begin]];
        bool const contentBefore = content(segment.begin, cue.begin);
        bool const contentAfter =
            content(cue.end, std::max(cue.end, segment.end)) && !labelFollows(cue);
        bool const leadsList =
            !contentAfter && cue.end == segment.end && joinBehind(cue) == Join::Label;

        if (cue.hypothetical) forward_[cue.end] = true;
        if (cue.other) {
            bool const backwards = words_[cue.begin] == "in" || words_[cue.begin] == "runs" ||
                                   (!contentAfter && !leadsList);
            if (backwards)
                backward_[cue.begin] = true;
            else
                forwardOther_[cue.end] = true;
        }
        if (cue.past) {
            bool const leads = endsWithPreposition(cue) || (!contentBefore && contentAfter);
            (leads ? forward_[cue.end] : backward_[cue.begin]) = true;
        }
        if (cue.before && (contentAfter || leadsList)) forward_[cue.end] = true;
        if (cue.before && !contentAfter && !leadsList) backward_[cue.begin] = true;
        if (cue.after && (!cue.before || isParticiple(cue)) && contentBefore)
            backward_[cue.begin] = true;
        if (cue.after && !cue.before && !contentBefore)
            (contentAfter ? forward_[cue.end] : backward_[cue.begin]) = true;
    }

    [[nodiscard]] Join joinBehind(Cue const& cue) const
    {
        auto const next = segmentOf_[cue.end - 1] + 1;
        return next < segments_.size() ? segments_[next].join : Join::Sentence;
    }

    /// "weakness: no twitching: yes": the words behind the answer are the next label.
    [[nodiscard]] bool labelFollows(Cue const& cue) const
    {
        auto const here = segmentOf_[cue.begin];
        return segments_[here].join == Join::Label && segments_[here].begin == cue.begin &&
               joinBehind(cue) == Join::Label;
    }

    [[nodiscard]] bool endsWithPreposition(Cue const& cue) const
    {
        constexpr std::array<std::string_view, 5> kLeading{"of", "had", "to", "have", "get"};
        return std::find(kLeading.begin(), kLeading.end(), words_[cue.end - 1]) != kLeading.end();
    }

    /// "twitching denied by him", "stroke ruled out by CT": speaks backwards though words follow.
    [[nodiscard]] bool isParticiple(Cue const& cue) const
    {
        constexpr std::array<std::string_view, 3> kParticiples{"denied", "absent", "out"};
        return std::find(kParticiples.begin(), kParticiples.end(), words_[cue.end - 1]) !=
               kParticiples.end();
    }

    [[nodiscard]] bool isShort(Segment const& segment) const
    {
        return segment.end - segment.begin <= kShortSegment;
    }

    [[nodiscard]] bool isLabel(std::size_t s) const
    {
        return s + 1 < segments_.size() && segments_[s + 1].join == Join::Label;
    }

    struct Reach {
        bool on = false;
        bool content = false;    // something was denied already ...
        bool otherTopic = false; // ... that is no symptom

        void start() { *this = {true, false, false}; }
        void pass(std::string_view word)
        {
            content = content || !isFiller(word);
            otherTopic = otherTopic || isOtherTopic(word);
        }
    };

    /// Does what was denied before go on in segment s?
    [[nodiscard]] bool goesOn(std::size_t s, Reach const& reach) const
    {
        switch (segments_[s].join) {
        case Join::Sentence:
        case Join::Hard:
            return false;
        case Join::Label:
            return !reach.content;
        case Join::Or:
            return true;
        case Join::Comma:
        case Join::And:
            break;
        }
        if (!reach.content) return true;
        if (states_[s] || isLabel(s)) return false;
        return orLater_[s] || (isShort(segments_[s]) && !beginsAgain(s) && !reach.otherTopic);
    }

    /// "no weakness in arms, weakness in left leg": the same finding of another place is stated.
    [[nodiscard]] bool beginsAgain(std::size_t s) const
    {
        auto const& here = segments_[s];
        auto const& previous = segments_[s - 1];
        auto const first =
            std::max(previous.begin, previous.end - std::min(previous.end, 2 * kShortSegment));
        for (auto i = here.begin; i + 1 < here.end; ++i) {
            if (!isPlacing(words_[i + 1])) continue;
            for (auto j = first; j < previous.end; ++j)
                if (words_[j] == words_[i] && !isFiller(words_[i])) return true;
        }
        return false;
    }

    static bool isPlacing(std::string_view word)
    {
        return word == "in" || word == "of" || word == "at" || word == "on";
    }

    void sweepForward()
    {
        Reach negated, other, negatedOutside, otherOutside;
        for (std::size_t s = 0; s < segments_.size(); ++s) {
            auto const& segment = segments_[s];
            if (segment.closes && segment.join == Join::Comma) {
                negated = negatedOutside;
                other = otherOutside;
            } else {
                negated.on = negated.on && goesOn(s, negated);
                other.on = other.on && goesOn(s, other);
            }
            if (segment.opens) {
                negatedOutside = negated;
                otherOutside = other;
            }
            for (auto i = segment.begin; i < segment.end; ++i) passForward(i, negated, other);
        }
    }

    void passForward(std::uint32_t i, Reach& negated, Reach& other)
    {
        if (!inCue_[i]) {
            auto const word = words_[i];
            if (isStatingVerb(word)) {
                negated.on = negated.on && !negated.content;
                other.on = other.on && !other.content;
            }
            if (isSelf(word) && other.content) other.on = false;
            if (negated.on || other.on) denied_[i] = true;
            negated.pass(word);
            other.pass(word);
        }
        if (forward_[i + 1]) negated.start();
        if (forwardOther_[i + 1]) other.start();
    }

    void sweepBackward()
    {
        bool on = words_.after.has(Mark::Minus), content = false, list = false;
        for (std::size_t s = segments_.size(); s-- > 0;) {
            auto const& segment = segments_[s];
            for (auto i = segment.end; i-- > segment.begin;) {
                if (on && !inCue_[i]) {
                    denied_[i] = true;
                    content = content || !isFiller(words_[i]);
                }
                if (backward_[i]) {
                    on = true;
                    content = list = false;
                }
            }
            if (words_.list[segment.begin].before.has(Mark::Minus)) {
                on = true; // "fasciculations (-)"
                content = list = false;
            } else {
                on = on && s > 0 && reachesBack(s, content, list);
            }
        }
    }

    /// May what speaks backwards from segment s go on in segment s - 1?
    [[nodiscard]] bool reachesBack(std::size_t s, bool content, bool& list) const
    {
        auto const join = segments_[s].join;
        if (join == Join::Sentence || join == Join::Hard) return false;
        if (!content) {
            list = list || join == Join::Label;
            return true;
        }
        if (join == Join::Label || states_[s - 1] || !isShort(segments_[s - 1])) return false;
        if (join == Join::Comma) return list && segments_[s - 1].join != Join::Label;
        list = true;
        return true;
    }

    Words const& words_;
    std::vector<Segment>& segments_;
    std::vector<bool> denied_, inCue_;
    std::vector<std::uint32_t> contentUpTo_, segmentOf_;
    std::vector<bool> forward_, forwardOther_,
        backward_;                       // by the word behind / at which they begin
    std::vector<bool> states_, orLater_; // by segment
    std::vector<Cue> cues_;
};

} // namespace

std::vector<bool> deniedWords(Words const& words, std::vector<Segment>& segments,
                              std::span<Hit const> hits)
{
    // Names of problems and of tests, which are most texts, have no cue.
    bool const cued =
        std::any_of(hits.begin(), hits.end(), [](Hit const& hit) { return isCue(hit.owner.role); });
    if (!cued && !hasMinus(words)) return std::vector<bool>(words.size());
    return Reader{words, segments, hits}.run();
}

} // namespace tcds::terms
