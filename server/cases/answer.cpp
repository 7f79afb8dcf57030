#include "server/cases/answer.hpp"

#include <algorithm>

namespace tcds::cases {

namespace {

// Any will do: ids in cards are no part of what a case expects.
constexpr std::string_view kDecisionId = "018d5f7a-0000-7000-8000-000000000001";

cds::Service const& serviceOf(Hook hook)
{
    return *std::ranges::find(cds::services(), hook, &cds::Service::hook);
}

} // namespace

Result<app::Decision> answerTo(Case const& test, std::string const& request,
                               rules::RuleSet const& rules, bool trace)
{
    auto const call = cds::readHookRequest(request, serviceOf(test.hook));
    if (!call) return call.error();
    app::DecideOptions options;
    options.now = test.now;
    options.decisionId = kDecisionId;
    options.evaluate.everyRule = true;
    options.evaluate.trace = trace;
    return app::decide(*call, rules, {}, options);
}

} // namespace tcds::cases
