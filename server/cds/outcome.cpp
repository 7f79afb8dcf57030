#include "server/cds/outcome.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace tcds::cds {

namespace {

/// Issue types of hl7.org/fhir/R4/valueset-issue-type.html
std::string_view issueCode(Error::Kind kind)
{
    switch (kind) {
    case Error::Kind::BadRequest:
        return "invalid";
    case Error::Kind::Unauthenticated:
        return "login";
    case Error::Kind::Forbidden:
        return "forbidden";
    case Error::Kind::NotFound:
        return "not-found";
    case Error::Kind::TooLarge:
        return "too-long";
    case Error::Kind::MissingData:
        return "required";
    case Error::Kind::Timeout:
        return "timeout";
    case Error::Kind::Unavailable:
        return "transient";
    case Error::Kind::Config:
    case Error::Kind::Internal:
        return "exception";
    }
    return "exception";
}

} // namespace

std::string writeOutcome(Error const& error)
{
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> json{buffer};
    auto const text = [&json](std::string_view name, std::string_view value) {
        json.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
        json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    };
    json.StartObject();
    text("resourceType", "OperationOutcome");
    json.Key("issue");
    json.StartArray();
    json.StartObject();
    text("severity", "error");
    text("code", issueCode(error.kind));
    text("diagnostics", toText(error));
    json.EndObject();
    json.EndArray();
    json.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

} // namespace tcds::cds
