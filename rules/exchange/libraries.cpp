#include "rules/exchange/libraries.hpp"

#include "rules/exchange/canonical.hpp"
#include "rules/exchange/cql_text.hpp"
#include "rules/exchange/facts_library.hpp"
#include "rules/exchange/rule_cql.hpp"

namespace tcds::rules::exchange {

namespace {

std::string headOf(std::string_view name, RuleSet const& rules)
{
    return "library " + std::string{name} + " version " + cqlString(rules.version) +
           "\n\nusing FHIR version '4.0.1'\n";
}

std::string factsText(RuleSet const& rules)
{
    return headOf(kFactsLibrary, rules) +
           R"CQL(
// Time of the evaluation, to the millisecond and with a zone; no other clock is asked.
parameter "Now" DateTime
// The hook of the call: patient-view, order-select, ...
parameter "Hook" String default 'patient-view'
// Sources that were not asked or did not answer: their silence is unknown, not "none".
parameter "Not Answered" List<String>

context Patient
)CQL" + std::string{factsLibrary()};
}

} // namespace

CqlExport cqlOf(RuleSet const& rules, std::string_view base)
{
    CqlLibrary library{rules};
    library.section("Gates and drafts");
    for (auto const& gate : rules.gates) defineGate(library, gate);
    library.define("drafted drugs", "Tcds.\"Uses\" U where U.kind = 'draft'\n    return "
                                    "Tcds.\"Drug\"(U.codes, U.id)");
    for (auto const& rule : rules.rules) defineRule(library, rule);
    auto const definitions = library.finish();

    CqlExport exported;
    exported.facts = factsText(rules);
    exported.rules = headOf(kRulesLibrary, rules) + "\ninclude " + std::string{kFactsLibrary} +
                     " version " + cqlString(rules.version) + " called Tcds\n\n";
    auto const declare = [&](std::string const& name, std::string const& id) {
        exported.rules += "valueset " + cqlName(name) + ": " +
                          cqlString(canonicalUrl(base, "ValueSet", id)) + "\n";
        exported.valueSets.push_back(name);
    };
    for (auto const& [name, declared] : library.valueSets()) declare(name, name);
    for (auto const index : library.analytes()) {
        auto const name = analyteSetName(library.terms().analyte(AnalyteId{index}));
        declare(name, name);
    }
    exported.rules += "\ncontext Patient\n" + definitions;
    return exported;
}

} // namespace tcds::rules::exchange
