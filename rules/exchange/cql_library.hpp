#pragma once

#include "rules/exchange/membership.hpp"
#include "rules/model/rule_set.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules::exchange {

/// A CQL library while it is written: definitions in order, and what they refer to, so that it is
/// declared (value sets) or defined (results of analytes, named conditions) once.
class CqlLibrary
{
public:
    explicit CqlLibrary(RuleSet const& rules) : rules_{rules} {}

    [[nodiscard]] RuleSet const& rules() const { return rules_; }
    [[nodiscard]] terms::Terminology const& terms() const { return *rules_.terms; }

    /// `// comment`, `define "NAME":`, expression. The comment may be "".
    void define(std::string_view name, std::string_view expression, std::string_view comment = {});
    /// `define function "NAME"(OPERANDS)`: `operands` as in CQL.
    void defineFunction(std::string_view name, std::string_view operands,
                        std::string_view expression);
    void section(std::string_view title);

    /// CODES in "SET", `codes` being an expression of type List<Code>; never true of a set that is
    /// not in force.
    std::string in(std::string_view codes, SetId set);
    std::string inAny(std::string_view codes, std::vector<SetId> const& sets);
    std::string inAny(std::string_view codes, SetBits const& sets);
    std::string in(std::string_view codes, ScopeGroup const& group, SetId of);
    /// The definition of all results of an analyte, newest first.
    std::string results(AnalyteId analyte);
    /// The definition of the newest usable result.
    std::string newest(AnalyteId analyte);
    /// The definition of a named condition.
    std::string named(NamedIndex condition);
    /// True of everybody, or: the named condition is certain.
    std::string isPopulation(NamedIndex condition);

    /// Defines what was referred to, until nothing is open, and returns the definitions.
    std::string finish();

    struct Declared {
        SetId set;
        std::string group; // name of a scope group; "" = the whole set
    };
    /// Value sets by the name under which CQL knows them.
    [[nodiscard]] std::map<std::string, Declared> const& valueSets() const { return valueSets_; }
    [[nodiscard]] std::set<std::uint16_t> const& analytes() const { return analytes_; }

private:
    RuleSet const& rules_;
    std::string text_;
    std::map<std::string, Declared> valueSets_;
    std::set<std::uint16_t> analytes_, conditions_;
};

/// Name of the value set of the codes of an analyte.
std::string analyteSetName(terms::Analyte const& analyte);

/// Defines the results of an analyte with their canonical values and the limits of each
/// (analyte_cql.cpp).
void defineAnalyte(CqlLibrary& library, terms::Analyte const& analyte);

} // namespace tcds::rules::exchange
