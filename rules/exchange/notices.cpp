#include "rules/exchange/notices.hpp"

#include "rules/exchange/canonical.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules::exchange {

namespace {

struct Notice {
    std::string_view system, text;
};

constexpr std::array kNotices{
    Notice{kLoinc,
           "This material contains content from LOINC (http://loinc.org). LOINC is copyright "
           "Regenstrief Institute, Inc. and the Logical Observation Identifiers Names and Codes "
           "(LOINC) Committee and is available at no cost under the license at "
           "http://loinc.org/license. LOINC(R) is a registered United States trademark of "
           "Regenstrief Institute, Inc."},
    Notice{"http://snomed.info/sct",
           "This material includes SNOMED Clinical Terms(R) (SNOMED CT(R)) which is used by "
           "permission of SNOMED International. All rights reserved. SNOMED CT was originally "
           "created by the College of American Pathologists."},
    Notice{"http://www.whocc.no/atc",
           "ATC codes: copyright WHO Collaborating Centre for Drug Statistics Methodology, Oslo."}};

} // namespace

std::string noticesFor(std::vector<std::string> const& systems)
{
    std::string notices;
    for (auto const& notice : kNotices)
        if (std::ranges::find(systems, notice.system) != systems.end())
            notices += (notices.empty() ? "" : " ") + std::string{notice.text};
    return notices;
}

} // namespace tcds::rules::exchange
