#include "fhir/base/json.hpp"
#include "fhir/base/utf8.hpp"

#include <rapidjson/reader.h>

#include <algorithm>
#include <cstdint>

namespace tcds::json {

namespace {

using rapidjson::SizeType;
using Arena = rapidjson::MemoryPoolAllocator<>;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// A FHIR Bundle needs about 2.3 bytes of tree for a byte of text; no tree needs more than one
// member (name and value) for each of its values.
constexpr std::size_t kArenaTenths = 23;
constexpr std::size_t kMemberBytes = 2 * sizeof(Value);
constexpr std::size_t kArenaExtra = 1024;
constexpr std::size_t kStackBytes = 16U * 1024U;

enum class Fault { None, Depth, Members, Values, Key, String, Number, Duplicate, Surrogate };

/// Up to this many names of one object are compared with each other as they come; beyond it they
/// are sorted at its end. Both keep a hostile object from costing the square of its size.
constexpr std::size_t kLinearNames = 32;

/// A digest of a member name: its length and three of its bytes, mixed. It reads single bytes
/// because the parser has just written them singly, and a wider load would wait for them. Equal
/// names have equal digests; names with equal digests are compared, so an unlucky one costs time,
/// never truth. An empty name has its quotes for bytes.
std::uint32_t digestOf(char const* bytes, SizeType size)
{
    constexpr std::uint32_t kMultiplier = 0x9E3779B1U; // prime near 2^32 / golden ratio
    auto const byte = [bytes](std::ptrdiff_t at) -> std::uint32_t {
        return static_cast<unsigned char>(bytes[at]);
    };
    auto const last = std::ptrdiff_t{size} - 1;
    return (size << 24U ^ byte(0) << 16U ^ byte(last / 2) << 8U ^ byte(last)) * kMultiplier;
}

/// Whether the text has an escape of a surrogate half anywhere: rare enough to check strings for
/// lone ones only then.
bool escapesSurrogates(std::string_view text)
{
    for (auto at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at + 1)) {
        auto const escape = text.substr(at, 4);
        if (escape.size() == 4 && escape[1] == 'u' && (escape[2] == 'd' || escape[2] == 'D') &&
            escape[3] >= '8')
            return true;
    }
    return false;
}

/// Stands between the parser and the tree: passes on what is within bounds, stops the parser
/// (before it recurses) at what is not. `Target` is the rapidjson::Document that is being filled.
template <class Target>
class Filter
{
public:
    /// @param text  the text that is parsed in place
    Filter(Target& target, std::string const& text, Limits const& limits)
        : target_{target}, limits_{limits}, mayHoldSurrogates_{escapesSurrogates(text)}
    {
        names_.reserve(128);
        outer_.reserve(limits.depth);
    }

    [[nodiscard]] Fault fault() const { return fault_; }
    /// Where the fault is, when a text is to blame.
    [[nodiscard]] char const* faultAt() const { return faultAt_; }
    [[nodiscard]] std::size_t values() const { return values_; }

    bool Null() { return count() && target_.Null(); }
    bool Bool(bool value) { return count() && target_.Bool(value); }

    bool RawNumber(char const* bytes, SizeType size, bool copy)
    {
        if (size > limits_.stringBytes) return stop(Fault::Number, bytes);
        return count() && target_.RawNumber(bytes, size, copy);
    }

    bool String(char const* bytes, SizeType size, bool copy)
    {
        if (size > limits_.stringBytes && (!longAllowed() || size > limits_.longStringBytes))
            return stop(Fault::String, bytes - 1);
        if (holdsSurrogate(bytes, size)) return stop(Fault::Surrogate, bytes - 1);
        return count() && target_.String(bytes, size, copy);
    }

    bool Key(char const* bytes, SizeType size, bool copy)
    {
        if (size > limits_.keyBytes) return stop(Fault::Key, bytes - 1);
        if (holdsSurrogate(bytes, size)) return stop(Fault::Surrogate, bytes - 1);
        if (!remember(bytes, size)) return false;
        return target_.Key(bytes, size, copy);
    }

