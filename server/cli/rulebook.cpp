#include "server/rulebook/book.hpp"

#include "rules/load/lint.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/rule_source.hpp"
#include "server/rulebook/html.hpp"
#include "server/rulebook/markdown.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>

namespace tcds::cli {

namespace {

/// Writes a file, or stdout for "-".
bool write(std::string const& path, std::string const& text)
{
    if (path == "-") {
        std::cout << text;
        return static_cast<bool>(std::cout);
    }
    std::ofstream file{path, std::ios::binary};
    file << text;
    file.close();
    if (file) return true;
    complain(Error{Error::Kind::BadRequest, path, "cannot be written", "name a writable file"});
    return false;
}

bool writeFolder(std::string const& folder, rulebook::Document const& book)
{
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) {
        complain(Error{Error::Kind::BadRequest, folder, "cannot be made a folder",
                       "name a new folder, or a file that ends in .md"});
        return false;
    }
    for (auto const& [name, text] : rulebook::toMarkdownFiles(book))
        if (!write((std::filesystem::path{folder} / name).string(), text)) return false;
    return true;
}

bool writeMarkdown(std::string const& target, rulebook::Document const& book)
{
    if (target == "-" || target.ends_with(".md")) return write(target, rulebook::toMarkdown(book));
    return writeFolder(target, book);
}

/// The book of a folder; faults go to stderr, and the exit code comes back.
std::variant<rulebook::Document, int> bookOf(std::string const& folder)
{
    Problems problems;
    auto loaded = rulesInFolder(folder, problems);
    if (!loaded) {
        complain(loaded.error());
        return Exit::kBadInput;
    }
    if (!loaded->rules) {
        complain(problems);
        return Exit::kConfiguration;
    }
    std::vector<cases::CaseFile> files;
    for (auto const& tree : loaded->content.tests)
        files.push_back(cases::readCaseFile(tree, problems));
    // Without a day: whether a review is due today would make the book another one tomorrow.
    auto const accepted =
        rules::lint(loaded->content, *loaded->rules, {"", true, {}, loaded->ownOnly}, problems);
    if (problems.hasErrors()) {
        complain(problems);
        return Exit::kBadInput;
    }
    auto const findings = problems.sorted();
    return rulebook::makeBook({*loaded->rules, files, findings, accepted});
}

} // namespace

int doc(DocArguments const& arguments)
{
    auto const folder = arguments.folder.empty() ? defaultFolder() : arguments.folder;
    if (folder.empty() || (arguments.out.empty() && arguments.markdown.empty())) {
        complain(
            folder.empty()
                ? Error{Error::Kind::NotFound, "rules", "no rules folder here",
                        "name one, such as `twitch-cds rules doc path/to/rules --out book.html`"}
                : Error{Error::Kind::BadRequest, "rules doc", "nothing to write",
                        "add --out FILE.html, --markdown FILE.md or --markdown FOLDER"});
        return Exit::kUsage;
    }
    auto const made = bookOf(folder);
    if (auto const* code = std::get_if<int>(&made)) return *code;
    auto const& book = std::get<rulebook::Document>(made);
    if (!arguments.out.empty() && !write(arguments.out, rulebook::toHtml(book)))
        return Exit::kBadInput;
    if (!arguments.markdown.empty() && !writeMarkdown(arguments.markdown, book))
        return Exit::kBadInput;
    return Exit::kDone;
}

} // namespace tcds::cli
