#pragma once

#include "rules/load/content.hpp"

#include <string>
#include <string_view>

namespace tcds::rules {

/// A rule set as one JSON text: `{"format", "id", "version", "digest", "files": {path: sha256},
/// "trees": {path: tree}, "tables": {path: text}}`. Trees hold what the YAML files hold, all
/// scalars as texts; tests are left out, and so is the product table, which stands beside the
/// bundle. The same content gives the same bytes.
std::string writeBundle(Content const& content);

/// Reads a bundle without any YAML. Its text is kept by the content.
///
/// @param products  terms/products.tsv; must outlive the content and what is compiled from it
/// @param signer    who vouches for the bundle ("embedded" or the name of a key)
/// @error BadRequest when the text is no bundle of this format
tcds::Result<Content> readBundle(std::string json, std::string_view products, std::string signer);

} // namespace tcds::rules