    bool StartObject()
    {
        if (!enter()) return false;
        outer_.push_back(object_);
        object_ = {names_.size(), 0};
        return target_.StartObject();
    }

    bool EndObject(SizeType members)
    {
        if (names_.size() - object_.first > kLinearNames && !distinct()) return false;
        names_.erase(names_.begin() + static_cast<std::ptrdiff_t>(object_.first), names_.end());
        object_ = outer_.back();
        outer_.pop_back();
        --depth_;
        return target_.EndObject(members);
    }

    bool StartArray() { return enter() && target_.StartArray(); }

    bool EndArray(SizeType elements)
    {
        --depth_;
        return target_.EndArray(elements);
    }

    // Numbers come as raw text; the reader still wants to be able to name these.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }

private:
    struct Name {
        char const* bytes = nullptr;
        SizeType size = 0;
        std::uint32_t digest = 0;

        [[nodiscard]] std::string_view view() const { return {bytes, size}; }
    };

    struct OpenObject {
        std::size_t first = 0;  // its first entry in `names_`
        std::uint64_t seen = 0; // a bit for each digest: most new names need no search
    };

    bool stop(Fault fault, char const* at = nullptr)
    {
        fault_ = fault;
        faultAt_ = at;
        return false;
    }

    bool count() { return ++values_ <= limits_.values || stop(Fault::Values); }

    bool enter()
    {
        if (++depth_ > limits_.depth) return stop(Fault::Depth);
        return count();
    }

    [[nodiscard]] bool longAllowed() const
    {
        if (names_.empty()) return false;
        auto const member = names_.back().view();
        return member == "data" || member == "div";
    }

    /// The raw bytes were checked, so what is encoded here can only come from an escape.
    [[nodiscard]] bool holdsSurrogate(char const* bytes, std::size_t size) const
    {
        if (!mayHoldSurrogates_) return false;
        auto text = std::string_view{bytes, size};
        for (auto at = text.find('\xED'); at != std::string_view::npos;
             at = text.find('\xED', at + 1))
            if (static_cast<unsigned char>(text[at + 1]) >= 0xA0) return true;
        return false;
    }

    bool remember(char const* bytes, SizeType size)
    {
        Name const name{bytes, size, digestOf(bytes, size)};
        auto const known = names_.size() - object_.first;
        if (known >= limits_.members) return stop(Fault::Members, name.bytes - 1);
        auto const bit = std::uint64_t{1} << (name.digest >> 26U);
        if ((object_.seen & bit) != 0 && known < kLinearNames && isKnown(name))
            return stop(Fault::Duplicate, name.bytes - 1);
        object_.seen |= bit;
        names_.push_back(name);
        return true;
    }

    [[nodiscard]] bool isKnown(Name const& name) const
    {
        for (auto i = object_.first; i < names_.size(); ++i)
            if (names_[i].digest == name.digest && names_[i].view() == name.view()) return true;
        return false;
    }

    /// Whether the names of the innermost object all differ.
    bool distinct()
    {
        auto const begin = names_.begin() + static_cast<std::ptrdiff_t>(object_.first);
        std::sort(begin, names_.end(), [](Name const& a, Name const& b) {
            if (a.digest != b.digest) return a.digest < b.digest;
            if (a.view() != b.view()) return a.view() < b.view();
            return a.bytes < b.bytes;
        });
        auto const twice =
            std::adjacent_find(begin, names_.end(), [](Name const& a, Name const& b) {
                return a.digest == b.digest && a.view() == b.view();
            });
        return twice == names_.end() || stop(Fault::Duplicate, (twice + 1)->bytes - 1);
    }

