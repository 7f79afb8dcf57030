#include "server/cds/request.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tcds::cds {

namespace {

using json::Value;

Error bad(std::string where, std::string what, std::string fix)
{
    return {Error::Kind::BadRequest, std::move(where), std::move(what), std::move(fix)};
}

bool isHex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// 8-4-4-4-12 hexadecimal digits, any case, any version (RFC 9562).
bool isUuid(std::string_view text)
{
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !isHex(text[i])) return false;
    }
    return true;
}

/// A required string member.
Result<std::string> required(Value const& object, std::string_view parent, std::string_view name,
                             std::string_view fix)
{
    auto const* value = json::child(object, name);
    auto const text = json::text(value);
    auto const where = json::pointer(parent, name);
    if (value == nullptr) return bad(where, "the member is missing", std::string{fix});
    if (!text || text->empty()) return bad(where, "not a non-empty string", std::string{fix});
    return std::string{*text};
}

/// Whole seconds of a JSON number; longer than a day is a day, what is no life at all is none.
std::chrono::seconds lifeOf(std::string_view number)
{
    constexpr std::int64_t kDay = 86'400;
    std::int64_t seconds = 0;
    auto const read = std::from_chars(number.data(), number.data() + number.size(), seconds);
    if (read.ec == std::errc::result_out_of_range) seconds = number.starts_with('-') ? 0 : kDay;
    return std::chrono::seconds{std::clamp(seconds, std::int64_t{0}, kDay)};
}

/// The only type that CDS Hooks knows; OAuth compares it without case.
bool isBearer(std::string_view type)
{
    constexpr std::string_view kBearer = "bearer";
    return std::ranges::equal(type, kBearer, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
}

Result<void> readAuthorization(Value const& root, HookRequest& request)
{
    auto const* server = json::child(root, "fhirServer");
    if (server != nullptr) {
        auto const text = json::text(server);
        if (!text)
            return bad("/fhirServer", "not a URL",
                       "send the base URL of the FHIR server as a string");
        request.fhirServer = std::string{*text};
    }
    auto const* authorization = json::child(root, "fhirAuthorization");
    if (authorization == nullptr) return {};
    if (!authorization->IsObject())
        return bad("/fhirAuthorization", "not an object", "send an object, or leave it out");
    if (authorization->ObjectEmpty()) return {}; // an empty optional member counts as absent
    if (request.fhirServer.empty())
        return bad("/fhirServer", "missing although fhirAuthorization is present",
                   "send the base URL that the token is for");
    for (auto const name : {"access_token", "token_type", "scope", "subject"}) {
        auto const value = required(*authorization, "/fhirAuthorization", name,
                                    "send every member that CDS Hooks requires here");
        if (!value) return value.error();
    }
    if (!isBearer(json::textOf(*authorization, "token_type")))
        return bad("/fhirAuthorization/token_type", "not Bearer",
                   "send the access token of OAuth 2.0, whose type is Bearer");
    auto const expires = json::number(json::child(*authorization, "expires_in"));
    if (!expires)
        return bad("/fhirAuthorization/expires_in", "not a number of seconds",
                   "send every member that CDS Hooks requires here");
    request.authorization = FhirAuthorization{
        json::textOf(*authorization, "access_token"), json::textOf(*authorization, "scope"),
        json::textOf(*authorization, "patient"), lifeOf(*expires)};
    return {};
}

Result<void> readIds(Value const& context, HookRequest& request)
{
    auto user = required(context, "/context", "userId", "send Type/id, such as Practitioner/123");
    if (!user) return user.error();
    if (!isTypedReference(*user))
        return bad("/context/userId", "not of the form Type/id",
                   "send Type/id, such as Practitioner/123");
    request.userId = std::move(*user);

    auto patient = required(context, "/context", "patientId", "send the bare id of the Patient");
    if (!patient) return patient.error();
    if (!isFhirId(*patient))
        return bad("/context/patientId", "not a FHIR id (letters, digits, - and ., at most 64)",
                   "send the bare id, without Patient/ and without a query");
    request.patientId = std::move(*patient);

    auto const* encounter = json::child(context, "encounterId");
    auto const needed = request.service->hook == Hook::EncounterStart;
    if (encounter == nullptr) {
        if (!needed) return {};
        return bad("/context/encounterId", "the member is missing",
                   "send the bare id of the Encounter");
    }
    auto const text = json::text(encounter);
    if (!needed && text && text->empty()) return {};
    if (!text || !isFhirId(*text))
        return bad("/context/encounterId", "not a FHIR id (letters, digits, - and ., at most 64)",
                   "send the bare id of the Encounter");
    request.encounterId = std::string{*text};
    return {};
}

/// A Bundle that the hook's context requires.
Result<void> readContextBundle(Value const& context, std::string_view name, HookRequest& request)
{
    auto const* bundle = json::child(context, name);
    auto const where = json::pointer("/context", name);
    if (bundle == nullptr) return bad(where, "the member is missing", "send a Bundle");
    if (!bundle->IsObject() || json::textOf(*bundle, "resourceType") != "Bundle")
        return bad(where, "not a Bundle", "send a Bundle");
    request.inputs.push_back({"context." + std::string{name}, "context", bundle});
    return {};
}

Result<void> readSelections(Value const& context, HookRequest& request)
{
    auto const* selections = json::child(context, "selections");
    if (selections == nullptr || !selections->IsArray() || selections->Empty())
        return bad("/context/selections", "not a non-empty array",
                   "send the Type/id of each selected draft order");
    std::size_t index = 0;
    for (auto const& item : json::items(selections)) {
        auto const text = json::text(&item);
        if (!text || text->empty())
            return bad(json::pointer("/context/selections", index), "not a string",
                       "send the Type/id of each selected draft order");
        request.selections.emplace_back(*text);
        ++index;
    }
    return {};
}

Result<void> readContext(Value const& root, HookRequest& request)
{
    auto const* context = json::child(root, "context");
    if (context == nullptr || !context->IsObject())
        return bad("/context", context == nullptr ? "the member is missing" : "not an object",
                   "send the context of the hook as an object");
    if (auto const ids = readIds(*context, request); !ids) return ids.error();
    switch (request.service->hook) {
    case Hook::PatientView:
    case Hook::EncounterStart:
        return {};
    case Hook::ProblemListItemCreate:
        return readContextBundle(*context, "conditions", request);
    case Hook::OrderSelect:
        if (auto const selected = readSelections(*context, request); !selected)
            return selected.error();
        return readContextBundle(*context, "draftOrders", request);
    case Hook::OrderSign:
        return readContextBundle(*context, "draftOrders", request);
    }
    return {};
}

Result<void> readPrefetch(Value const& root, HookRequest& request)
{
    auto const at = root.FindMember("prefetch");
    if (at == root.MemberEnd() || at->value.IsNull()) return {};
    if (!at->value.IsObject())
        return bad("/prefetch", "not an object",
                   "send an object of prefetch keys, or leave it out");
    for (auto const& member : at->value.GetObject())
        request.inputs.push_back(
            {std::string{member.name.GetString(), member.name.GetStringLength()}, "prefetch",
             &member.value});
    return {};
}

/// Epic's hint of the event that fired the call; read, never required.
std::string readTrigger(Value const& root)
{
    auto const* hint =
        json::path(root, {"extension", "com.epic.cdshooks.request.bpa-trigger-action"});
    if (auto const text = json::text(hint)) return std::string{text->substr(0, 16)};
    if (auto const number = json::number(hint)) return std::string{number->substr(0, 16)};
    return {};
}

} // namespace

