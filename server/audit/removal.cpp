#include "server/audit/removal.hpp"

#include "fhir/base/json.hpp"
#include "server/audit/members.hpp"
#include "server/audit/record_line.hpp"

#include <charconv>
#include <utility>

namespace tcds::audit {

namespace {

template <class Number>
bool take(json::Value const& object, std::string_view name, Number& into)
{
    auto const digits = json::number(json::child(object, name));
    if (!digits) return false;
    auto const* const end = digits->data() + digits->size();
    auto const [stop, failure] = std::from_chars(digits->data(), end, into);
    return failure == std::errc{} && stop == end;
}

} // namespace

std::string writeRemoval(Removal const& removal)
{
    Members json;
    json.member("change", "retention");
    json.openObject("removed");
    json.member("file", removal.file);
    json.member("records", removal.records);
    json.member("firstSeq", removal.firstSeq);
    json.member("lastSeq", removal.lastSeq);
    json.member("from", removal.from);
    json.member("to", removal.to);
    json.member("hash", removal.hash);
    json.close();
    json.member("days", removal.days);
    return json.take();
}

std::optional<Removal> readRemoval(std::string_view line)
{
    // Nearly every line is none: look before parsing.
    auto const parts = splitLine(line);
    if (!parts || parts->type != "config" ||
        line.find("\"change\":\"retention\"") == std::string_view::npos)
        return std::nullopt;
    auto const document = json::Document::parse(std::string{line});
    if (!document || json::textOf(document->root(), "change") != "retention") return std::nullopt;
    auto const* const removed = json::child(document->root(), "removed");
    if (removed == nullptr) return std::nullopt;

    Removal removal;
    removal.file = json::textOf(*removed, "file");
    removal.from = json::textOf(*removed, "from");
    removal.to = json::textOf(*removed, "to");
    removal.hash = json::textOf(*removed, "hash");
    auto const whole = take(*removed, "records", removal.records) &&
                       take(*removed, "firstSeq", removal.firstSeq) &&
                       take(*removed, "lastSeq", removal.lastSeq) &&
                       take(document->root(), "days", removal.days);
    return whole ? std::optional{std::move(removal)} : std::nullopt;
}

} // namespace tcds::audit
