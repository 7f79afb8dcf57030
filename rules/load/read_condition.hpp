#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"
#include "rules/load/dictionary.hpp"
#include "rules/load/read_quantity.hpp"
#include "rules/load/rule_names.hpp"
#include "rules/model/condition.hpp"

#include <optional>

namespace tcds::rules {

class Fields;

/// Where a condition stands: what it may name, and what the place forbids.
struct ReadScope {
    Problems& problems;
    Dictionary const& words;
    bool positions = true;            // note FILE:LINE:COLUMN in each clause
    RuleNames* names = nullptr;       // nullptr in a named condition: nothing can be bound there
    Parameters* parameters = nullptr; // nullptr in a named condition
    std::optional<Group> group;       // of the rule; nothing in a named condition
    bool belowNot = false;
};

/// Reads one condition of any kind (rule language, section 4); all its faults are reported.
/// @return nothing when the node cannot be used at all; parts of a composite that are faulty are
/// left
///         out, so the result is only good for looking for further faults then
std::optional<Condition> readCondition(Node node, ReadScope& scope);

/// The member `key` as a condition, when there is one.
std::optional<Condition> readOptionalCondition(Fields& fields, std::string_view key,
                                               ReadScope& scope);

// The readers of single constructs, by the file that holds them. Each gets the node under its key.

// read_medication.cpp
MedTest readMed(Node node, ReadScope& scope);

// read_result.cpp
LabTest readLab(Node node, ReadScope& scope);
TrendTest readTrend(Node node, ReadScope& scope);
NormalTest readNormal(Node node, ReadScope& scope);
MissingTest readMissing(Node node, ReadScope& scope);
NotedTest readNoted(Node node, ReadScope& scope);
RenalTest readRenal(Node node, ReadScope& scope);

// read_chart.cpp
ComplaintTest readComplaint(Node node, ReadScope& scope);
ProblemTest readProblem(Node node, ReadScope& scope);
FindingTest readFinding(Node node, ReadScope& scope);
ProcedureTest readProcedure(Node node, ReadScope& scope);
OrderTest readOrder(Node node, ReadScope& scope);
VisitTest readVisit(Node node, ReadScope& scope);
EncounterTest readEncounter(Node node, ReadScope& scope);
PregnancyTest readPregnancy(Node node, ReadScope& scope);
AgeTest readAge(Node node, ReadScope& scope);
SexTest readSex(Node node, ReadScope& scope);

// read_reference.cpp
NamedTest readNamed(Node node, ReadScope& scope);
RuleTest readRule(Node node, ReadScope& scope);
FiredInTest readFiredIn(Node node, ReadScope& scope);
ViaMissingTest readViaMissing(Node node, ReadScope& scope);

/// Reference of a clause to a bound name; unknown (reported) in a named condition.
Slot readReference(Node node, NameKinds wanted, ReadScope& scope);

std::optional<Level> readLevel(Node node, Problems& problems);
std::optional<Tier> readTier(Node node, Problems& problems);
std::optional<Group> readGroup(Node node, Problems& problems);

} // namespace tcds::rules
