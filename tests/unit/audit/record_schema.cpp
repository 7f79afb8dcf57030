#include "tests/unit/audit/record_schema.hpp"

#include "server/audit/record_line.hpp"
#include "tests/unit/audit/log_stage.hpp"

#include <rapidjson/document.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

namespace tcds::audit::test {

namespace {

rapidjson::SchemaDocument readSchema()
{
    auto const text = readFile(TCDS_RECORD_SCHEMA);
    rapidjson::Document source;
    source.Parse(text.data(), text.size());
    EXPECT_FALSE(source.HasParseError()) << TCDS_RECORD_SCHEMA;
    return rapidjson::SchemaDocument{source};
}

} // namespace

std::string schemaFault(std::string_view line)
{
    static auto const schema = readSchema();
    rapidjson::Document record;
    record.Parse(line.data(), line.size());
    if (record.HasParseError()) return "not JSON";
    rapidjson::SchemaValidator validator{schema};
    if (record.Accept(validator)) return {};
    rapidjson::StringBuffer where;
    validator.GetInvalidDocumentPointer().StringifyUriFragment(where);
    return std::string{where.GetString()} + " " + validator.GetInvalidSchemaKeyword();
}

std::string lineOf(std::string_view type, std::string_view members)
{
    Sha256 sha256;
    std::string line;
    (void)appendLine(line, {type, 7, "2026-03-03T10:12:44.402Z", R"(,"node":"cds-1","tenant":"t")"},
                     members, noPrevious(), sha256); // the hash of the next line is nobody's
    line.pop_back();
    return line;
}

} // namespace tcds::audit::test