    Target& target_;
    Limits const& limits_;
    bool mayHoldSurrogates_;
    std::vector<Name> names_; // of all open objects, innermost last
    OpenObject object_;       // the innermost
    std::vector<OpenObject> outer_;
    std::size_t depth_ = 0;
    std::size_t values_ = 0;
    Fault fault_ = Fault::None;
    char const* faultAt_ = nullptr;
};

Error errorAt(std::size_t byte, std::string what, std::string fix)
{
    return {Error::Kind::BadRequest, "byte " + std::to_string(byte), std::move(what),
            std::move(fix)};
}

Error limitError(std::size_t byte, Fault fault, Limits const& limits)
{
    auto const exceeds = [byte](std::string what, std::size_t limit, std::string fix) {
        return errorAt(byte, std::move(what) + " " + std::to_string(limit), std::move(fix));
    };
    switch (fault) {
    case Fault::Depth:
        return exceeds("objects and arrays are nested deeper than", limits.depth,
                       "send a flatter document");
    case Fault::Members:
        return exceeds("one object has more members than", limits.members, "send fewer members");
    case Fault::Values:
        return exceeds("the document has more values than", limits.values,
                       "send less, for example fewer Bundle entries");
    case Fault::Key:
        return exceeds("a member name has more bytes than", limits.keyBytes, "send shorter names");
    case Fault::String:
        return exceeds("a string has more bytes than", limits.stringBytes,
                       "send a shorter string; only members named data and div may hold up to " +
                           std::to_string(limits.longStringBytes) + " bytes");
    case Fault::Number:
        return exceeds("a number has more digits than", limits.stringBytes, "send fewer digits");
    case Fault::Duplicate:
        return errorAt(byte, "a member name stands twice in one object", "send each member once");
    case Fault::Surrogate:
        return errorAt(byte, "a string holds half of a \\u surrogate pair",
                       "send both halves, or the character itself in UTF-8");
    case Fault::None:
        break;
    }
    return errorAt(byte, "this cannot be read as JSON", "send one JSON document, UTF-8");
}

struct SyntaxWords {
    rapidjson::ParseErrorCode code;
    char const* what;
    char const* fix;
};

constexpr SyntaxWords kSyntax[] = {
    {rapidjson::kParseErrorDocumentEmpty, "there is no JSON value",
     "send one JSON document, UTF-8"},
    {rapidjson::kParseErrorDocumentRootNotSingular,
     "the document is complete before this byte, but more follows",
     "send one JSON document and nothing after it"},
    {rapidjson::kParseErrorValueInvalid, "no JSON value begins here",
     "send an object, array, string, number, true, false or null; no comments, no comma before a "
     "closing bracket"},
    {rapidjson::kParseErrorObjectMissName, "a member name in double quotes is missing",
     "send {\"name\": value}, without a comma before }"},
    {rapidjson::kParseErrorObjectMissColon, "a member name must be followed by \":\"",
     "send {\"name\": value}"},
    {rapidjson::kParseErrorObjectMissCommaOrCurlyBracket,
     "a member must be followed by \",\" or \"}\"",
     "separate members with commas and close the object"},
    {rapidjson::kParseErrorArrayMissCommaOrSquareBracket,
     "an element must be followed by \",\" or \"]\"",
     "separate elements with commas and close the array"},
    {rapidjson::kParseErrorStringUnicodeEscapeInvalidHex,
     "\\u must be followed by four hexadecimal digits",
     "send the four digits, or the character itself in UTF-8"},
    {rapidjson::kParseErrorStringUnicodeSurrogateInvalid,
     "a string holds half of a \\u surrogate pair",
     "send both halves, or the character itself in UTF-8"},
    {rapidjson::kParseErrorStringEscapeInvalid,
     "a string holds a backslash before a character that needs none",
     "use only \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX"},
    {rapidjson::kParseErrorStringMissQuotationMark, "a string has no closing quotation mark",
     "close the string with a double quote"},
    {rapidjson::kParseErrorStringInvalidEncoding, "a string holds a control character",
     "escape it, for example \\n for a line break"},
    {rapidjson::kParseErrorNumberTooBig, "a number is too large", "send numbers below 1e308"},
    {rapidjson::kParseErrorNumberMissFraction, "a decimal point must be followed by a digit",
     "send 3 or 3.0 instead of 3."},
    {rapidjson::kParseErrorNumberMissExponent, "the e of a number must be followed by digits",
     "send 1e3 instead of 1e"},
};

Error syntaxError(std::size_t byte, rapidjson::ParseErrorCode code)
{
    auto const* const words = std::ranges::find(kSyntax, code, &SyntaxWords::code);
    if (words == std::end(kSyntax)) return limitError(byte, Fault::None, {});
    return errorAt(byte, words->what, words->fix);
}

std::optional<Error> checkBytes(std::string_view text, Limits const& limits)
{
    if (text.size() > limits.bytes)
        return Error{Error::Kind::TooLarge, "byte " + std::to_string(limits.bytes),
                     "the JSON text has " + std::to_string(text.size()) + " bytes, more than " +
                         std::to_string(limits.bytes),
                     "send less, for example fewer Bundle entries"};
    if (text.starts_with(kByteOrderMark))
        return errorAt(0, "the text begins with a byte order mark (EF BB BF)",
                       "send JSON in UTF-8 without it");
    auto const good = wellFormedUtf8(text);
    if (good < text.size())
        return errorAt(good, "the text is not UTF-8 here", "send JSON encoded in UTF-8");
    return std::nullopt;
}

} // namespace

