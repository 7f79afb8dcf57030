#include "tests/bench/audit_record.hpp"

#include <rapidjson/document.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tcds::bench {

namespace {

constexpr std::size_t kTail = 4U * 1024U * 1024U; // more than any record of ours takes

std::string tailOf(std::filesystem::path const& file)
{
    std::ifstream stream{file, std::ios::binary};
    auto const size = std::filesystem::file_size(file);
    if (size > kTail) stream.seekg(static_cast<std::streamoff>(size - kTail));
    return {std::istreambuf_iterator<char>{stream}, {}};
}

std::string lastDecision(std::filesystem::path const& folder)
{
    for (auto const& entry : std::filesystem::recursive_directory_iterator{folder}) {
        if (!entry.is_regular_file() || entry.path().extension() != ".jsonl") continue;
        auto const text = tailOf(entry.path());
        auto const at = text.rfind(R"("type":"decision")");
        if (at == std::string::npos) continue;
        auto const begin = text.rfind('\n', at) + 1; // of the first line: npos + 1 = 0
        return text.substr(begin, text.find('\n', at) + 1 - begin);
    }
    throw std::runtime_error{folder.string() + " holds no decision record"};
}

std::size_t countOf(rapidjson::Document const& record, char const* member)
{
    return record.HasMember(member) && record[member].IsArray() ? record[member].Size() : 0;
}

} // namespace

RecordSize newestRecord(std::filesystem::path const& auditDirectory)
{
    auto const line = lastDecision(auditDirectory);
    rapidjson::Document record;
    record.Parse(line.data(), line.size());
    if (record.HasParseError() || !record.IsObject())
        throw std::runtime_error{"a decision record that is no JSON object"};
    return {line.size(), countOf(record, "rules"), countOf(record, "facts"),
            countOf(record, "cards")};
}

} // namespace tcds::bench
