#include "rules/cards/remarks.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

std::string_view sourceInWords(std::string_view key)
{
    struct Word {
        std::string_view key, text;
    };
    static constexpr std::array kWords{Word{"patient", "patient data"},
                                       Word{"conditions", "problem list"},
                                       Word{"encounterDiagnoses", "encounter diagnoses"},
                                       Word{"encounter", "current encounter"},
                                       Word{"complaints", "recorded complaints"},
                                       Word{"medications", "medication list"},
                                       Word{"statements", "reported medicines"},
                                       Word{"stopped", "stopped medicines"},
                                       Word{"administrations", "administered doses"},
                                       Word{"dispenses", "dispensed medicines"},
                                       Word{"labs", "laboratory results"},
                                       Word{"vitals", "vital signs"},
                                       Word{"procedures", "procedures"},
                                       Word{"serviceRequests", "test orders"},
                                       Word{"appointments", "appointments"},
                                       Word{"questionnaires", "questionnaires"}};
    auto const at = std::ranges::find(kWords, key, &Word::key);
    return at == kWords.end() ? kOtherData : at->text;
}

bool failed(SourceStatus status)
{
    switch (status) {
    case SourceStatus::Ok:
    case SourceStatus::Empty:
    case SourceStatus::Absent:
        return false;
    case SourceStatus::Partial:
    case SourceStatus::Denied:
    case SourceStatus::Timeout:
    case SourceStatus::Invalid:
    case SourceStatus::Failed:
        return true;
    }
    return false;
}

std::string_view failureInWords(SourceStatus status)
{
    switch (status) {
    case SourceStatus::Partial:
        return "incomplete";
    case SourceStatus::Denied:
        return "could not be read (access denied)";
    case SourceStatus::Timeout:
        return "could not be read (timed out)";
    case SourceStatus::Invalid:
        return "could not be read (not valid)";
    case SourceStatus::Failed:
        return "could not be read";
    case SourceStatus::Ok:
    case SourceStatus::Empty:
    case SourceStatus::Absent:
        break;
    }
    return {};
}

} // namespace tcds::rules
