#include "rules/exchange/cql_library.hpp"

#include "rules/exchange/clause_cql.hpp"
#include "rules/exchange/cql_text.hpp"

namespace tcds::rules::exchange {

void CqlLibrary::define(std::string_view name, std::string_view expression,
                        std::string_view comment)
{
    text_ += '\n';
    if (!comment.empty()) {
        text_ += "// ";
        for (auto const c : comment) text_ += c == '\n' ? ' ' : c;
        text_ += '\n';
    }
    text_ += "define " + cqlName(name) + ":\n  ";
    text_ += expression;
    text_ += '\n';
}

void CqlLibrary::defineFunction(std::string_view name, std::string_view operands,
                                std::string_view expression)
{
    text_ += "\ndefine function " + cqlName(name) + "(" + std::string{operands} + "):\n  ";
    text_ += expression;
    text_ += '\n';
}

void CqlLibrary::section(std::string_view title)
{
    text_ += "\n// --- " + std::string{title} + ' ';
    for (auto width = title.size() + 8; width < 100; ++width) text_ += '-';
    text_ += '\n';
}

std::string CqlLibrary::in(std::string_view codes, SetId set)
{
    auto const& known = terms().set(set);
    if (known.draft) return "false";
    valueSets_[known.name] = {set, {}};
    return '(' + std::string{codes} + " in " + cqlName(known.name) + ')';
}

std::string CqlLibrary::inAny(std::string_view codes, std::vector<SetId> const& sets)
{
    std::vector<std::string> parts;
    for (auto const set : sets) parts.push_back(in(codes, set));
    return cqlJoined(parts, "or", "false");
}

std::string CqlLibrary::inAny(std::string_view codes, SetBits const& sets)
{
    std::vector<SetId> ids;
    sets.forEach([&ids](SetId id) { ids.push_back(id); });
    return inAny(codes, ids);
}

std::string CqlLibrary::in(std::string_view codes, ScopeGroup const& group, SetId of)
{
    if (group.name == terms().set(of).name) return in(codes, of);
    valueSets_[group.name] = {of, group.name};
    return '(' + std::string{codes} + " in " + cqlName(group.name) + ')';
}

std::string CqlLibrary::results(AnalyteId analyte)
{
    analytes_.insert(analyte.value);
    return cqlName(terms().analyte(analyte).key + " results");
}

std::string CqlLibrary::newest(AnalyteId analyte)
{
    analytes_.insert(analyte.value);
    return cqlName(terms().analyte(analyte).key + " newest");
}

std::string CqlLibrary::named(NamedIndex condition)
{
    conditions_.insert(condition.value);
    return cqlName("is " + rules_.conditions[condition.index()].name);
}

std::string CqlLibrary::isPopulation(NamedIndex condition)
{
    return condition.known() ? '(' + named(condition) + " is true)" : "true";
}

std::string CqlLibrary::finish()
{
    std::set<std::uint16_t> defined, asked;
    section("Named conditions and results");
    for (auto open = true; open;) {
        open = false;
        for (auto const index : std::set{conditions_})
            if (asked.insert(index).second) {
                auto const& condition = rules_.conditions[index];
                ClauseCql clauses{*this, nullptr, "is " + condition.name};
                auto const expression = clauses.make(condition.condition, {}).expression;
                define("is " + condition.name, expression,
                       describe(condition.condition, nullptr, rules_));
                open = true;
            }
        for (auto const index : std::set{analytes_})
            if (defined.insert(index).second) {
                defineAnalyte(*this, terms().analyte(AnalyteId{index}));
                open = true;
            }
    }
    return std::move(text_);
}

std::string analyteSetName(terms::Analyte const& analyte) { return "analyte " + analyte.key; }

} // namespace tcds::rules::exchange
