#include "fhir/base/yaml_reader.hpp"

#include "fhir/base/utf8.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

namespace tcds {

namespace {

constexpr std::size_t kMaxBytes = 1024U * 1024U;
constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxReports = 100; // of one file: nobody reads more
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kUnreadable = "L01";
constexpr std::string_view kTwice = "L02";
constexpr char const* kOpenQuote = "a quoted text is not closed";
constexpr char const* kCloseQuote = "close it with the quote that opened it";

/// Thrown through the parser to end it; the problem was reported before.
struct Stop {
};

/// Reports problems of one file.
class Reporter
{
public:
    Reporter(std::string_view text, std::string const& file, Problems& problems)
        : text_{text}, file_{file}, problems_{problems}
    {
    }

    [[nodiscard]] FilePosition positionOf(YAML::Mark const& mark) const
    {
        if (mark.is_null()) return {};
        auto const column = static_cast<std::size_t>(mark.column);
        auto const end = std::min(static_cast<std::size_t>(mark.pos), text_.size());
        auto const before = text_.substr(end - std::min(end, column), std::min(end, column));
        return {static_cast<std::uint32_t>(mark.line + 1), characters(before) + 1};
    }

    [[nodiscard]] FilePosition positionOf(std::size_t byte) const
    {
        auto const before = text_.substr(0, byte);
        auto const lineStart = before.rfind('\n') + 1; // npos + 1 is the first line
        return {static_cast<std::uint32_t>(std::ranges::count(before, '\n') + 1),
                characters(before.substr(lineStart)) + 1};
    }

    void report(FilePosition at, std::string what, std::string fix,
                std::string_view code = kUnreadable)
    {
        if (++reports_ > kMaxReports) {
            what = "more than " + std::to_string(kMaxReports) + " problems, the rest is not listed";
            fix = "mend those above first";
            code = kUnreadable;
        }
        problems_.error(std::string{code},
                        file_ + ':' + std::to_string(at.line) + ':' + std::to_string(at.column),
                        std::move(what), std::move(fix));
        if (reports_ > kMaxReports) throw Stop{};
    }

    /// Whether the text that opens with a quote at `mark` closes again. The parser takes the end of
    /// the file for a closing single quote.
    [[nodiscard]] bool closesQuote(YAML::Mark const& mark) const
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

    /// The byte that `mark` points at, NUL at the end.
    [[nodiscard]] char byteAt(YAML::Mark const& mark) const
    {
        auto const at = static_cast<std::size_t>(mark.pos);
        return !mark.is_null() && at < text_.size() ? text_[at] : '\0';
    }

private:
    static std::uint32_t characters(std::string_view bytes)
    {
        return static_cast<std::uint32_t>(std::ranges::count_if(bytes, [](char byte) {
            return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; // not a continuation byte
        }));
    }

    std::string_view text_;
    std::string const& file_;
    Problems& problems_;
    std::size_t reports_ = 0;
};

/// Turns parser events into the calls that fill a rapidjson::Document.
class TreeBuilder final : public YAML::EventHandler
{
public:
    TreeBuilder(Reporter& reporter, rapidjson::Document& target,
                std::vector<FilePosition>& positions)
        : reporter_{reporter}, target_{target}, positions_{positions}
    {
    }

    /// Whether the root is a value that can be had.
    [[nodiscard]] bool hasRoot() const { return hasRoot_; }

    void OnDocumentStart(YAML::Mark const&) override {}
    void OnDocumentEnd() override {}

    void OnNull(YAML::Mark const& mark, YAML::anchor_t anchor) override
    {
        checkProperties(mark, {}, anchor);
        onNothing(mark);
    }

    void OnAlias(YAML::Mark const& mark, YAML::anchor_t) override
    {
        reporter_.report(reporter_.positionOf(mark), "an alias (*name)",
                         "write the content out where it is needed");
        passOver();
    }

    void OnScalar(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                  std::string const& value) override
    {
        checkProperties(mark, tag, anchor);
        checkQuotes(mark);
        if (isName()) {
            onName(mark, tag, value);
            return;
        }
        if (begin(mark))
            target_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()), true);
    }

    void OnSequenceStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override
    {
        checkProperties(mark, tag, anchor);
        if (open(mark, false)) target_.StartArray();
    }

    void OnSequenceEnd() override
    {
        if (frames_.back().built) target_.EndArray(frames_.back().count);
        frames_.pop_back();
    }

    void OnMapStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override
    {
        checkProperties(mark, tag, anchor);
        if (open(mark, true)) target_.StartObject();
    }

