#include "server/app/repeat_keys.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace tcds::app {

namespace {

/// Pseudonyms of the results and medications that a rule used, sorted: the order of Bundle entries
/// means nothing.
std::vector<std::string> dataOf(rules::Judgement const& lead, PatientContext const& context,
                                audit::ServerPseudonyms& pseudonyms)
{
    std::vector<std::string> data;
    auto const note = [&](FactId fact, SourceRef const& source) {
        if (std::ranges::binary_search(lead.used, fact))
            data.emplace_back(pseudonyms.of(fact, source));
    };
    for (auto const& lab : context.labs) note(lab.id, lab.source);
    for (auto const& use : context.medications) note(use.id, use.source);
    std::ranges::sort(data);
    return data;
}

} // namespace

SubjectKeys subjectKeys(cds::HookRequest const& request, audit::ServerPseudonyms& pseudonyms)
{
    SubjectKeys keys;
    keys.patient = pseudonyms.of("Patient/" + request.patientId);
    if (!request.encounterId.empty())
        keys.encounter = pseudonyms.of("Encounter/" + request.encounterId);
    return keys;
}

std::string repeatKey(audit::ServerPseudonyms& pseudonyms, SubjectKeys const& subject,
                      rules::Card const& card, rules::Evaluation const& evaluation)
{
    return repeatKey(pseudonyms, subject, card.lead, card.level, evaluation);
}

std::string repeatKey(audit::ServerPseudonyms& pseudonyms, SubjectKeys const& subject,
                      rules::RuleIndex leading, rules::Level level,
                      rules::Evaluation const& evaluation)
{
    auto const& rules = evaluation.chart.rules();
    auto const* lead = leading.known() ? &rules.rule(leading) : nullptr;
    auto parts = subject.patient;
    auto const add = [&parts](std::string_view part) {
        parts += '|';
        parts += part;
    };
    if (!subject.encounter.empty()) add(subject.encounter);
    add(lead != nullptr ? std::string_view{rules.clusters[lead->cluster].name} : "unread");
    add(lead != nullptr ? std::string_view{lead->id} : "");
    add(rules::toText(level));
    if (auto const* judgement = lead != nullptr ? evaluation.of(leading) : nullptr)
        for (auto const& part : dataOf(*judgement, evaluation.chart.context(), pseudonyms))
            add(part);
    return pseudonyms.ofParts(parts);
}

} // namespace tcds::app