bool isFhirId(std::string_view text)
{
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.';
    });
}

bool isTypedReference(std::string_view text)
{
    auto const slash = text.find('/');
    if (slash == std::string_view::npos || slash == 0) return false;
    auto const type = text.substr(0, slash);
    return std::ranges::all_of(
               type, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }) &&
           isFhirId(text.substr(slash + 1));
}

bool HookRequest::forPatients() const
{
    return userId.starts_with("Patient/") || userId.starts_with("RelatedPerson/");
}

Result<HookRequest> readHookRequest(std::string body, Service const& service,
                                    json::Limits const& limits)
{
    auto document = json::Document::parse(std::move(body), limits);
    if (!document) return document.error();
    auto const& root = document->root();
    if (!root.IsObject())
        return bad("byte 0", "not a JSON object", "send one CDS Hooks request object");

    HookRequest request{std::move(*document), &service, {}, {}, {}, {}, {}, {}, {}, {}, {}};
    auto const& object = request.body.root();

    auto const hook = required(object, "", "hook", "send the name of the hook");
    if (!hook) return hook.error();
    if (*hook != toText(service.hook))
        return bad("/hook", "not the hook of this service",
                   "call " + std::string{service.id} + " with hook " +
                       std::string{toText(service.hook)});

    auto instance = required(object, "", "hookInstance", "send a UUID");
    if (!instance) return instance.error();
    if (!isUuid(*instance)) return bad("/hookInstance", "not a UUID", "send a UUID");
    request.hookInstance = std::move(*instance);

    for (auto const step : {readAuthorization, readContext, readPrefetch})
        if (auto const done = step(object, request); !done) return done.error();
    request.trigger = readTrigger(object);
    return request;
}

} // namespace tcds::cds
