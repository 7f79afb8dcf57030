#include "fhir/base/yaml_faults.hpp"

#include "fhir/base/utf8.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace tcds {

namespace {

constexpr std::size_t kMaxBytes = 1024U * 1024U;
constexpr std::size_t kMaxReports = 100; // of one file: nobody reads more

struct SyntaxWords {
    std::string_view parserWords; // beginning of the message in yaml-cpp
    char const* what;
    char const* fix;
};

/// The parser's messages differ between its versions; ours do not.
SyntaxWords const kSyntax[] = {
    {YAML::ErrorMsg::END_OF_MAP, "this line does not continue the map above",
     "check the indentation and the colon after the key"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "a map in braces is not closed", "close it with }"},
    {YAML::ErrorMsg::END_OF_SEQ, "this line does not continue the list above",
     "check the indentation and the dash"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a list in brackets is not closed", "close it with ]"},
    {YAML::ErrorMsg::FLOW_END, "a bracket or brace closes what was not opened",
     "remove it or put the text in quotes"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "a list element is not allowed here",
     "begin the list on a line of its own"},
    {YAML::ErrorMsg::MAP_KEY, "a key is not allowed here", "begin the map on a line of its own"},
    {YAML::ErrorMsg::MAP_VALUE, "a colon is not allowed here",
     "check the indentation, or put a text that holds \": \" in quotes"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, kOpenQuote, kCloseQuote},
    {YAML::ErrorMsg::DOC_IN_SCALAR, "a quoted text holds a line with --- or ...",
     "close the text before, or indent the line"},
    {YAML::ErrorMsg::TAB_IN_INDENTATION, "a tab in the indentation", "use spaces"},
    {YAML::ErrorMsg::INVALID_HEX, "an escape in a quoted text needs hexadecimal digits",
     "correct the escape, or use single quotes"},
    {YAML::ErrorMsg::INVALID_UNICODE, "an escape in a quoted text names no character",
     "write the character itself"},
    {YAML::ErrorMsg::INVALID_ESCAPE, "a backslash before a character that needs none",
     "use single quotes, or write two backslashes"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "a text cannot begin with this character",
     "put the text in quotes"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "an alias (*name)",
     "write the content out where it is needed, or put the text in quotes"},
    {YAML::ErrorMsg::CHAR_IN_BLOCK,
     "something other than a line break follows the | or > of a block text",
     "begin the text on the next line"},
    {YAML::ErrorMsg::ALIAS_NOT_FOUND, "a text cannot begin with *", "put the text in quotes"},
    {YAML::ErrorMsg::ANCHOR_NOT_FOUND, "a text cannot begin with &", "put the text in quotes"},
};

std::uint32_t characters(std::string_view bytes)
{
    return static_cast<std::uint32_t>(std::ranges::count_if(bytes, [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; // not a continuation byte
    }));
}

bool isControl(char byte)
{
    auto const code = static_cast<unsigned char>(byte);
    return (code < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || code == 0x7F;
}

/// Offsets of tabs before the first other character of a line.
std::vector<std::size_t> tabsInIndentation(std::string_view text)
{
    std::vector<std::size_t> tabs;
    for (std::size_t start = 0; start < text.size();) {
        auto const end = std::min(text.find('\n', start), text.size());
        auto const content = std::min(text.find_first_not_of(" \t\r", start), end);
        auto const tab = text.substr(start, content - start).find('\t');
        if (tab != std::string_view::npos && content < end) tabs.push_back(start + tab);
        start = end + 1;
    }
    return tabs;
}

/// JSON is indented with tabs at will, and nothing depends on it there.
bool isBracketed(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

} // namespace

FilePosition YamlFaults::positionOf(YAML::Mark const& mark) const
{
    if (mark.is_null()) return {};
    auto const column = static_cast<std::size_t>(mark.column);
    auto const end = std::min(static_cast<std::size_t>(mark.pos), text_.size());
    auto const before = text_.substr(end - std::min(end, column), std::min(end, column));
    return {static_cast<std::uint32_t>(mark.line + 1), characters(before) + 1};
}

FilePosition YamlFaults::positionOf(std::size_t byte) const
{
    auto const before = text_.substr(0, byte);
    auto const lineStart = before.rfind('\n') + 1; // npos + 1 is the first line
    return {static_cast<std::uint32_t>(std::ranges::count(before, '\n') + 1),
            characters(before.substr(lineStart)) + 1};
}

void YamlFaults::report(FilePosition at, std::string what, std::string fix, std::string_view code)
{
    if (++reports_ > kMaxReports) {
        what = "more than " + std::to_string(kMaxReports) + " problems, the rest is not listed";
        fix = "mend those above first";
        code = "L01";
    }
    problems_.error(std::string{code},
                    file_ + ':' + std::to_string(at.line) + ':' + std::to_string(at.column),
                    std::move(what), std::move(fix));
    if (reports_ > kMaxReports) throw YamlStop{};
}

void YamlFaults::report(YAML::Exception const& failure)
{
    auto const* const words = std::ranges::find_if(kSyntax, [&](SyntaxWords const& candidate) {
        return std::string_view{failure.msg}.starts_with(candidate.parserWords);
    });
    auto const at = positionOf(failure.mark);
    if (words != std::end(kSyntax))
        report(at, words->what, words->fix);
    else
        report(at, "this cannot be read as YAML", "check indentation, quotes and brackets");
}

bool YamlFaults::checkBytes()
{
    if (text_.size() > kMaxBytes) {
        report({},
               "the file has " + std::to_string(text_.size()) + " bytes, more than " +
                   std::to_string(kMaxBytes),
               "split it, or keep long lists in a .tsv file");
        return false;
    }
    if (auto const good = wellFormedUtf8(text_); good < text_.size()) {
        report(positionOf(good), "the text is not UTF-8 here", "save the file in UTF-8");
        return false;
    }
    // Some of these end the text early or change its encoding in the eyes of the parser.
    bool readable = true;
    if (auto const* const control = std::ranges::find_if(text_, isControl);
        control != text_.end()) {
        report(positionOf(static_cast<std::size_t>(control - text_.begin())), "a control character",
               "remove it");
        readable = false;
    }
    if (!isBracketed(text_)) {
        for (auto const tab : tabsInIndentation(text_)) {
            report(positionOf(tab), "a tab in the indentation", "use spaces");
            readable = false;
        }
    }
    return readable;
}

bool YamlFaults::closesQuote(YAML::Mark const& mark) const
{
    auto const quote = byteAt(mark);
    for (auto at = static_cast<std::size_t>(mark.pos) + 1; at < text_.size(); ++at) {
        if (quote == '"' && text_[at] == '\\')
            ++at;
        else if (text_[at] == quote) {
            if (quote == '"' || at + 1 == text_.size() || text_[at + 1] != quote) return true;
            ++at; // two single quotes are one in the text
        }
    }
    return false;
}

char YamlFaults::byteAt(YAML::Mark const& mark) const
{
    auto const at = static_cast<std::size_t>(mark.pos);
    return !mark.is_null() && at < text_.size() ? text_[at] : '\0';
}

} // namespace tcds