    void OnMapEnd() override
    {
        if (frames_.back().built) target_.EndObject(frames_.back().count);
        frames_.pop_back();
    }

private:
    /// An open map or list.
    struct Frame {
        bool isMap = false;
        bool built = true;     // false inside of what is left out
        bool nameNext = false; // of a map: a name is due, not a value
        bool leaveOut = false; // of a map: the value of the current name
        std::string name;
        FilePosition namePosition;
        rapidjson::SizeType count = 0;
        std::map<std::string, FilePosition, std::less<>> names;
    };

    [[nodiscard]] bool isName() const { return !frames_.empty() && frames_.back().nameNext; }

    void checkProperties(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor)
    {
        if (anchor != YAML::NullAnchor)
            reporter_.report(reporter_.positionOf(mark), "an anchor (&name)",
                             "remove it and write the content out where it is needed");
        // Plain texts are tagged "?" and quoted ones "!" by the parser itself.
        bool const implicit =
            tag.empty() || tag == "?" || (tag == "!" && reporter_.byteAt(mark) != '!');
        if (!implicit)
            reporter_.report(reporter_.positionOf(mark), "a tag (!name)",
                             "remove it: every value is text");
    }

    void checkQuotes(YAML::Mark const& mark)
    {
        auto const first = reporter_.byteAt(mark);
        if ((first != '\'' && first != '"') || reporter_.closesQuote(mark)) return;
        reporter_.report(reporter_.positionOf(mark), kOpenQuote, kCloseQuote);
        throw Stop{};
    }

    void onName(YAML::Mark const& mark, std::string const& tag, std::string const& name)
    {
        auto& map = frames_.back();
        auto const position = reporter_.positionOf(mark);
        map.nameNext = false;
        map.leaveOut = false;
        if (name == "<<" && tag == "?") {
            reporter_.report(position, "a merge key (<<)",
                             "write the content out where it is needed");
            map.leaveOut = true;
            return;
        }
        auto const [known, fresh] = map.names.emplace(name, position);
        if (!fresh) {
            reporter_.report(position,
                             "key \"" + name + "\" stands twice, first in line " +
                                 std::to_string(known->second.line),
                             "keep one of them", kTwice);
            map.leaveOut = true;
            return;
        }
        map.name = name;
        map.namePosition = position;
    }

    void onNothing(YAML::Mark const& mark)
    {
        if (frames_.empty()) {
            reporter_.report({}, "the file is empty", "write the content");
            return;
        }
        auto const& frame = frames_.back();
        if (isName())
            reporter_.report(reporter_.positionOf(mark), "an empty key",
                             "write the key before the colon");
        else if (frame.isMap && !frame.leaveOut)
            reporter_.report(frame.namePosition, "key \"" + frame.name + "\" has no value",
                             "write a value (\"\" for an empty text) or remove the key");
        else if (!frame.isMap)
            reporter_.report(reporter_.positionOf(mark), "an empty list element",
                             "write a value (\"\" for an empty text) or remove the element");
        passOver();
    }

    /// A name or value that is left out.
    void passOver()
    {
        if (frames_.empty()) return;
        auto& frame = frames_.back();
        if (!frame.isMap) return;
        frame.leaveOut = frame.nameNext; // a bad name takes its value with it
        frame.nameNext = !frame.nameNext;
    }

    /// A value begins: notes its place and that of the name before it.
    /// @return false when it is left out
    bool begin(YAML::Mark const& mark)
    {
        auto const position = reporter_.positionOf(mark);
        if (frames_.empty()) {
            hasRoot_ = true;
            positions_.push_back(position);
            return true;
        }
        auto& frame = frames_.back();
        bool const built = frame.built && !frame.leaveOut;
        if (frame.isMap) {
            frame.nameNext = true;
            frame.leaveOut = false;
        }
        if (!built) return false;
        if (frame.isMap) {
            positions_.push_back(frame.namePosition);
            target_.Key(frame.name.data(), static_cast<rapidjson::SizeType>(frame.name.size()),
                        true);
        }
        positions_.push_back(position);
        ++frame.count;
        return true;
    }

