#include "server/cases/coverage.hpp"

#include "fhir/base/json_writer.hpp"
#include "rules/load/fields.hpp"
#include "server/cases/answer.hpp"
#include "server/cases/coverage_seen.hpp"
#include "server/cases/coverage_wants.hpp"
#include "server/cases/request.hpp"

#include <algorithm>
#include <ostream>
#include <span>

namespace tcds::cases {

namespace {

/// The wants of one subject, which follow each other in a report.
using Group = std::span<Want const>;

std::vector<Group> bySubject(std::vector<Want> const& wants)
{
    std::vector<Group> groups;
    for (std::size_t from = 0; from < wants.size();) {
        auto to = from;
        while (to < wants.size() && wants[to].subject == wants[from].subject) ++to;
        groups.push_back(Group{wants}.subspan(from, to - from));
        from = to;
    }
    return groups;
}

std::size_t seenOf(Group wants)
{
    return static_cast<std::size_t>(std::ranges::count(wants, true, &Want::seen));
}

bool isLacking(Want const& want) { return !want.seen && want.reason.empty(); }

std::size_t lackingOf(Group wants)
{
    return static_cast<std::size_t>(std::ranges::count_if(wants, isLacking));
}

/// Gives the wants that are not seen their explanation; what explains nothing is outdated.
void explain(CoverageReport& report, std::span<Explained const> explained, std::string_view only)
{
    for (auto const& entry : explained) {
        auto explains = false;
        for (auto& want : report.wants) {
            if (want.seen || want.subject != entry.rule || want.what != entry.what) continue;
            want.reason = entry.reason;
            explains = true;
        }
        if (!explains && (only.empty() || entry.rule == only)) report.outdated.push_back(entry);
    }
}

} // namespace

std::size_t CoverageReport::seen() const { return seenOf(wants); }

std::size_t CoverageReport::explained() const
{
    return static_cast<std::size_t>(std::ranges::count_if(
        wants, [](Want const& want) { return !want.seen && !want.reason.empty(); }));
}

int CoverageReport::percent() const
{
    auto const open = wants.size() - explained();
    return open == 0 ? 100 : static_cast<int>(100 * seen() / open);
}

CoverageReport coverageOf(rules::RuleSet const& rules, std::span<CaseFile const> files,
                          std::span<Explained const> explained, std::string_view only)
{
    CoverageReport report;
    Seen seen{rules};
    for (auto const& file : files)
        for (auto const& test : file.cases) {
            Problems problems;
            auto const request = writeRequest(test, rules, problems);
            if (problems.hasErrors()) continue; // `rules test` reports it
            auto const decision = answerTo(test, request, rules, true);
            if (!decision) continue;
            ++report.cases;
            seen.look(*decision->evaluation);
        }
    for (auto& [want, mark] : wantsOf(rules, only)) {
        want.seen = seen.marks().contains(mark);
        report.wants.push_back(std::move(want));
    }
    explain(report, explained, only);
    return report;
}

void print(CoverageReport const& report, std::ostream& out)
{
    for (auto const& want : report.wants)
        if (isLacking(want)) out << want.where << ": " << want.subject << ": " << want.what << '\n';
    for (auto const& entry : report.outdated)
        out << entry.where << ": " << entry.rule << ": \"" << entry.what
            << "\" is explained, but some case shows it, or nobody asks for it\n";
    for (auto const group : bySubject(report.wants))
        if (auto const lacking = lackingOf(group); lacking > 0)
            out << group.front().subject << ": " << group.size() - lacking << " of " << group.size()
                << '\n';
    out << report.percent() << " % covered: " << report.seen() << " of " << report.wants.size()
        << ", " << report.explained() << " explained, by " << report.cases << " cases\n";
}

std::string toJson(CoverageReport const& report)
{
    JsonText json;
    auto const number = [&json](char const* name, std::size_t value) {
        json.key(name).number(std::to_string(value));
    };
    json.object([&] {
        number("percent", static_cast<std::size_t>(report.percent()));
        number("seen", report.seen());
        number("explained", report.explained());
        number("wanted", report.wants.size());
        number("cases", report.cases);
        json.array("rules", [&] {
            for (auto const group : bySubject(report.wants))
                json.object([&] {
                    json.member("subject", group.front().subject);
                    number("seen", seenOf(group));
                    number("wanted", group.size());
                    json.array("lacking", [&] {
                        for (auto const& want : group)
                            if (isLacking(want))
                                json.object([&] {
                                    json.member("where", want.where);
                                    json.member("what", want.what);
                                });
                    });
                });
        });
    });
    return json.text();
}

} // namespace tcds::cases
