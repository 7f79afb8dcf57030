#pragma once

#include "server/audit_export/feedback_book.hpp"
#include "server/audit_export/rule_words.hpp"

#include <string_view>

namespace tcds::audit_export {

/// Where canonical URLs begin until a site says otherwise; the same as of `rules export`.
inline constexpr std::string_view kDefaultBase = "http://twitch-cds.example.org/fhir";

/// What an export says beyond the record itself.
struct Supplement {
    FeedbackBook const& feedback;
    RuleLibrary& rules;
    std::string_view base = kDefaultBase; // of canonical URLs, without a slash at its end
};

} // namespace tcds::audit_export
