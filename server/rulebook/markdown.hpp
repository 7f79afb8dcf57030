#pragma once

#include "server/rulebook/document.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tcds::rulebook {

/// The book as one Markdown text (GitHub flavour: tables). Pictures are left out; the table below
/// each one says the same.
std::string toMarkdown(Document const& book);

/// The book as a folder: README.md with the front matter, a file for each rule and each appendix.
/// @return file names and texts, in the order of the book
std::vector<std::pair<std::string, std::string>> toMarkdownFiles(Document const& book);

} // namespace tcds::rulebook
