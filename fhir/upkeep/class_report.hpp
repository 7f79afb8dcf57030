#pragma once

#include "fhir/terms/terminology.hpp"
#include "fhir/upkeep/class_changes.hpp"
#include "fhir/upkeep/update.hpp"

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::upkeep {

/// A retired number, with the classes it concerns.
struct RetiredInClasses {
    Retired what;
    std::vector<std::string> classes; // empty: no class holds it
};
/// Adds the classes (of the old tables) to what an import found retired.
std::vector<RetiredInClasses> withClasses(std::vector<Retired> const& retired,
                                          TermsState const& before);

/// What an import did, for a report.
struct ImportReport {
    std::string version; // of the release, "" when it does not say
    bool subset = false; // a release without history: silence about a number means nothing
    std::size_t products = 0, before = 0; // rows of the table now and before
    std::vector<std::string> numbered;
    std::size_t salts = 0, kept = 0, forAnimals = 0;
    std::vector<RetiredInClasses> retired;
    std::vector<ClassChange> classes;
};

/// For people. Products gained are counted and the first five named, retired ones the first twenty;
/// lost, moved and rerouted ones are all named.
void print(std::vector<ClassChange> const& changes, std::ostream& out);
void print(ImportReport const& report, std::ostream& out);

/// For programs: everything. `{"classes": [...]}`; an import has `release`, `tables` and `retired`
/// beside it.
std::string toJson(std::vector<ClassChange> const& changes);
std::string toJson(ImportReport const& report);

} // namespace tcds::upkeep
