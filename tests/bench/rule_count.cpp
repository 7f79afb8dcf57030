// What a call costs beside ten rules and beside a thousand, of which the same ten have data: cards
// must be the same, and evaluation should hardly notice the others (decision D40).
//
//   tcds_bench_rules [ROUNDS]

#include "server/app/decide.hpp"
#include "server/cds/request.hpp"
#include "tests/bench/chart_body.hpp"
#include "tests/support/rule_texts.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace tcds;

constexpr std::size_t kBusy = 10, kAll = 1000;
constexpr std::size_t kCallsPerRound = 200;

/// Rules that ask for what the chart has: medicines and results of it, in turn.
std::string busyRule(std::size_t number)
{
    auto const id = "EL-BUSY-" + std::to_string(number);
    auto const* when = number % 2 == 0
                           ? "when: {all: [{lab: {analyte: K, below: 5.0 mmol/L}, as: k}, {med: "
                             "{class: LOOP}}]}\n"
                           : "when: {lab: {analyte: K, below: 5.0 mmol/L}, as: k}\n";
    return test::ruleText(id, std::string{"cluster: K\n"} + when +
                                  "card: {summary: Test, findings: 'Potassium {k.value}', "
                                  "options: Test}\n");
}

/// Rules on classes and a result that the chart has nothing of.
std::string idleRule(std::size_t number)
{
    static constexpr std::array kAbsent{"FOSCARNET",      "EGFR_MAB", "SUCCINYLCHOLINE",
                                        "AMPHOTERICIN_B", "PLATINUM", "CALCINEURIN_INHIBITOR",
                                        "THEOPHYLLINE",   "LITHIUM",  "CHOLINESTERASE_INHIBITOR"};
    return test::ruleText(
        "EL-IDLE-" + std::to_string(number),
        "when: {any: [{med: {class: " + std::string{kAbsent[number % kAbsent.size()]} +
            "}}, {lab: {analyte: LI, above: 1.5 mmol/L}}]}\n");
}

std::shared_ptr<rules::RuleSet const> ruleSet(std::size_t idle)
{
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < kBusy; ++i) texts.push_back(busyRule(i));
    for (std::size_t i = 0; i < idle; ++i) texts.push_back(idleRule(i));
    return test::rulesOf(texts);
}

/// A call as it was read, to be evaluated again and again.
class Evaluated
{
public:
    Evaluated(std::shared_ptr<rules::RuleSet const> rules, cds::HookRequest const& call,
              Instant now)
        : rules_{std::move(rules)}
    {
        auto context = app::readContext(call, *rules_, {}, now);
        if (!context) throw std::runtime_error{toText(context.error())};
        context_ = std::make_unique<PatientContext>(std::move(*context));
    }

    std::string cards()
    {
        std::string text;
        auto const evaluation = rules::evaluate(*context_, *rules_);
        for (auto const& card : rules::compose(*evaluation, {}))
            text += card.summary + '\n' + card.detail + '\n';
        return text;
    }

    [[nodiscard]] std::size_t candidates() const
    {
        return rules::evaluate(*context_, *rules_)->candidates().size();
    }

    /// CPU microseconds of one evaluation with its cards.
    double microseconds()
    {
        auto const start = std::clock();
        for (std::size_t i = 0; i < kCallsPerRound; ++i) {
            auto const evaluation = rules::evaluate(*context_, *rules_);
            if (rules::compose(*evaluation, {}).empty()) throw std::runtime_error{"no card"};
        }
        auto const ticks = static_cast<double>(std::clock() - start);
        return ticks * 1e6 / CLOCKS_PER_SEC / static_cast<double>(kCallsPerRound);
    }

private:
    std::shared_ptr<rules::RuleSet const> rules_;
    std::unique_ptr<PatientContext> context_;
};

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

int compare(std::size_t rounds)
{
    auto const body = bench::chartBody(20000, std::time(nullptr));
    auto const& service =
        *std::ranges::find(cds::services(), Hook::PatientView, &cds::Service::hook);
    auto const call = cds::readHookRequest(body, service);
    if (!call) throw std::runtime_error{toText(call.error())};
    auto const now = SystemClock{}.now();
    Evaluated few{ruleSet(0), *call, now}, many{ruleSet(kAll - kBusy), *call, now};
    if (few.cards() != many.cards()) {
        std::cerr << "the cards differ\n";
        return 1;
    }
    std::vector<double> ofFew, ofMany, ratios;
    for (std::size_t round = 0; round < rounds; ++round) { // in turn: the machine is the same
        ofFew.push_back(few.microseconds());
        ofMany.push_back(many.microseconds());
        ratios.push_back(ofMany.back() / ofFew.back());
    }
    std::cout << kBusy << " rules, " << few.candidates() << " candidates: " << median(ofFew)
              << " us\n"
              << kAll << " rules, " << many.candidates() << " candidates: " << median(ofMany)
              << " us\n"
              << "ratio, median of " << rounds << " rounds: " << median(ratios) << '\n';
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return compare(argc > 1 ? std::stoul(argv[1]) : 50);
    } catch (std::exception const& error) {
        std::cerr << error.what() << '\n';
        return 70;
    }
}
