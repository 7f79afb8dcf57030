// Any bytes as one record of a log, in all the forms in which people and programs read it: the page
// of `audit show`, the row of the search index, the resources of the FHIR export.

#include "server/audit/reader.hpp"
#include "server/audit_export/resources.hpp"
#include "server/query/index_rows.hpp"
#include "server/query/index_schema.hpp"
#include "server/query/record_summary.hpp"
#include "tests/fuzz/claim.hpp"

#include <SQLiteCpp/Database.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace tcds;
using fuzz::claim;

void page(std::string const& line)
{
    auto const text = audit::toText(line);
    claim(text.ends_with('\n'), "a page ends its last line");
    claim(std::ranges::none_of(text,
                               [](char c) {
                                   auto const byte = static_cast<unsigned char>(c);
                                   return (byte < 0x20 && c != '\n') || byte == 0x7F;
                               }),
          "no control character reaches the terminal of a reader");
}

struct Index {
    SQLite::Database database{":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    std::int64_t records = 0;

    Index() { query::makeTables(database); }
};

void index(std::string const& line)
{
    constexpr std::int64_t kMost = 1000; // then a new one: the input decides, not the inputs before
    static auto index = std::make_unique<Index>();
    if (index->records >= kMost) index = std::make_unique<Index>();
    auto copy = line + '\n';
    static query::SummaryReader reader;
    auto const* const summary = reader.read({copy.data(), line.size()});
    query::RowWriter rows{index->database};
    auto const id = rows.add(summary, {0, line.size(), 0});
    claim(id == ++index->records, "each line has its row");
    if (summary == nullptr) return;
    (void)query::answeredAt(*summary);
    (void)query::countedReason(summary->reasonSystem, summary->reason);
}

void resources(std::string const& line)
{
    audit_export::FeedbackBook book;
    claim(book.take(line).has_value(), "feedback on a card finds room");
    audit_export::RuleLibrary none;
    auto const made = audit_export::resourcesOf(line, audit_export::As::All, {book, none});
    if (!made) {
        claim(!made.error().what.empty(), "what is not exported is explained");
        return;
    }
    for (auto const& resource : *made) {
        rapidjson::Document json;
        json.Parse<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag>(
            resource.json.data(), resource.json.size());
        claim(!json.HasParseError() && json.IsObject(), "a resource is a JSON object");
        claim(json.HasMember("resourceType") && json["resourceType"].IsString() &&
                  json["resourceType"].GetString() == resource.type,
              "a resource is of its type");
        claim(json.HasMember("id") && json["id"].IsString() &&
                  json["id"].GetString() == resource.id,
              "a resource has its id");
    }
    claim(!audit_export::bundle("transaction", *made).empty(), "resources fit in a bundle");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size)
{
    std::string const line{bytes, bytes + size};
    page(line);
    index(line);
    resources(line);
    return 0;
}
