#pragma once

#include "rules/cards/card.hpp"
#include "rules/eval/evaluation.hpp"
#include "server/audit/pseudonyms.hpp"
#include "server/cds/request.hpp"

#include <string>

namespace tcds::app {

/// Who and where a call is about, as the record names them.
struct SubjectKeys {
    std::string patient, encounter; // encounter "" = none named
};

SubjectKeys subjectKeys(cds::HookRequest const& request, audit::ServerPseudonyms& pseudonyms);

/// What a card says again when it is shown again (decision D18): the same patient, encounter,
/// cluster, leading rule, level, results and medications, in whatever order they came.
std::string repeatKey(audit::ServerPseudonyms& pseudonyms, SubjectKeys const& subject,
                      rules::Card const& card, rules::Evaluation const& evaluation);
/// The same for a card that `lead` leads at that level; an unknown lead: nothing could be read.
std::string repeatKey(audit::ServerPseudonyms& pseudonyms, SubjectKeys const& subject,
                      rules::RuleIndex lead, rules::Level level,
                      rules::Evaluation const& evaluation);

} // namespace tcds::app
