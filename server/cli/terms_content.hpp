#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/result.hpp"
#include "rules/load/content.hpp"

#include <string>
#include <string_view>

namespace tcds::cli {

/// What a command on terminology was pointed at.
struct TermsContent {
    rules::Content content;
    bool hasTests = false; // false: the cases of the embedded pack are not at hand
};

/// "built-in" (or ""): the embedded pack. A rules folder: that. A hospital's folder: laid over the
/// embedded pack, its overlay applied. A folder of tables (products.tsv or
/// any other of them): the embedded pack with these tables in place of its own.
/// @error NotFound when the folder is none of it
Result<TermsContent> termsContent(std::string const& named, Problems& problems);

/// Puts a table in the place of the content's own; the content keeps the text.
/// @param name  "products.tsv"
/// @return false when there is no such table
bool replaceTable(rules::Content& content, std::string_view name, std::string text);

} // namespace tcds::cli
