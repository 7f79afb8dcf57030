#include "server/cds/search.hpp"

#include "fhir/base/datetime.hpp"

#include <algorithm>
#include <charconv>

namespace tcds::cds {

namespace {

using json::Value;

std::vector<std::string> splitAtCommas(std::string_view text)
{
    std::vector<std::string> parts;
    while (!text.empty()) {
        auto const comma = std::min(text.find(','), text.size());
        if (comma > 0) parts.emplace_back(text.substr(0, comma));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return parts;
}

void setParameter(Query& query, std::string_view name, std::string_view value)
{
    if (name == "patient")
        query.patient = splitAtCommas(value);
    else if (name == "category")
        query.category = splitAtCommas(value);
    else if (name == "code")
        query.code = splitAtCommas(value);
    else if (name == "status")
        query.status = splitAtCommas(value);
    else if (name == "intent")
        query.intent = splitAtCommas(value);
    else if (name == "encounter")
        query.encounter = splitAtCommas(value);
    else if (name == "_sort")
        query.newestFirst = value == "-date";
    else if (name == "_count")
        (void)std::from_chars(value.data(), value.data() + value.size(), query.count);
}

/// "Patient/p1", "https://../Patient/p1" -> p1 when it is of the type
bool refersTo(Value const* reference, std::string_view type, std::vector<std::string> const& ids)
{
    auto const text =
        reference == nullptr ? std::string_view{} : json::textOf(*reference, "reference");
    return std::ranges::any_of(ids, [&](std::string const& id) {
        auto const tail = std::string{type} + "/" + id;
        return text == tail || text.ends_with("/" + tail);
    });
}

/// Codes of a string, a Coding, a CodeableConcept, or lists of these (senders mix them, TOL-10).
bool holdsCode(Value const* value, std::vector<std::string> const& codes)
{
    auto const wanted = [&](std::string_view code) {
        return std::ranges::find(codes, code) != codes.end();
    };
    for (auto const& item : json::items(value)) {
        if (auto const text = json::text(&item); text && wanted(*text)) return true;
        if (!item.IsObject()) continue;
        if (wanted(json::textOf(item, "code"))) return true;
        for (auto const& coding : json::items(item, "coding"))
            if (coding.IsObject() && wanted(json::textOf(coding, "code"))) return true;
    }
    return false;
}

Value const* subjectOf(Value const& resource)
{
    for (auto const name : {"subject", "patient"})
        if (auto const* reference = json::child(resource, name)) return reference;
    // Appointments name their patient among the participants.
    for (auto const& participant : json::items(resource, "participant")) {
        auto const* actor = json::child(participant, "actor");
        if (actor != nullptr &&
            json::textOf(*actor, "reference").find("Patient/") != std::string_view::npos)
            return actor;
    }
    return nullptr;
}

bool matches(Query const& query, Value const& resource)
{
    if (json::textOf(resource, "resourceType") != query.type) return false;
    if (!query.id.empty()) return json::textOf(resource, "id") == query.id;
    auto const any = [](std::vector<std::string> const& list, std::string_view value) {
        return list.empty() || std::ranges::find(list, value) != list.end();
    };
    if (!query.patient.empty() && !refersTo(subjectOf(resource), "Patient", query.patient))
        return false;
    if (!query.category.empty() && !holdsCode(json::child(resource, "category"), query.category))
        return false;
    if (!query.code.empty() && !holdsCode(json::child(resource, "code"), query.code)) return false;
    if (!query.encounter.empty() &&
        !refersTo(json::child(resource, "encounter"), "Encounter", query.encounter))
        return false;
    return any(query.status, json::textOf(resource, "status")) &&
           any(query.intent, json::textOf(resource, "intent"));
}

/// What `_sort=-date` sorts an Observation by.
Instant dateOf(Value const& resource)
{
    for (auto const name : {"effectiveDateTime", "effectiveInstant", "issued"})
        if (auto const date = parseDateTime(json::textOf(resource, name))) return date->first();
    if (auto const* period = json::child(resource, "effectivePeriod"))
        for (auto const name : {"end", "start"})
            if (auto const date = parseDateTime(json::textOf(*period, name))) return date->first();
    return {};
}

} // namespace

Query parseQuery(std::string_view text)
{
    Query query;
    auto const mark = text.find('?');
    if (mark == std::string_view::npos) {
        auto const slash = std::min(text.find('/'), text.size());
        query.type = std::string{text.substr(0, slash)};
        query.id = std::string{text.substr(std::min(slash + 1, text.size()))};
        return query;
    }
    query.type = std::string{text.substr(0, mark)};
    auto rest = text.substr(mark + 1);
    while (!rest.empty()) {
        auto const end = std::min(rest.find('&'), rest.size());
        auto const pair = rest.substr(0, end);
        auto const equals = std::min(pair.find('='), pair.size());
        setParameter(query, pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return query;
}

std::vector<Value const*> search(Query const& query, std::vector<Value const*> const& resources)
{
    std::vector<Value const*> found;
    for (auto const* resource : resources)
        if (matches(query, *resource)) found.push_back(resource);
    if (query.newestFirst)
        std::ranges::stable_sort(
            found, [](Value const* a, Value const* b) { return dateOf(*a) > dateOf(*b); });
    if (query.count > 0 && found.size() > query.count) found.resize(query.count);
    return found;
}

} // namespace tcds::cds
