#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"
#include "rules/load/rule_names.hpp"
#include "rules/model/rule.hpp"

#include <vector>

namespace tcds::rules {

/// What texts of one rule may use. All clauses and `show` bindings must have been read before.
struct TextScope {
    Problems& problems;
    RuleNames& names;
    std::vector<bool> sure; // by slot: bound whenever the rule fires, or a `show` binding
};

/// Compiles `{name.field|default:"words"}` and the literal text between. Faults are L10: a field
/// that its kind of binding does not have, one that can be empty without a default.
Template readTemplate(Node node, TextScope& scope);

/// How an author writes a field: "value", "since".
std::string_view fieldName(Field field);

/// Least number of characters of a filled template when names of medicines are shortened; numbers,
/// dates and units are taken as long as they usually are.
std::size_t usualLength(Template const& text, RuleNames const& names);

/// Names that are bound in every way in which the condition can be true.
std::vector<Slot> surelyBound(Condition const& condition);

} // namespace tcds::rules
