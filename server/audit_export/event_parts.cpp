#include "server/audit_export/event_parts.hpp"

#include "server/audit_export/systems.hpp"

namespace tcds::audit_export {

std::string_view outcomeOf(std::string_view http)
{
    if (http.starts_with('2')) return "0";
    return http.starts_with('4') ? "4" : "8";
}

void agent(audit::Members& json, Coding const& role, Logical const& who, bool requestor,
           Network const& network)
{
    json.openObject();
    codeable(json, "type", role);
    logical(json, "who", who);
    json.flag("requestor", requestor);
    if (!network.address.empty()) {
        json.openObject("network");
        json.member("address", network.address);
        json.member("type", network.type);
        json.close();
    }
    json.close();
}

void entity(audit::Members& json, Coding const& type, Coding const& role, Logical const& what)
{
    if (what.value.empty()) return;
    json.openObject();
    logical(json, "what", what);
    coding(json, "type", type);
    if (!role.code.empty()) coding(json, "role", role);
    json.close();
}

void detail(audit::Members& json, std::string_view type, std::string_view value)
{
    if (value.empty()) return;
    json.openObject();
    json.member("type", type);
    json.member("valueString", value);
    json.close();
}

void source(audit::Members& json, std::string_view site, Logical const& observer)
{
    json.openObject("source");
    json.memberIfAny("site", site);
    logical(json, "observer", observer);
    codings(json, "type", {kSourceType, "4", "Application Server"});
    json.close();
}

} // namespace tcds::audit_export
