#pragma once

#include "rules/load/read_condition.hpp"
#include "rules/load/read_template.hpp"
#include "rules/model/rule.hpp"

namespace tcds::rules {

class Fields;

/// `show`: bindings for texts and suggestions.
std::vector<Show> readShow(Node node, ReadScope& scope);

/// `card`: summary and findings are needed, the rest may be absent.
/// @param summaryMax  L10 when the summary can hardly stay below
CardText readCard(Node node, ReadScope& scope, TextScope& text, std::size_t summaryMax);

/// `suggest`: S-ids of the catalogue, reviews of bound medicines, plain texts.
std::vector<Suggest> readSuggest(Node node, ReadScope& scope, TextScope& text);

} // namespace tcds::rules
