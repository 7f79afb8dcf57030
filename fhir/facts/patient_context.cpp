#include "fhir/facts/patient_context.hpp"

#include <array>
#include <utility>

namespace tcds {

namespace {

constexpr std::array kHooks{
    std::pair{Hook::PatientView, std::string_view{"patient-view"}},
    std::pair{Hook::EncounterStart, std::string_view{"encounter-start"}},
    std::pair{Hook::ProblemListItemCreate, std::string_view{"problem-list-item-create"}},
    std::pair{Hook::OrderSelect, std::string_view{"order-select"}},
    std::pair{Hook::OrderSign, std::string_view{"order-sign"}},
};

} // namespace

std::string_view toText(Hook hook)
{
    for (auto const& [known, text] : kHooks)
        if (known == hook) return text;
    return "";
}

std::optional<Hook> parseHook(std::string_view text)
{
    for (auto const& [hook, known] : kHooks)
        if (known == text) return hook;
    return std::nullopt;
}

bool isOrderHook(Hook hook) { return hook == Hook::OrderSelect || hook == Hook::OrderSign; }

SourceStatus PatientContext::source(std::string_view key) const
{
    for (auto const& input : inputs)
        if (input.key == key) return input.status;
    return SourceStatus::Absent;
}

} // namespace tcds
