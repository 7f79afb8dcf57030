#include "fhir/client/page.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace tcds::client {
namespace {

constexpr std::array<std::string_view, 3> kMediaTypes{"application/fhir+json",
                                                      "application/json+fhir", "application/json"};

Page failed(Outcome outcome, int status, std::string why)
{
    Page page;
    page.outcome = outcome;
    page.status = status;
    page.why = std::move(why);
    return page;
}

Outcome outcomeOf(Failure failure)
{
    switch (failure) {
    case Failure::Deadline:
        return Outcome::Timeout;
    case Failure::Malformed:
    case Failure::TooLarge:
        return Outcome::Invalid;
    case Failure::None:
    case Failure::Refused:
    case Failure::Unreachable:
    case Failure::Untrusted:
    case Failure::Cut:
    case Failure::Busy:
    case Failure::Stopped:
        break;
    }
    return Outcome::Error;
}

Page refusedWith(int status)
{
    auto page = failed(Outcome::Error, status, "the server answers " + std::to_string(status));
    if (status >= 300 && status < 400)
        page.why = "the server redirects (" + std::to_string(status) + "), which is not followed";
    if (status == 401 || status == 403) page.outcome = Outcome::Denied;
    page.formRefused = status == 400 || status == 403 || status == 404 || status == 422;
    return page;
}

/// Without its parameters; a missing type is taken for JSON (TOL-17).
bool isJson(std::string_view contentType)
{
    auto type = contentType.substr(0, contentType.find(';'));
    while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
    auto const same = [type](std::string_view known) {
        return std::ranges::equal(type, known, [](char a, char b) {
            return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + ('a' - 'A')) : a) == b;
        });
    };
    return type.empty() || std::ranges::any_of(kMediaTypes, same);
}

bool isCompressed(std::string_view encoding) { return !encoding.empty() && encoding != "identity"; }

/// "Type" of "Type?..." and of "Type/id"; "" where another word stands ("metadata").
std::string_view typeAsked(std::string_view request)
{
    auto const type = request.substr(0, request.find_first_of("/?"));
    bool const isType = !type.empty() && type.front() >= 'A' && type.front() <= 'Z';
    return isType ? type : std::string_view{};
}

bool isRead(std::string_view request)
{
    return request.find('/') != std::string_view::npos &&
           request.find_first_of("?$") == std::string_view::npos;
}

bool answers(std::string_view type, std::string_view request)
{
    if (type.empty()) return false;
    auto const asked = typeAsked(request);
    if (asked.empty() || type == asked || type == "OperationOutcome") return true;
    return type == "Bundle" && !isRead(request);
}

/// @return "" when there is none
std::string nextPage(json::Value const& bundle)
{
    for (auto const& link : json::items(bundle, "link"))
        if (json::textOf(link, "relation") == "next") return std::string{json::textOf(link, "url")};
    return {};
}

std::string sha256(std::string_view text)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha256(), nullptr) != 1)
        return {};
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
        hex += kDigits[bytes[i] >> 4U];
        hex += kDigits[bytes[i] & 15U];
    }
    return hex;
}

} // namespace

Page readPage(Reply reply, std::string_view request, std::size_t bytes, bool keepText)
{
    auto const status = reply.status;
    if (reply.failure != Failure::None)
        return failed(outcomeOf(reply.failure), status, std::move(reply.why));
    if (status != 200) return refusedWith(status);
    if (!isJson(reply.contentType))
        return failed(Outcome::Invalid, status, "the answer is not JSON by its Content-Type");
    if (isCompressed(reply.contentEncoding))
        return failed(Outcome::Invalid, status,
                      "the answer is compressed, which was not asked for");

    Page page;
    page.digest = sha256(reply.body); // parsing destroys the text
    if (keepText) page.text = reply.body;
    json::Limits limits;
    limits.bytes = bytes;
    auto document = json::Document::parse(std::move(reply.body), limits);
    if (!document) {
        auto const& error = document.error();
        return failed(Outcome::Invalid, status,
                      "the answer cannot be read: " + error.where + ": " + error.what);
    }
    auto const& root = document->root();
    auto const type = json::textOf(root, "resourceType");
    if (!answers(type, request))
        return failed(Outcome::Invalid, status, "the answer is no resource that was asked for");

    page.outcome = Outcome::Ok;
    page.status = status;
    if (type == "Bundle") {
        page.entries = json::items(root, "entry").size();
        page.next = nextPage(root);
    }
    page.document = *std::move(document);
    return page;
}

} // namespace tcds::client
