#pragma once

#include "fhir/base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tcds::upkeep {

struct TableFile {
    std::string name; // "products.tsv"
    std::string text;
};

/// Replaces files of a folder, all or none: every text is written beside its file and flushed to
/// the disk before the first one takes the place of the old; if one cannot, those before it are put
/// back. The folder is made when it is not there. A file whose text is the same is not touched.
///
/// @return nothing, or the error (kind Unavailable, `where` = the file); the old files then stand
/// as
///         they were
std::optional<Error> replaceFiles(std::filesystem::path const& folder,
                                  std::vector<TableFile> const& files);

} // namespace tcds::upkeep
