#pragma once

#include "rules/exchange/exported_file.hpp"
#include "rules/model/rule_set.hpp"

#include <string_view>
#include <vector>

namespace tcds::rules::exchange {

/// One ValueSet for each value set, each scope of a drug class that has several, and the codes of
/// each analyte. Members are RxNorm ingredients, codes, and prefixes as a filter `code regex`; what
/// only a text can say is a code in a system of our own.
/// @param base  canonical URLs begin with it; no slash at its end
std::vector<ExportedFile> valueSetFiles(RuleSet const& rules, std::string_view base);

/// A name that computers can use: a capital letter, then letters, digits and underscores.
std::string computableName(std::string_view name);

} // namespace tcds::rules::exchange
