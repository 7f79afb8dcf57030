#include "server/audit/fact_words.hpp"

#include <array>

namespace tcds::audit {

std::string_view word(MatchedBy by)
{
    switch (by) {
    case MatchedBy::None:
        return "";
    case MatchedBy::RxNorm:
        return "rxnorm";
    case MatchedBy::Atc:
        return "atc";
    case MatchedBy::Snomed:
        return "snomed";
    case MatchedBy::Map:
        return "map";
    case MatchedBy::Name:
        return "name";
    case MatchedBy::Code:
        return "code";
    case MatchedBy::Phrase:
        return "phrase";
    }
    return "";
}

std::string_view word(UseKind kind)
{
    switch (kind) {
    case UseKind::Order:
        return "order";
    case UseKind::Statement:
        return "statement";
    case UseKind::Dispense:
        return "dispense";
    case UseKind::Administration:
        return "administration";
    case UseKind::Draft:
        return "draft";
    }
    return "";
}

std::string_view word(UseState state)
{
    switch (state) {
    case UseState::Active:
        return "active";
    case UseState::Stopped:
        return "stopped";
    case UseState::OnHold:
        return "on-hold";
    case UseState::Draft:
        return "draft";
    case UseState::Given:
        return "given";
    case UseState::Planned:
        return "planned";
    case UseState::NotTaken:
        return "not-taken";
    case UseState::Cancelled:
        return "cancelled";
    case UseState::Future:
        return "future";
    case UseState::Unknown:
        return "unknown";
    }
    return "";
}

std::string_view word(Route route)
{
    switch (route) {
    case Route::Unknown:
        return "";
    case Route::Oral:
        return "oral";
    case Route::Injected:
        return "injected";
    case Route::Intravenous:
        return "intravenous";
    case Route::Inhaled:
        return "inhaled";
    case Route::Nebulised:
        return "nebulised";
    case Route::Nasal:
        return "nasal";
    case Route::Topical:
        return "topical";
    case Route::Ophthalmic:
        return "ophthalmic";
    case Route::Otic:
        return "otic";
    case Route::Rectal:
        return "rectal";
    case Route::Vaginal:
        return "vaginal";
    case Route::IntraArticular:
        return "intra-articular";
    case Route::Transdermal:
        return "transdermal";
    case Route::Intrathecal:
        return "intrathecal";
    }
    return "";
}

std::string_view word(RouteOrigin origin)
{
    switch (origin) {
    case RouteOrigin::None:
        return "";
    case RouteOrigin::Dosage:
        return "dosage";
    case RouteOrigin::Form:
        return "form";
    case RouteOrigin::Product:
        return "product";
    case RouteOrigin::Name:
        return "name";
    }
    return "";
}

std::string_view word(Comparator comparator)
{
    switch (comparator) {
    case Comparator::None:
        return "";
    case Comparator::Less:
        return "<";
    case Comparator::LessOrEqual:
        return "<=";
    case Comparator::GreaterOrEqual:
        return ">=";
    case Comparator::Greater:
        return ">";
    }
    return "";
}

std::string_view word(ResultStatus status)
{
    switch (status) {
    case ResultStatus::Preliminary:
        return "preliminary";
    case ResultStatus::Final:
        return "final";
    case ResultStatus::Amended:
        return "amended";
    case ResultStatus::Corrected:
        return "corrected";
    case ResultStatus::Unknown:
        return "unknown";
    }
    return "";
}

std::string_view word(Sex sex)
{
    switch (sex) {
    case Sex::Unknown:
        return "";
    case Sex::Female:
        return "female";
    case Sex::Male:
        return "male";
    case Sex::Other:
        return "other";
    }
    return "";
}

std::string_view word(EncounterClass cls)
{
    switch (cls) {
    case EncounterClass::Unknown:
        return "";
    case EncounterClass::Ambulatory:
        return "ambulatory";
    case EncounterClass::Inpatient:
        return "inpatient";
    case EncounterClass::Emergency:
        return "emergency";
    case EncounterClass::Home:
        return "home";
    case EncounterClass::Virtual:
        return "virtual";
    }
    return "";
}

std::string_view usualType(UseKind kind)
{
    switch (kind) {
    case UseKind::Order:
    case UseKind::Draft:
        return "MedicationRequest";
    case UseKind::Statement:
        return "MedicationStatement";
    case UseKind::Dispense:
        return "MedicationDispense";
    case UseKind::Administration:
        return "MedicationAdministration";
    }
    return {};
}

std::vector<std::string_view> wordsOf(NoteSet notes)
{
    constexpr std::array kAll{Note::Haemolysed,        Note::Preliminary,  Note::NoAlbumin,
                              Note::LowAlbumin,        Note::ParsedText,   Note::UnitProperty,
                              Note::DelayedSeparation, Note::PostDialysis, Note::LabCritical,
                              Note::StatusUnknown};
    std::vector<std::string_view> words;
    for (auto const note : kAll)
        if (notes.has(note)) words.push_back(toText(note));
    return words;
}

} // namespace tcds::audit
