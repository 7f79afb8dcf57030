#pragma once

#include "fhir/read/reading.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace tcds::fhir {

/// What codes and texts of one resource were understood as.
struct Understood {
    std::vector<Coding> codes;
    SetBits byCode;
    SetBits byText;
    SetBits denied; // by a sentence that negates, or speaks of somebody else

    /// Stated and not denied: a denial closes a set even beside its code (clinical specification
    /// B.3).
    [[nodiscard]] SetBits sets() const
    {
        auto all = byCode;
        all.addAll(byText);
        all.removeAll(denied);
        return all;
    }
    /// Something was stated, and all of it was denied.
    [[nodiscard]] bool isDenied() const { return sets().none() && !isSilent(); }
    /// Nothing that a rule asks for was named.
    [[nodiscard]] bool isSilent() const { return byCode.none() && byText.none() && denied.none(); }
};

/// Looks up the codings of a concept, and its text and the displays of unknown codes as phrases.
void understandConcept(Reading const& reading, Value const* concept_, SetBits const& among,
                       Understood& understood);
/// Phrases and denials of a text.
void understandText(Reading const& reading, std::string_view text, SetBits const& among,
                    Understood& understood);
/// `note` (R4), `comments` and `comment` (before R4): as text.
template <class F>
void forEachNote(Members const& resource, F&& f)
{
    for (auto const& note : resource.items("note")) {
        if (auto const plain = json::text(&note))
            f(*plain);
        else if (auto const text = json::textOf(note, "text"); !text.empty())
            f(text);
    }
    for (auto const name : {"comments", "comment"})
        if (auto const text = resource.text(name); !text.empty()) f(text);
}

/// When and where a symptom was recorded.
struct Recorded {
    std::optional<TimeSpan> onset = std::nullopt;
    std::optional<TimeSpan> at = std::nullopt; // recorded or effective date
    bool thisEncounter = false;
    bool eligible = true; // as a complaint: in the window, or of the encounter of the call
    bool complaintByText =
        true; // may its text open the gate? (values of unrelated observations may not)
};

/// The complaint window of decision D25: both ends included; no date: inside.
bool inComplaintWindow(Reading const& reading, std::optional<TimeSpan> const& onset,
                       std::optional<TimeSpan> const& recorded);

/// Adds the complaint and the findings that were understood, if any.
/// @return true when a complaint was added
bool addSymptoms(Reading& reading, Place const& place, Understood const& understood,
                 Recorded const& recorded, std::string_view pointer = {});

/// What a value says about the sign that its question or code names.
enum class Polarity : std::uint8_t { None, Absent, Present, Other };
Polarity polarityOf(Value const* concept_);
Polarity polarityOf(std::string_view text);

} // namespace tcds::fhir
