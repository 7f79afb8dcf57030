#pragma once

#include <string_view>

namespace tcds::app {

/// The rule set of this build as one JSON bundle (decision D7): what rules::readBundle() takes.
std::string_view embeddedBundle();

/// The product table of this build, terms/products.tsv; lives as long as the program.
std::string_view embeddedProducts();

} // namespace tcds::app
