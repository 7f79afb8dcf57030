#pragma once

#include "fhir/terms/code_index.hpp"
#include "fhir/terms/drug_tables.hpp"
#include "fhir/terms/set_resolver.hpp"
#include "fhir/terms/terminology.hpp"
#include "fhir/terms/text_reader.hpp"
#include "fhir/terms/unit_table.hpp"

#include <array>
#include <vector>

namespace tcds::terms {

struct Terminology::Impl {
    ResolvedSets sets;
    std::array<SetBits, 7> ofKind; // by SetKind, sets in force only
    std::vector<Analyte> analytes;
    TextMap<AnalyteId> analyteByKey;
    DrugTables drugs;
    CodeIndex codes;
    TextReader text;
    UnitTable units;
    std::vector<SetBits> classesOf; // by ingredient
};

} // namespace tcds::terms
