#pragma once

#include "fhir/base/json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <functional>
#include <map>
#include <string>

namespace tcds::cds {

/// What a reference is written as instead: "urn:uuid:6f.." -> "Patient/p1".
using References = std::map<std::string, std::string, std::less<>>;

/// Copies a value of a json::Document; numbers keep their digits.
/// @param references  replaces the text of members named `reference`, at any depth
void copy(rapidjson::Writer<rapidjson::StringBuffer>& json, json::Value const& value,
          References const& references = {});

} // namespace tcds::cds
