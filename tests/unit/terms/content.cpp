#include "tests/unit/terms/content.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace tcds::terms::test {
namespace {

std::string readFile(std::filesystem::path const& path)
{
    std::ifstream file{path, std::ios::binary};
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// The files under rules/; the tables have to outlive the terminology.
struct Shipped {
    std::string ingredients, names, products, units, routes, doseForms;
    Loaded loaded;

    Shipped()
    {
        std::filesystem::path const rules = std::filesystem::path{TCDS_SOURCE_DIR} / "rules";
        auto const table = [&](char const* name) { return readFile(rules / "terms" / name); };
        ingredients = table("ingredients.tsv");
        names = table("names.tsv");
        products = table("products.tsv");
        units = table("units.tsv");
        routes = table("routes.tsv");
        doseForms = table("dose_forms.tsv");

        std::vector<std::filesystem::path> files;
        for (auto const& entry : std::filesystem::directory_iterator{rules / "valuesets"})
            files.push_back(entry.path());
        std::sort(files.begin(), files.end());
        for (auto const& file : files) addTree("valuesets/" + file.filename().string(), file);
        addTree("analytes.yaml", rules / "analytes.yaml");

        TerminologySources sources;
        for (std::size_t i = 0; i + 1 < loaded.trees.size(); ++i)
            sources.valueSets.push_back(&loaded.trees[i]);
        sources.analytes = &loaded.trees.back();
        sources.ingredients = ingredients;
        sources.names = names;
        sources.products = products;
        sources.units = units;
        sources.routes = routes;
        sources.doseForms = doseForms;
        loaded.terms = Terminology::load(sources, loaded.problems);
    }

    void addTree(std::string name, std::filesystem::path const& file)
    {
        auto tree = Tree::fromYaml(readFile(file), std::move(name), loaded.problems);
        EXPECT_TRUE(tree) << file;
        if (tree) loaded.trees.push_back(std::move(*tree));
    }
};

Shipped const& content()
{
    static Shipped const shipped;
    return shipped;
}

} // namespace

Terminology const& shipped() { return *content().loaded.terms; }
std::string shippedProblems() { return content().loaded.report(); }

std::string Loaded::report() const
{
    std::string text;
    for (auto const& problem : problems.sorted()) text += toText(problem) + '\n';
    return text;
}

Loaded loadTexts(std::initializer_list<std::pair<std::string_view, std::string_view>> sets,
                 std::string_view analytes, TerminologySources const& tables)
{
    Loaded loaded;
    auto const addTree = [&](std::string_view yaml, std::string file) {
        auto tree = Tree::fromYaml(yaml, std::move(file), loaded.problems);
        if (tree) loaded.trees.push_back(std::move(*tree));
        return tree.has_value();
    };
    for (auto const& [name, yaml] : sets) addTree(yaml, "valuesets/" + std::string{name} + ".yaml");
    auto const setCount = loaded.trees.size();
    bool const hasAnalytes = !analytes.empty() && addTree(analytes, "analytes.yaml");

    auto sources = tables;
    for (std::size_t i = 0; i < setCount; ++i) sources.valueSets.push_back(&loaded.trees[i]);
    if (hasAnalytes) sources.analytes = &loaded.trees.back();
    loaded.terms = Terminology::load(sources, loaded.problems);
    return loaded;
}

std::vector<std::string> namesOf(Terminology const& terms, SetBits const& bits)
{
    std::vector<std::string> names;
    bits.forEach([&](SetId id) { names.push_back(terms.set(id).name); });
    return names;
}

SetBits setsNamed(Terminology const& terms, std::initializer_list<std::string_view> names)
{
    SetBits bits;
    for (auto const name : names) {
        auto const id = terms.setNamed(name);
        EXPECT_TRUE(id.known()) << name;
        if (id.known()) bits.add(id);
    }
    return bits;
}

} // namespace tcds::terms::test
