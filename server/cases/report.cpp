#include "server/cases/run.hpp"

#include <ostream>

namespace tcds::cases {

namespace {

std::string xml(std::string_view text)
{
    std::string escaped;
    for (auto const c : text) switch (c) {
        case '&':
            escaped += "&amp;";
            break;
        case '<':
            escaped += "&lt;";
            break;
        case '>':
            escaped += "&gt;";
            break;
        case '"':
            escaped += "&quot;";
            break;
        default:
            escaped += c;
        }
    return escaped;
}

std::string failureText(CaseResult const& result)
{
    std::string text;
    if (!result.fault.empty()) text += "    " + result.fault + '\n';
    for (auto const& mismatch : result.mismatches)
        text += "    " + mismatch.what + ": expected " + mismatch.expected + ", got " +
                mismatch.got + '\n';
    for (auto const& clause : result.clauses) text += "    by " + clause + '\n';
    return text + result.trace;
}

} // namespace

void print(RunReport const& report, std::ostream& out)
{
    for (auto const& result : report.results)
        if (!result.passed())
            out << result.where << ": " << result.rule << ", " << result.name << '\n'
                << failureText(result);
    auto const failed = report.failures();
    out << report.results.size() << " cases in " << report.files
        << " files: " << report.results.size() - failed << " passed, " << failed << " failed ("
        << report.took.count() << " ms)\n";
}

void writeJunit(RunReport const& report, std::ostream& out)
{
    out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\""
        << report.results.size() << "\" failures=\"" << report.failures() << "\">\n";
    for (std::size_t at = 0; at < report.results.size();) {
        auto const& rule = report.results[at].rule;
        out << "  <testsuite name=\"" << xml(rule) << "\">\n";
        for (; at < report.results.size() && report.results[at].rule == rule; ++at) {
            auto const& result = report.results[at];
            out << "    <testcase classname=\"" << xml(rule) << "\" name=\"" << xml(result.name)
                << "\"";
            if (result.passed()) {
                out << "/>\n";
                continue;
            }
            out << "><failure message=\"" << xml(result.where) << "\">" << xml(failureText(result))
                << "</failure></testcase>\n";
        }
        out << "  </testsuite>\n";
    }
    out << "</testsuites>\n";
}

} // namespace tcds::cases
