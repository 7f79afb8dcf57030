#include "rules/load/content.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace tcds::rules {

namespace {

namespace fs = std::filesystem;

struct TopFile {
    std::string_view name;
    std::optional<Tree> Content::*place;
};
constexpr std::array kTopFiles{
    TopFile{"ruleset", &Content::ruleSet},
    TopFile{"analytes", &Content::analytes},
    TopFile{"suggestions", &Content::suggestions},
    TopFile{"override-reasons", &Content::overrideReasons},
};

struct Table {
    std::string_view file;
    std::string_view Tables::*place;
};
constexpr std::array kTables{
    Table{"terms/ingredients.tsv", &Tables::ingredients},
    Table{"terms/names.tsv", &Tables::names},
    Table{"terms/products.tsv", &Tables::products},
    Table{"terms/units.tsv", &Tables::units},
    Table{"terms/routes.tsv", &Tables::routes},
    Table{"terms/dose_forms.tsv", &Tables::doseForms},
};

/// "packs/core/EL-K-LOW.yaml" -> packs, core, EL-K-LOW
std::vector<std::string_view> partsOf(std::string_view path)
{
    std::vector<std::string_view> parts;
    if (auto const dot = path.rfind('.'); dot != std::string_view::npos) path = path.substr(0, dot);
    for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
        parts.push_back(path.substr(0, slash));
        path.remove_prefix(slash + 1);
    }
    parts.push_back(path);
    return parts;
}

Content::Pack& packOf(Content& content, std::string_view folder)
{
    auto const at = std::ranges::lower_bound(content.packs, folder, {}, &Content::Pack::folder);
    if (at != content.packs.end() && at->folder == folder) return *at;
    return *content.packs.insert(at, Content::Pack{std::string{folder}, std::nullopt, {}});
}

bool isAuthored(fs::path const& path)
{
    auto const extension = path.extension();
    return extension == ".yaml" || extension == ".json";
}

/// Paths below `folder` of the files that belong to a rule set, sorted.
std::vector<std::string> sourcesIn(fs::path const& folder)
{
    std::vector<std::string> paths;
    for (auto const& entry : fs::directory_iterator{folder})
        if (entry.is_regular_file() && isAuthored(entry.path()))
            paths.push_back(entry.path().filename().string());
    for (auto const* const below : {"valuesets", "packs", "tests"}) {
        if (!fs::is_directory(folder / below)) continue;
        for (auto const& entry : fs::recursive_directory_iterator{folder / below})
            if (entry.is_regular_file() && isAuthored(entry.path()))
                paths.push_back(entry.path().lexically_relative(folder).generic_string());
    }
    for (auto const& table : kTables)
        if (fs::is_regular_file(folder / table.file)) paths.emplace_back(table.file);
    std::ranges::sort(paths);
    return paths;
}

std::string readAll(fs::path const& path)
{
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

void checkComplete(Content const& content, Problems& problems)
{
    for (auto const& top : kTopFiles)
        if (!(content.*(top.place)))
            problems.error("L03", std::string{top.name} + ".yaml",
                           "the file is missing or unreadable", "add it to the rules folder");
    for (auto const& table : kTables)
        if ((content.tables.*table.place).empty())
            problems.error("L03", std::string{table.file}, "the table is missing or empty",
                           "restore it from the release");
}

} // namespace

bool Content::add(std::string_view path, Tree tree)
{
    auto const parts = partsOf(path);
    if (parts.size() == 1) {
        auto const top = std::ranges::find(kTopFiles, parts[0], &TopFile::name);
        if (top == kTopFiles.end()) return false;
        this->*(top->place) = std::move(tree);
    } else if (parts.size() == 2 && parts[0] == "valuesets") {
        valueSets.push_back(std::move(tree));
    } else if (parts.size() == 2 && parts[0] == "tests" && parts[1] == "mutants") {
        mutants = std::move(tree);
    } else if (parts.size() == 2 && parts[0] == "tests" && parts[1] == "uncovered") {
        uncovered = std::move(tree);
    } else if (parts.size() == 3 && parts[0] == "packs") {
        auto& pack = packOf(*this, parts[1]);
        if (parts[2] == "pack")
            pack.manifest = std::move(tree);
        else
            pack.rules.push_back(std::move(tree));
    } else if (parts.size() == 3 && parts[0] == "tests") {
        tests.push_back(std::move(tree));
    } else {
        return false;
    }
    return true;
}

Result<Content> loadFolder(fs::path const& folder, Digest const& digest, Problems& problems)
{
    if (!fs::is_directory(folder))
        return Error{Error::Kind::NotFound, folder.string(), "no such folder of rules",
                     "name a folder that holds ruleset.yaml, valuesets/, packs/ and terms/"};
    Content content;
    for (auto const& path : sourcesIn(folder)) {
        auto text = std::make_shared<std::string const>(readAll(folder / path));
        auto const isTest = path.starts_with("tests/");
        if (!isTest) content.files.emplace_back(path, digest(*text));
        if (auto const table = std::ranges::find(kTables, path, &Table::file);
            table != kTables.end()) {
            content.tables.*(table->place) = *text;
            if (table->place == &Tables::products)
                content.productsOwner = std::move(text);
            else
                content.owners.push_back(std::move(text));
            continue;
        }
        auto tree = Tree::fromYaml(*text, path, problems);
        if (tree && !content.add(path, std::move(*tree)))
            problems.error(
                "L03", path, "no file is expected here",
                "put rules into packs/<pack>/, value sets into valuesets/, test cases into "
                "tests/<pack>/");
    }
    checkComplete(content, problems);
    std::string list;
    for (auto const& [path, sum] : content.files) list += sum + "  " + path + '\n';
    content.digest = digest(list);
    return content;
}

} // namespace tcds::rules
