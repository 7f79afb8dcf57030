#pragma once

#include "fhir/base/problems.hpp"
#include "rules/load/lint.hpp"
#include "rules/model/rule_set.hpp"
#include "server/cases/case_file.hpp"
#include "server/rulebook/document.hpp"

#include <span>
#include <string>
#include <vector>

namespace tcds::rulebook {

/// What a rule book is made of. All of it must outlive the calls below.
struct Sources {
    rules::RuleSet const& rules;
    std::span<cases::CaseFile const> cases;
    std::span<Diagnostic const> lint; // of the same content; those of a rule's file are shown
    std::span<rules::AcceptedWarning const> accepted;
};

/// The whole book: how to read it, the index by group, every rule, glossary, analytes, value sets.
/// The same sources give the same book; no clock is read.
Document makeBook(Sources const& sources);

// The parts, by the file that holds them.

/// front.cpp: what this is and who answers for it, how to read it, the index
Section frontSection(Sources const& sources);
/// front.cpp: the title page of a group of rules
Section groupSection(rules::Group group);
/// rule_section.cpp: everything about one rule
Section ruleSection(rules::Rule const& rule, Sources const& sources);
/// clauses.cpp: when it fires, at which level, what silences it; with the pictures of its limits
std::vector<Block> clauseBlocks(rules::Rule const& rule, rules::RuleSet const& set);
/// card_blocks.cpp: template, example, offers, override reasons
std::vector<Block> cardBlocks(rules::Rule const& rule, Sources const& sources);
/// provenance.cpp: mechanism, limits, evidence, review, source attributes
std::vector<Block> provenanceBlocks(rules::Rule const& rule, rules::RuleSet const& set);
/// proof.cpp: test cases and lint warnings
std::vector<Block> proofBlocks(rules::Rule const& rule, Sources const& sources);
/// appendix.cpp: glossary, analytes with codes and limits, value sets with their members
std::vector<Section> appendixSections(Sources const& sources);

/// card_blocks.cpp: a template with its fields marked in words: "Low potassium [Potassium value]"
Inline templateLine(rules::Template const& pieces, rules::Rule const& rule,
                    rules::RuleSet const& set);

/// "info to critical": the levels of a rule's bands before adjustments.
std::string levelSpan(rules::Rule const& rule, rules::RuleSet const& set);

/// front.cpp: "Red flags"
std::string_view groupTitle(rules::Group group);

/// Titles of value sets, each leading to its entry in the appendix.
Inline setLinks(std::vector<SetId> const& ids, rules::RuleSet const& set,
                std::string_view last = "or");

/// Titles of analytes, each leading to its entry in the appendix.
Inline analyteLinks(std::vector<AnalyteId> const& ids, rules::RuleSet const& set);

} // namespace tcds::rulebook
