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

bool isAuthored(fs::path const& path)
{
    auto const extension = path.extension();
    return extension == ".yaml" || extension == ".json";
}

/// Paths below `folder` of its authored files, those in `below` with all that is under them, and of
/// its tables; sorted.
std::vector<std::string> sourcesIn(fs::path const& folder, std::initializer_list<char const*> below)
{
    std::vector<std::string> paths;
    for (auto const& entry : fs::directory_iterator{folder})
        if (entry.is_regular_file() && isAuthored(entry.path()))
            paths.push_back(entry.path().filename().string());
    for (auto const* const inner : below) {
        if (!fs::is_directory(folder / inner)) continue;
        for (auto const& entry : fs::recursive_directory_iterator{folder / inner})
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

bool isRuleFile(std::string_view path)
{
    return path.starts_with("rules/") || path.starts_with("packs/");
}

/// One file of a rule set or of a hospital's folder.
struct Source {
    std::string path;
    std::shared_ptr<std::string const> text;
};

void addFile(Source source, bool expected, std::string const& advice, Content& content,
             Problems& problems)
{
    if (auto const table = std::ranges::find(kTables, source.path, &Table::file);
        table != kTables.end()) {
        content.tables.*(table->place) = *source.text;
        if (table->place == &Tables::products)
            content.productsOwner = std::move(source.text);
        else
            content.owners.push_back(std::move(source.text));
        return;
    }
    auto tree = Tree::fromYaml(*source.text, source.path, problems);
    if (!tree) return;
    if (auto const mark = tree->root().find("overlay"); mark && isRuleFile(source.path))
        problems.error("L01", mark->where(), "unknown key \"overlay\" in rule",
                       "changes of other rules stand in overlay.yaml");
    if (!expected || !content.add(source.path, std::move(*tree)))
        problems.error("L03", source.path, "no file is expected here", advice);
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

/// @param parts  of a path for which isHospitalPath() holds
bool addHospitalFile(Content& content, std::vector<std::string_view> const& parts, Tree tree)
{
    auto& own = content.pack(kLocalPack);
    if (parts[0] == "pack")
        own.manifest = std::move(tree);
    else if (parts[0] == "overlay")
        content.overlay = std::move(tree);
    else if (parts[0] == "rules")
        own.rules.push_back(std::move(tree));
    else
        content.tests.push_back(std::move(tree));
    return true;
}

} // namespace

std::string digestOf(Content const& content, Digest const& digest)
{
    std::string list;
    for (auto const& [path, sum] : content.files) list += sum + "  " + path + '\n';
    return digest(list);
}

bool isHospitalPath(std::string_view path)
{
    auto const parts = partsOf(path);
    if (parts.size() == 1) return parts[0] == "pack" || parts[0] == "overlay";
    if (parts.size() != 2) return false;
    return parts[0] == "rules" ||
           (parts[0] == "tests" && parts[1] != "mutants" && parts[1] != "uncovered");
}

bool isHospitalTest(std::string_view path)
{
    auto const parts = partsOf(path);
    return parts[0] == "tests" && (parts.size() == 2 || parts[1] == kLocalPack);
}

bool isHospitalFolder(fs::path const& folder)
{
    auto const holds = [&](std::string const& name) {
        return fs::is_regular_file(folder / (name + ".yaml")) ||
               fs::is_regular_file(folder / (name + ".json"));
    };
    return (holds("pack") || holds("overlay")) && !holds("ruleset");
}

Content::Pack& Content::pack(std::string_view folder)
{
    auto const at = std::ranges::lower_bound(packs, folder, {}, &Pack::folder);
    if (at != packs.end() && at->folder == folder) return *at;
    return *packs.insert(at, Pack{std::string{folder}, std::nullopt, {}});
}

bool Content::add(std::string_view path, Tree tree)
{
    auto const parts = partsOf(path);
    if (isHospitalPath(path)) return addHospitalFile(*this, parts, std::move(tree));
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
        auto& own = pack(parts[1]);
        if (parts[2] == "pack")
            own.manifest = std::move(tree);
        else if (parts[1] == kLocalPack && parts[2] == "overlay")
            overlay = std::move(tree);
        else
            own.rules.push_back(std::move(tree));
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
    for (auto const& path : sourcesIn(folder, {"valuesets", "packs", "tests"})) {
        Source source{path, std::make_shared<std::string const>(readAll(folder / path))};
        if (!path.starts_with("tests/")) content.files.emplace_back(path, digest(*source.text));
        addFile(std::move(source), !isHospitalPath(path),
                "put rules into packs/<pack>/, value sets into valuesets/, test cases into "
                "tests/<pack>/",
                content, problems);
    }
    checkComplete(content, problems);
    content.digest = digestOf(content, digest);
    return content;
}

Result<Content> loadHospital(fs::path const& folder, Digest const& digest, Problems& problems)
{
    if (!isHospitalFolder(folder))
        return Error{Error::Kind::NotFound, folder.string(), "no hospital's folder of rules",
                     "name a folder that holds pack.yaml, and overlay.yaml or rules/"};
    Content content;
    for (auto const& path : sourcesIn(folder, {"valuesets", "rules", "tests"})) {
        Source source{path, std::make_shared<std::string const>(readAll(folder / path))};
        if (!path.starts_with("tests/")) content.files.emplace_back(path, digest(*source.text));
        addFile(std::move(source),
                isHospitalPath(path) || path.starts_with("valuesets/") ||
                    path.starts_with("tests/mutants.") || path.starts_with("tests/uncovered."),
                "put rules into rules/, value sets into valuesets/, test cases into tests/",
                content, problems);
    }
    content.digest = digestOf(content, digest);
    return content;
}

} // namespace tcds::rules
