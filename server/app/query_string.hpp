#pragma once

#include "fhir/base/result.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::app {

/// A parameter of a query, percent-decoded once; a plus sign stays one.
struct Parameter {
    std::string name, value;
};

/// Reads "a=b&c=d". An empty value is as if the parameter were not there.
///
/// @param known  names that may come, each once at most: one that is mistyped must not be taken for
///               a wish for everything
/// @error BadRequest: a name that is not known or comes twice, a broken escape, a control character
Result<std::vector<Parameter>> readQuery(std::string_view query,
                                         std::span<std::string_view const> known);

/// The value of a parameter; "" when it was not given.
std::string_view valueOf(std::span<Parameter const> parameters, std::string_view name);

} // namespace tcds::app
