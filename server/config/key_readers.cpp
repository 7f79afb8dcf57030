#include "server/config/key_readers.hpp"

#include "fhir/base/datetime.hpp"
#include "server/config/values.hpp"

#include <algorithm>
#include <array>

namespace tcds::config::take {

namespace {

/// ADDRESS:PORT; an IPv6 address in square brackets, for its last part looks like a port.
bool endpoint(std::string_view text, std::string& host, std::uint16_t& portNumber)
{
    auto const colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    auto address = text.substr(0, colon);
    auto const bracketed = address.starts_with('[') && address.ends_with(']');
    if (bracketed) address = address.substr(1, address.size() - 2);
    auto const hasColon = address.find(':') != std::string_view::npos;
    if (address.empty() || hasColon != bracketed) return false;
    std::uint16_t port = 0;
    if (!readNumber<std::uint16_t>(text.substr(colon + 1), 0, 65535, port)) return false;
    host = std::string{address};
    portNumber = port;
    return true;
}

template <class Take>
bool eachWord(std::string_view text, Take take)
{
    while (!text.empty()) {
        auto const blank = std::min(text.find(' '), text.size());
        auto const word = text.substr(0, blank);
        text.remove_prefix(std::min(blank + 1, text.size()));
        if (!word.empty() && !take(word)) return false;
    }
    return true;
}

/// ADDRESS/BITS, or one ADDRESS, by its look; the client that connects reads it strictly.
bool isNetwork(std::string_view text)
{
    auto const slash = std::min(text.find('/'), text.size());
    auto const address = text.substr(0, slash);
    unsigned bits = 0;
    if (slash < text.size() && !readNumber(text.substr(slash + 1), 0U, 128U, bits)) return false;
    return address.find_first_of(".:") != std::string_view::npos &&
           std::ranges::all_of(address, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
                      c == '.' || c == ':';
           });
}

} // namespace

bool milliseconds(std::string_view text, std::chrono::milliseconds& value)
{
    std::int64_t count = 0;
    if (!readNumber<std::int64_t>(text, 1, 3'600'000, count)) return false;
    value = std::chrono::milliseconds{count};
    return true;
}

bool listen(Config& config, std::string_view text)
{
    return endpoint(text, config.address, config.port);
}

bool metricsListen(Config& config, std::string_view text)
{
    if (!text.empty()) return endpoint(text, config.metricsAddress, config.metricsPort);
    config.metricsAddress.clear();
    return true;
}

bool adminListen(Config& config, std::string_view text)
{
    if (!text.empty()) return endpoint(text, config.adminAddress, config.adminPort);
    config.adminAddress.clear();
    return true;
}

bool trustedKeys(Config& config, std::string_view text)
{
    config.trustedKeys.clear();
    return eachWord(text, [&](std::string_view path) {
        config.trustedKeys.emplace_back(path);
        return true;
    });
}

bool mode(Config& config, std::string_view text)
{
    if (text == "production")
        config.mode = Mode::Production;
    else if (text == "sandbox")
        config.mode = Mode::Sandbox;
    else if (text == "dev")
        config.mode = Mode::Dev;
    else
        return false;
    return true;
}

