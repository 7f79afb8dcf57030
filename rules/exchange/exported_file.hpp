#pragma once

#include <string>

namespace tcds::rules::exchange {

/// A file of an export: its path inside the folder and its bytes, which end in a line feed.
struct ExportedFile {
    std::string path;
    std::string text;
};

} // namespace tcds::rules::exchange
