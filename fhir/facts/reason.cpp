#include "fhir/facts/reason.hpp"

namespace tcds {

std::string_view toText(Reason reason)
{
    switch (reason) {
    case Reason::None:
        return "";
    case Reason::NoResult:
        return "no-result";
    case Reason::Stale:
        return "stale";
    case Reason::NoValue:
        return "no-value";
    case Reason::NoUnit:
        return "no-unit";
    case Reason::BadUnit:
        return "bad-unit";
    case Reason::Implausible:
        return "implausible";
    case Reason::Straddles:
        return "straddles";
    case Reason::NoLimit:
        return "no-limit";
    case Reason::NoStart:
        return "no-start";
    case Reason::NoStop:
        return "no-stop";
    case Reason::NoDose:
        return "no-dose";
    case Reason::NoBirthDate:
        return "no-birth-date";
    case Reason::NoSex:
        return "no-sex";
    case Reason::NoWeeks:
        return "no-weeks";
    case Reason::NoDate:
        return "no-date";
    case Reason::Unbound:
        return "unbound";
    case Reason::SourceFailed:
        return "source-failed";
    case Reason::NotAsked:
        return "not-asked";
    case Reason::OtherPatient:
        return "other-patient";
    case Reason::EnteredInError:
        return "entered-in-error";
    case Reason::BadStatus:
        return "bad-status";
    case Reason::Uncoded:
        return "uncoded";
    case Reason::Negated:
        return "negated";
    case Reason::Future:
        return "future";
    case Reason::Unreadable:
        return "unreadable";
    case Reason::Duplicate:
        return "duplicate";
    case Reason::Specimen:
        return "specimen";
    }
    return "";
}

} // namespace tcds