    bool open(YAML::Mark const& mark, bool isMap)
    {
        if (frames_.size() == kMaxDepth) {
            reporter_.report(reporter_.positionOf(mark),
                             "maps and lists are nested deeper than " + std::to_string(kMaxDepth),
                             "write a flatter file");
            throw Stop{};
        }
        bool built = false;
        if (isName()) {
            reporter_.report(reporter_.positionOf(mark), "a map or list stands where a key is due",
                             "use a text as key");
            passOver();
        } else {
            built = begin(mark);
        }
        frames_.push_back({.isMap = isMap,
                           .built = built,
                           .nameNext = isMap,
                           .name = {},
                           .namePosition = {},
                           .names = {}});
        return built;
    }

    Reporter& reporter_;
    rapidjson::Document& target_;
    std::vector<FilePosition>& positions_;
    std::vector<Frame> frames_;
    bool hasRoot_ = false;
};

/// Whatever comes after the first document is one too many.
class NothingMore final : public YAML::EventHandler
{
public:
    explicit NothingMore(Reporter& reporter) : reporter_{reporter} {}

    void OnDocumentStart(YAML::Mark const& mark) override
    {
        reporter_.report(reporter_.positionOf(mark), "more content after the end of the document",
                         "keep one document in a file");
        throw Stop{};
    }
    void OnDocumentEnd() override {}
    void OnNull(YAML::Mark const&, YAML::anchor_t) override {}
    void OnAlias(YAML::Mark const&, YAML::anchor_t) override {}
    void OnScalar(YAML::Mark const&, std::string const&, YAML::anchor_t,
                  std::string const&) override
    {
    }
    void OnSequenceStart(YAML::Mark const&, std::string const&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override
    {
    }
    void OnSequenceEnd() override {}
    void OnMapStart(YAML::Mark const&, std::string const&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override
    {
    }
    void OnMapEnd() override {}

private:
    Reporter& reporter_;
};

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

void reportSyntax(Reporter& reporter, YAML::Exception const& failure)
{
    auto const* const words = std::ranges::find_if(kSyntax, [&](SyntaxWords const& candidate) {
        return std::string_view{failure.msg}.starts_with(candidate.parserWords);
    });
    auto const at = reporter.positionOf(failure.mark);
    if (words != std::end(kSyntax))
        reporter.report(at, words->what, words->fix);
    else
        reporter.report(at, "this cannot be read as YAML",
                        "check indentation, quotes and brackets");
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

/// What must hold before the parser may see the text.
bool checkBytes(std::string_view text, Reporter& reporter)
{
    if (text.size() > kMaxBytes) {
        reporter.report({},
                        "the file has " + std::to_string(text.size()) + " bytes, more than " +
                            std::to_string(kMaxBytes),
                        "split it, or keep long lists in a .tsv file");
        return false;
    }
    if (auto const good = wellFormedUtf8(text); good < text.size()) {
        reporter.report(reporter.positionOf(good), "the text is not UTF-8 here",
                        "save the file in UTF-8");
        return false;
    }
    // Some of these end the text early or change its encoding in the eyes of the parser.
    bool readable = true;
    if (auto const* const control = std::ranges::find_if(text, isControl); control != text.end()) {
        reporter.report(reporter.positionOf(static_cast<std::size_t>(control - text.begin())),
                        "a control character", "remove it");
        readable = false;
    }
    if (!isBracketed(text)) {
        for (auto const tab : tabsInIndentation(text)) {
            reporter.report(reporter.positionOf(tab), "a tab in the indentation", "use spaces");
            readable = false;
        }
    }
    return readable;
}

/// @return whether the text was read to its end and has a root
bool build(std::string_view text, Reporter& reporter, TreeBuilder& builder)
{
    try {
        std::istringstream stream{std::string{text}};
        YAML::Parser parser{stream};
        if (!parser.HandleNextDocument(builder)) {
            reporter.report({}, "the file is empty", "write the content");
            return false;
        }
        NothingMore rest{reporter};
        (void)parser.HandleNextDocument(rest); // reports by itself
    } catch (YAML::Exception const& failure) {
        reportSyntax(reporter, failure);
        return false;
    }
    return builder.hasRoot();
}

} // namespace

std::optional<YamlContent> readYaml(std::string_view text, std::string const& file,
                                    Problems& problems)
{
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    Reporter reporter{text, file, problems};
    YamlContent content;
    bool complete = false;
    auto fill = [&](rapidjson::Document& document) {
        TreeBuilder builder{reporter, document, content.positions};
        complete = build(text, reporter, builder);
        return complete;
    };
    try {
        if (!checkBytes(text, reporter)) return std::nullopt;
        content.document.Populate(fill);
    } catch (Stop const&) {
        return std::nullopt; // reported where it was thrown
    }
    if (!complete) return std::nullopt;
    return content;
}

} // namespace tcds
