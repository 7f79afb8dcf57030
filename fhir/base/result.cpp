#include "fhir/base/result.hpp"

#include <stdexcept>
#include <string_view>

namespace tcds {

namespace {

void appendSentence(std::string& line, std::string_view text)
{
    line += text;
    if (text.back() != '.' && text.back() != '!' && text.back() != '?') line += '.';
}

} // namespace

std::string toText(Error const& error)
{
    std::string line = error.where;
    if (!error.what.empty()) {
        if (!line.empty()) line += ": ";
        appendSentence(line, error.what);
    }
    if (!error.fix.empty()) {
        if (!line.empty()) line += error.what.empty() ? ". " : " ";
        line += "Fix: ";
        appendSentence(line, error.fix);
    }
    return line;
}

void throw_exception_from_error(Error const& error, boost::source_location const& at)
{
    throw std::logic_error(std::string{at.file_name()} + ":" + std::to_string(at.line()) +
                           ": the value of a failed result was taken: " + toText(error));
}

} // namespace tcds
