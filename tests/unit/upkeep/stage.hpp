#pragma once

#include "fhir/terms/terminology.hpp"
#include "fhir/upkeep/drug_tables_text.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::upkeep::test {

/// A folder that goes with the test.
class Scratch
{
public:
    [[nodiscard]] std::filesystem::path const& path() const { return path_; }
    void write(std::string const& name, std::string_view text) const;
    [[nodiscard]] std::string read(std::string const& name) const;

private:
    tcds::test::TemporaryFolder folder_;
    std::filesystem::path path_{folder_.path()};
};

/// The hand-made release in small (deploy/samples/rxnorm).
std::filesystem::path sampleRelease();
/// A copy of it that a test may change, in `scratch`.
void copySample(Scratch const& scratch);

/// One line of RXNCONSO.RRF and of RXNREL.RRF ("`from` RELATION `to`").
std::string name(std::string_view rxcui, std::string_view type, std::string_view text,
                 std::string_view suppress = "N", std::string_view source = "RXNORM");
std::string relation(std::string_view from, std::string_view what, std::string_view to);

/// Terminology of a few classes and tables.
struct Small {
    std::string ingredients, products;
    std::vector<Tree> trees;
    std::shared_ptr<terms::Terminology const> terms;
    DrugRows rows;
    Problems problems;
};
std::unique_ptr<Small> makeSmall(
    std::initializer_list<std::pair<std::string_view, std::string_view>> sets,
    std::string ingredients, std::string products);

inline constexpr std::string_view kProducts = "rxcui\ttype\tingredients\tothers\troute\tname\n";
inline constexpr std::string_view kIngredients =
    "ingredient\trxnorm\tprecise_rxnorm\tatc\tsnomed\tmatch\n";

} // namespace tcds::upkeep::test
