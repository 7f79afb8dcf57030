#include "server/audit/members.hpp"

#include "fhir/base/json_escape.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace tcds::audit {

namespace {

using json::eight;
using json::escapeMarks;
using json::escapeOf;

constexpr std::size_t kLongestEscape = 6; // \u001F
constexpr std::size_t kLongestNumber = 20;
constexpr std::size_t kLongestFact = kLongestNumber + 3; // "f12"
constexpr std::size_t kWord = sizeof(std::uint64_t);

template <class Word>
Word load(char const* at)
{
    Word word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

/// Every byte of a text of at most eight, some of them twice.
std::uint64_t packed(std::string_view text)
{
    auto const* const data = text.data();
    auto const size = text.size();
    if (size >= 4)
        return load<std::uint32_t>(data) | std::uint64_t{load<std::uint32_t>(data + size - 4)}
                                               << 32U;
    auto bytes = eight(' ');
    for (auto const c : text) bytes = bytes << 8U | static_cast<unsigned char>(c);
    return bytes;
}

bool isPlain(std::string_view value)
{
    if (value.size() <= kWord) return escapeMarks(packed(value)) == 0;
    auto const* const last = value.data() + value.size() - kWord;
    auto marks = escapeMarks(load<std::uint64_t>(last)); // some of its bytes are looked at twice
    for (auto const* at = value.data(); at < last; at += kWord)
        marks |= escapeMarks(load<std::uint64_t>(at));
    return marks == 0;
}

char* put(char* at, std::string_view text)
{
    return std::copy(text.begin(), text.end(), at); // memcpy may not take the null of an empty view
}

char* putEscaped(char* at, std::string_view value)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (auto const c : value) {
        auto const escape = escapeOf(c);
        if (escape == 0) {
            *at++ = c;
            continue;
        }
        *at++ = '\\';
        *at++ = escape;
        if (escape != 'u') continue;
        auto const code = static_cast<unsigned char>(c);
        *at++ = '0';
        *at++ = '0';
        *at++ = kDigits[code >> 4U];
        *at++ = kDigits[code & 15U];
    }
    return at;
}

std::size_t roomFor(std::string_view value) { return kLongestEscape * value.size() + 2; }

char* putQuoted(char* at, std::string_view value)
{
    *at++ = '"';
    at = isPlain(value) ? put(at, value) : putEscaped(at, value);
    *at++ = '"';
    return at;
}

char* putNumber(char* at, std::integral auto value)
{
    return std::to_chars(at, at + kLongestNumber, value).ptr;
}

char* putFact(char* at, FactId fact)
{
    *at++ = '"';
    *at++ = 'f';
    at = putNumber(at, fact.index());
    *at++ = '"';
    return at;
}

} // namespace

Members::Members(std::size_t expected)
    : text_(expected, '\0'), at_{text_.data()}, end_{at_ + text_.size()}
{
}

void Members::member(std::string_view name, std::string_view value)
{
    written(putQuoted(named(name, roomFor(value)), value));
}

void Members::member(std::string_view name, FactId fact)
{
    written(putFact(named(name, kLongestFact), fact));
}

void Members::number(std::string_view name, std::int64_t value)
{
    written(putNumber(named(name, kLongestNumber), value));
}

void Members::number(std::string_view name, std::uint64_t value)
{
    written(putNumber(named(name, kLongestNumber), value));
}

void Members::raw(std::string_view name, std::string_view value)
{
    written(put(named(name, value.size()), value));
}

void Members::text(std::string_view value) { written(putQuoted(separated(roomFor(value)), value)); }

void Members::text(FactId fact) { written(putFact(separated(kLongestFact), fact)); }

void Members::openObject(std::string_view name) { open(named(name, 1), false); }
void Members::openObject() { open(separated(1), false); }
void Members::openArray(std::string_view name) { open(named(name, 1), true); }
void Members::openArray() { open(separated(1), true); }

void Members::close()
{
    if (at_ == end_) makeRoom(1);
    *at_++ = (arrays_ & 1U) != 0 ? ']' : '}';
    arrays_ >>= 1U;
    comma_ = true;
}

std::string Members::take()
{
    text_.resize(static_cast<std::size_t>(at_ - text_.data()));
    return std::move(text_);
}

/// Writes the comma that is due.
/// @return where the element goes; so many bytes of room are there
char* Members::separated(std::size_t element)
{
    if (static_cast<std::size_t>(end_ - at_) < element + 1) makeRoom(element + 1);
    *at_ = ',';
    return at_ + (comma_ ? 1 : 0);
}

/// The same for a value, whose name is written before it.
char* Members::named(std::string_view name, std::size_t value)
{
    auto* at = separated(name.size() + 3 + value);
    *at++ = '"';
    at = put(at, name);
    *at++ = '"';
    *at++ = ':';
    return at;
}

void Members::makeRoom(std::size_t bytes)
{
    auto const used = static_cast<std::size_t>(at_ - text_.data());
    text_.resize(std::max(2 * text_.size(), used + bytes));
    at_ = text_.data() + used;
    end_ = text_.data() + text_.size();
}

void Members::open(char* at, bool array)
{
    *at = array ? '[' : '{';
    arrays_ = arrays_ << 1U | (array ? 1U : 0U);
    written(at + 1);
    comma_ = false;
}

void Members::written(char* end)
{
    at_ = end;
    comma_ = true;
}

} // namespace tcds::audit
