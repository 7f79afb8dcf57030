#include "fhir/facts/facts.hpp"

#include <array>
#include <utility>

namespace tcds {

namespace {

constexpr std::array kNotes{
    std::pair{Note::Haemolysed, std::string_view{"haemolysed"}},
    std::pair{Note::Preliminary, std::string_view{"preliminary"}},
    std::pair{Note::NoAlbumin, std::string_view{"no-albumin"}},
    std::pair{Note::LowAlbumin, std::string_view{"low-albumin"}},
    std::pair{Note::ParsedText, std::string_view{"parsed-text"}},
    std::pair{Note::UnitProperty, std::string_view{"unit-property"}},
    std::pair{Note::DelayedSeparation, std::string_view{"delayed-separation"}},
    std::pair{Note::PostDialysis, std::string_view{"post-dialysis"}},
    std::pair{Note::LabCritical, std::string_view{"lab-critical"}},
    std::pair{Note::StatusUnknown, std::string_view{"status-unknown"}},
};

} // namespace

bool isSystemic(Route route)
{
    switch (route) {
    case Route::Unknown:
    case Route::Oral:
    case Route::Injected:
    case Route::Intravenous:
    case Route::Transdermal:
    case Route::Intrathecal:
        return true;
    case Route::Inhaled:
    case Route::Nebulised:
    case Route::Nasal:
    case Route::Topical:
    case Route::Ophthalmic:
    case Route::Otic:
    case Route::Rectal:
    case Route::Vaginal:
    case Route::IntraArticular:
        return false;
    }
    return true;
}

std::string_view toText(Note note)
{
    for (auto const& [known, text] : kNotes)
        if (known == note) return text;
    return "";
}

std::optional<Note> parseNote(std::string_view text)
{
    for (auto const& [note, known] : kNotes)
        if (known == text) return note;
    return std::nullopt;
}

std::string_view toText(SourceStatus status)
{
    switch (status) {
    case SourceStatus::Ok:
        return "ok";
    case SourceStatus::Empty:
        return "empty";
    case SourceStatus::Absent:
        return "absent";
    case SourceStatus::Partial:
        return "partial";
    case SourceStatus::Denied:
        return "denied";
    case SourceStatus::Timeout:
        return "timeout";
    case SourceStatus::Invalid:
        return "invalid";
    case SourceStatus::Failed:
        return "error";
    }
    return "";
}

} // namespace tcds
