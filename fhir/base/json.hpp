#pragma once

#include "fhir/base/decimal.hpp"
#include "fhir/base/result.hpp"

#include <rapidjson/document.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::json {

using Value = rapidjson::Value;

/// Bounds of one document (decision D47, control CTL-10). Exceeding one is an error that names it.
struct Limits {
    std::size_t bytes = 10U * 1024U * 1024U;
    std::size_t depth = 64;
    std::size_t members = 512;    // of one object
    std::size_t values = 200'000; // of the document
    std::size_t keyBytes = 256;
    std::size_t stringBytes = 64U * 1024U;
    std::size_t longStringBytes = 1024U * 1024U; // of members named "data", "div"
};

/// A parsed JSON text that owns its buffer: one in-place pass, UTF-8 checked beforehand, numbers
/// kept as their raw text (decision D46), duplicate keys, lone surrogates and trailing bytes
/// refused. A leading BOM is refused with a message that says so. The root may be any value.
class Document
{
public:
    /// @param text   the JSON text; moved in, destroyed by parsing (digest it before)
    /// @error BadRequest, `where` = "byte N", what and fix in plain words; TooLarge for `bytes`
    static Result<Document> parse(std::string text, Limits const& limits = {});

    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    ~Document();

    [[nodiscard]] Value const& root() const;
    /// Number of values read, for the record of sizes.
    [[nodiscard]] std::size_t values() const;

private:
    struct Impl;
    explicit Document(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// The accessors below are for values of a Document. None of them throws; a value of another type
// than asked for is "absent".

/// Member of an object; nullptr when `object` is no object, the member is absent or JSON null.
Value const* child(Value const& object, std::string_view name);
Value const* child(Value const* object, std::string_view name); // nullptr in, nullptr out

/// Walks several member names: child(o, {"code", "text"}).
Value const* path(Value const& object, std::initializer_list<std::string_view> names);

/// A JSON string (never a number). Views live as long as the Document.
std::optional<std::string_view> text(Value const* value);
/// The member as a string, or "" when absent.
std::string_view textOf(Value const& object, std::string_view name);
/// The raw text of a JSON number ("3.50"); absent for strings.
std::optional<std::string_view> number(Value const* value);
/// A JSON number as Decimal; absent for other types and for what Decimal cannot hold.
std::optional<Decimal> decimal(Value const* value);
std::optional<bool> flag(Value const* value);

/// The elements of an array; a single value (object or string) counts as an array of one, because
/// senders mix the two (tolerance TOL-10); absent or null: empty.
std::span<Value const> items(Value const* value);
std::span<Value const> items(Value const& object, std::string_view name);

/// "/prefetch/labs/entry/3" + "resource" -> "/prefetch/labs/entry/3/resource" (RFC 6901 escaping)
std::string pointer(std::string_view parent, std::string_view name);
std::string pointer(std::string_view parent, std::size_t index);

} // namespace tcds::json
