#pragma once

#include "fhir/terms/phrases.hpp"
#include "fhir/terms/terminology.hpp"

#include <string_view>
#include <vector>

namespace tcds::terms {

/// Reads free text: which sets it states and which it denies, sentence by sentence
/// (clinical specification B.3). Built once from the phrases of all sets and the cue sets.
class TextReader
{
public:
    /// @param reaches  the set itself and the sets that include it
    void addSet(SetId set, SetPhrases const& phrases, SetBits const& reaches);
    void addCue(PhraseRole role, Phrase const& phrase);

    [[nodiscard]] TextMeaning read(std::string_view text, SetBits const& among) const;

private:
    struct AllOf {
        SetId set;
        std::uint16_t groups = 0;
    };
    class Sentence;

    PhraseIndex index_;
    std::vector<AllOf> allOf_;
    std::vector<SetBits> reaches_; // by set
};

} // namespace tcds::terms
