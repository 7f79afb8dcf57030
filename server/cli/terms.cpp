#include "rules/load/uses.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/rule_source.hpp"

#include <iostream>

namespace tcds::cli {

namespace {

constexpr std::string_view kSystems[] = {"http://hl7.org/fhir/sid/icd-10-cm",
                                         "http://hl7.org/fhir/sid/icd-10",
                                         "http://snomed.info/sct",
                                         "http://loinc.org",
                                         "http://www.nlm.nih.gov/research/umls/rxnorm",
                                         "http://www.whocc.no/atc"};

/// Everything that the word can mean: as a code of any system we know, or as a drug name.
rules::Uses meaningsOf(terms::Terminology const& terms, std::string_view word)
{
    rules::Uses uses;
    for (auto const system : kSystems) {
        auto const meaning = terms.meaningOf(system, word);
        uses.sets.addAll(meaning.sets);
        if (meaning.analyte.known()) uses.analytes.push_back(meaning.analyte);
        Coding const coding{std::string{system}, std::string{word}, {}};
        auto const drug = terms.understandMedication({&coding, 1}, {});
        uses.sets.addAll(drug.sets);
        uses.ingredients.insert(uses.ingredients.end(), drug.ingredients.begin(),
                                drug.ingredients.end());
    }
    auto const named = terms.understandMedication({}, {&word, 1});
    uses.ingredients.insert(uses.ingredients.end(), named.ingredients.begin(),
                            named.ingredients.end());
    if (auto const analyte = terms.analyteNamed(word); analyte.known())
        uses.analytes.push_back(analyte);
    if (auto const set = terms.setNamed(word); set.known()) uses.sets.add(set);
    auto const stated = terms.understandText(word, [&] {
        auto kinds = terms.ofKind(terms::SetKind::Complaint);
        kinds.addAll(terms.ofKind(terms::SetKind::Finding));
        kinds.addAll(terms.ofKind(terms::SetKind::Condition));
        return kinds;
    }());
    uses.sets.addAll(stated.stated);
    return uses;
}

/// The rules of a folder, "" = the embedded ones; nullptr when they cannot be used, with the
/// problems on stderr.
std::shared_ptr<rules::RuleSet const> rulesFor(std::string const& folder)
{
    if (folder.empty()) return embeddedRules("");
    Problems problems;
    auto const loaded = rulesInFolder(folder, problems);
    complain(problems);
    if (loaded) return loaded->rules;
    complain(loaded.error());
    return nullptr;
}

} // namespace

int lookup(LookupArguments const& arguments)
{
    std::string word;
    for (auto const& part : arguments.words) word += (word.empty() ? "" : " ") + part;
    auto const rules = rulesFor(arguments.folder);
    if (!rules) return Exit::kConfiguration;
    for (auto const& line : rules->terms->explain(word)) std::cout << line << '\n';

    auto const meanings = meaningsOf(*rules->terms, word);
    std::string used;
    for (auto const& rule : rules->rules)
        if (rules::usesAny(rule, *rules, meanings)) used += (used.empty() ? "" : ", ") + rule.id;
    std::cout << "used by: " << (used.empty() ? "no rule" : used) << '\n';
    return Exit::kDone;
}

} // namespace tcds::cli
