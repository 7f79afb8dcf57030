#pragma once

#include "rules/model/rule_set.hpp"
#include "server/app/decide.hpp"
#include "server/cases/case_file.hpp"

#include <string>

namespace tcds::cases {

/// The hook call of a case, answered as production answers it, with the settings of `evaluate`.
/// @error as readHookRequest() and decide()
Result<app::Decision> answerTo(Case const& test, std::string const& request,
                               rules::RuleSet const& rules, bool trace);

} // namespace tcds::cases
