#pragma once

#include "fhir/facts/patient_context.hpp"
#include "fhir/terms/terminology.hpp"
#include "server/audit/fact_words.hpp"
#include "server/replay/record_object.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::replay {

/// The members that facts of several kinds have, read back from a record. What cannot be read is
/// noted as a fault of the object, and nothing stands in its place.
class FactParts
{
public:
    /// @param zoneMinutes  zone of times without one
    /// @param terms        outlives this object
    FactParts(int zoneMinutes, terms::Terminology const& terms) : zone_{zoneMinutes}, terms_{terms}
    {
    }

protected:
    /// Counts the facts of the context besides.
    FactId idOf(RecordObject const& object);
    /// The pseudonym takes the place of the id, behind the rank that the id gave.
    SourceRef sourceOf(RecordObject const& object, std::string_view type) const;
    static std::vector<Coding> codesOf(RecordObject const& object);
    std::vector<StateChange> historyOf(RecordObject const& object) const;
    SetBits setsOf(RecordObject const& object, std::string_view name) const;
    std::vector<IngredientId> ingredientsOf(RecordObject const& object) const;
    AnalyteId analyteOf(RecordObject const& object) const;
    static MatchedBy matchedBy(RecordObject const& object);
    static Reason reasonOf(RecordObject const& object, std::string_view name);
    static SourceStatus statusOf(RecordObject const& input);

    /// The enumerator that a word stands for; nothing when the member is absent.
    /// @param last  greatest enumerator; they count from 0
    template <class Word>
    static std::optional<Word> word(RecordObject const& object, std::string_view name, Word last)
    {
        return word(object, name, last, [](Word each) { return audit::word(each); });
    }
    template <class Word>
    static Word neededWord(RecordObject const& object, std::string_view name, Word last)
    {
        (void)object.needed(name);
        return word(object, name, last).value_or(Word{});
    }

    int zone_;
    terms::Terminology const& terms_;
    PatientContext context_;

private:
    std::vector<bool> taken_; // ids of facts

    /// @param wordOf  what the record writes for one
    template <class Word, class WordOf>
    static std::optional<Word> word(RecordObject const& object, std::string_view name, Word last,
                                    WordOf const& wordOf)
    {
        auto const text = object.text(name);
        if (text.empty()) return std::nullopt;
        for (auto i = 0U; i <= static_cast<unsigned>(last); ++i)
            if (auto const each = static_cast<Word>(i); wordOf(each) == text) return each;
        object.fault(name, "\"" + std::string{text} + "\" is no word of the record");
        return std::nullopt;
    }
};

} // namespace tcds::replay