struct Document::Impl {
    Impl(std::string body, Limits const& limits)
        : text{std::move(body)}, arenaBytes{std::min(text.size() * kArenaTenths / 10,
                                                     limits.values * kMemberBytes) +
                                            kArenaExtra},
          buffer{std::make_unique_for_overwrite<char[]>(arenaBytes)},
          arena{buffer.get(), arenaBytes}, tree{&arena, kStackBytes}
    {
    }

    std::optional<Error> read(Limits const& limits);

    std::string text; // strings, names and numbers of the tree point into it
    std::size_t arenaBytes;
    std::unique_ptr<char[]> buffer;
    Arena arena;
    rapidjson::Document tree;
    std::size_t values = 0;
    std::size_t pad = 0; // bytes put before the text
};

std::optional<Error> Document::Impl::read(Limits const& limits)
{
    // A number is told from a string by the byte before it, so there must be one.
    if (!text.empty() && text.front() != '"') {
        bool const bareNumber = text.front() == '-' || (text.front() >= '0' && text.front() <= '9');
        if (bareNumber) {
            text.insert(0, 1, ' ');
            pad = 1;
        }
    }

    Filter<rapidjson::Document> filter{tree, text, limits};
    rapidjson::InsituStringStream stream{text.data()};
    rapidjson::Reader reader;
    // The filter stops at the depth limit before the reader recurses: the recursive parser is safe.
    auto parse = [&](rapidjson::Document&) {
        constexpr unsigned kFlags =
            rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
        return !reader.Parse<kFlags>(stream, filter).IsError();
    };
    tree.Populate(parse);
    values = filter.values();

    if (filter.fault() != Fault::None) {
        auto const at = filter.faultAt() != nullptr
                            ? static_cast<std::size_t>(filter.faultAt() - text.data())
                            : reader.GetErrorOffset();
        return limitError(at - pad, filter.fault(), limits);
    }
    if (reader.HasParseError()) {
        auto const at = reader.GetErrorOffset();
        auto code = reader.GetParseErrorCode();
        // The parser has no code of its own for a control character inside of a string: NUL looks
        // like the end of the text, others like an escape.
        bool const inString = code == rapidjson::kParseErrorStringMissQuotationMark ||
                              code == rapidjson::kParseErrorStringEscapeInvalid;
        if (inString && at < text.size() && static_cast<unsigned char>(text[at]) < 0x20)
            code = rapidjson::kParseErrorStringInvalidEncoding;
        return syntaxError(at - pad, code);
    }
    // A NUL byte looks like the end of the text to the parser.
    if (stream.Tell() != text.size())
        return errorAt(stream.Tell() - pad, "a NUL byte follows the document",
                       "send one JSON document and nothing after it");
    return std::nullopt;
}

Document::Document(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::parse(std::string text, Limits const& limits)
{
    if (auto error = checkBytes(text, limits)) return *std::move(error);
    auto impl = std::make_unique<Impl>(std::move(text), limits);
    if (auto error = impl->read(limits)) return *std::move(error);
    return Document{std::move(impl)};
}

Value const& Document::root() const { return impl_->tree; }

std::size_t Document::values() const { return impl_->values; }

} // namespace tcds::json
