#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/terms/words.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tcds::terms {

/// Unit spellings as seen in data, and what they are in UCUM.
class UnitTable
{
public:
    /// @param text  rules/terms/units.tsv: columns `unit`, `ucum`
    void load(std::string_view text, Problems& problems);

    /// UCUM spelling; nothing for what neither the table nor the grammar knows.
    /// @param code  Quantity.code when its system is UCUM, else ""
    /// @param text  Quantity.unit
    [[nodiscard]] std::optional<std::string> ucum(std::string_view code,
                                                  std::string_view text) const;

private:
    [[nodiscard]] std::optional<std::string> read(std::string_view spelling) const;

    TextMap<std::string> exact_;
    TextMap<std::string> loose_; // lower case without blanks; "" = several meanings
};

} // namespace tcds::terms