/// +HH:MM, -HH:MM or Z
bool zone(Config& config, std::string_view text)
{
    if (text == "Z" || text == "UTC") {
        config.zoneMinutes = 0;
        return true;
    }
    int hours = 0;
    int minutes = 0;
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
        !readNumber(text.substr(1, 2), 0, 14, hours) ||
        !readNumber(text.substr(4, 2), 0, 59, minutes))
        return false;
    config.zoneMinutes = (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

/// A base URL: links are made by appending paths, so it has a host and neither query nor fragment.
bool publicUrl(Config& config, std::string_view text)
{
    if (!text.empty()) {
        auto const rest = afterScheme(text);
        auto const bad = [](char c) { return c <= ' ' || c == 0x7F || isAnyOf("?#\"<>\\", c); };
        if (!rest || rest->empty() || rest->front() == '/' || std::ranges::any_of(*rest, bad))
            return false;
    }
    while (text.ends_with('/')) text.remove_suffix(1);
    config.publicUrl = std::string{text};
    return true;
}

bool origins(Config& config, std::string_view text)
{
    config.corsOrigins.clear();
    return eachWord(text, [&](std::string_view origin) {
        if (origin == "off") return true;
        if (origin != "*" && !isOrigin(origin)) return false;
        config.corsOrigins.emplace_back(origin);
        return true;
    });
}

bool fhirServers(Config& config, std::string_view text)
{
    config.fhirServers.clear();
    return eachWord(text, [&](std::string_view url) {
        if (!isBaseUrl(url)) return false;
        while (url.ends_with('/')) url.remove_suffix(1);
        config.fhirServers.emplace_back(url);
        return true;
    });
}

bool fhirNetworks(Config& config, std::string_view text)
{
    config.fhirNetworks.clear();
    return eachWord(text, [&](std::string_view network) {
        if (!isNetwork(network)) return false;
        config.fhirNetworks.emplace_back(network);
        return true;
    });
}

bool clientNames(Config& config, std::string_view text)
{
    config.tls.clientNames.clear();
    return eachWord(text, [&](std::string_view word) {
        auto name = readCertificateName(word);
        if (!name) return false;
        config.tls.clientNames.push_back(std::move(*name));
        return true;
    });
}

bool clientCertificate(Config& config, std::string_view text)
{
    if (text != "required" && text != "optional") return false;
    config.tls.clientOptional = text == "optional";
    return true;
}

bool leastVersion(Config& config, std::string_view text)
{
    if (text != "1.2" && text != "1.3") return false;
    config.tls.leastIs13 = text == "1.3";
    return true;
}

bool fsync(Config& config, std::string_view text)
{
    if (text == "always")
        config.fsync = Fsync::Always;
    else if (text == "interval")
        config.fsync = Fsync::Interval;
    else if (text == "never")
        config.fsync = Fsync::Never;
    else
        return false;
    return true;
}

bool auditLevel(std::string_view text, AuditLevel& level)
{
    if (text == "digest")
        level = AuditLevel::Digest;
    else if (text == "facts")
        level = AuditLevel::Facts;
    else if (text == "full")
        level = AuditLevel::Full;
    else
        return false;
    return true;
}

bool inputDigest(Config& config, std::string_view text)
{
    if (text == "off")
        config.inputDigest = InputDigest::Off;
    else if (text == "on")
        config.inputDigest = InputDigest::On;
    else if (text == "hmac")
        config.inputDigest = InputDigest::Hmac;
    else
        return false;
    return true;
}

bool auditUser(Config& config, std::string_view text)
{
    if (text != "reference" && text != "hmac") return false;
    config.hidesUser = text == "hmac";
    return true;
}

bool onFailure(Config& config, std::string_view text)
{
    if (text == "refuse")
        config.onFailure = OnFailure::Refuse;
    else if (text == "continue")
        config.onFailure = OnFailure::Continue;
    else
        return false;
    return true;
}

bool selectionBehavior(Config& config, std::string_view text)
{
    if (text != "any" && text != "at-most-one") return false;
    config.atMostOne = text == "at-most-one";
    return true;
}

bool logLevel(Config& config, std::string_view text)
{
    constexpr std::array<std::string_view, 4> kLevels{"error", "warn", "info", "debug"};
    if (std::ranges::find(kLevels, text) == kLevels.end()) return false;
    config.logLevel = std::string{text};
    return true;
}

bool logFormat(Config& config, std::string_view text)
{
    if (text != "json" && text != "text") return false;
    config.logFormat = std::string{text};
    return true;
}

bool acknowledgedOn(Config& config, std::string_view value)
{
    if (!value.empty()) {
        auto const date = parseDateTime(value);
        if (!date || date->precision != Precision::Day) return false;
    }
    config.acknowledged.on = std::string{value};
    return true;
}

} // namespace tcds::config::take
