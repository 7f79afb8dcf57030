#include "tests/unit/upkeep/stage.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace tcds::upkeep::test {

namespace fs = std::filesystem;

void Scratch::write(std::string const& name, std::string_view text) const
{
    fs::create_directories((path_ / name).parent_path());
    std::ofstream{path_ / name, std::ios::binary} << text;
}

std::string Scratch::read(std::string const& name) const
{
    std::ifstream file{path_ / name, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

fs::path sampleRelease() { return fs::path{TCDS_SOURCE_DIR} / "deploy/samples/rxnorm"; }

void copySample(Scratch const& scratch)
{
    for (auto const& entry : fs::directory_iterator{sampleRelease() / "rrf"})
        fs::copy_file(entry.path(), scratch.path() / entry.path().filename());
}

std::string name(std::string_view rxcui, std::string_view type, std::string_view text,
                 std::string_view suppress, std::string_view source)
{
    std::string line{rxcui};
    line += "|ENG||||||1|1|" + std::string{rxcui} + "||" + std::string{source} + '|' +
            std::string{type} + '|' + std::string{rxcui} + '|' + std::string{text} + "||" +
            std::string{suppress} + "|4096|\n";
    return line;
}

std::string relation(std::string_view from, std::string_view what, std::string_view to)
{
    return std::string{to} + "||CUI|RO|" + std::string{from} + "||CUI|" + std::string{what} +
           "|1||RXNORM||||N|4096|\n";
}

std::unique_ptr<Small> makeSmall(
    std::initializer_list<std::pair<std::string_view, std::string_view>> sets,
    std::string ingredients, std::string products)
{
    auto small = std::make_unique<Small>();
    small->ingredients = std::string{kIngredients} + std::move(ingredients);
    small->products = std::string{kProducts} + std::move(products);
    for (auto const& [file, text] : sets)
        if (auto tree = Tree::fromYaml(text, "valuesets/" + std::string{file}, small->problems))
            small->trees.push_back(std::move(*tree));
    terms::TerminologySources sources;
    for (auto const& tree : small->trees) sources.valueSets.push_back(&tree);
    sources.ingredients = small->ingredients;
    sources.products = small->products;
    small->terms = terms::Terminology::load(sources, small->problems);
    small->rows = readDrugRows(small->ingredients, small->products, small->problems);
    for (auto const& problem : small->problems.sorted()) ADD_FAILURE() << toText(problem);
    return small;
}

} // namespace tcds::upkeep::test
