#include "server/witness/syslog.hpp"

#include "fhir/base/base64.hpp"
#include "fhir/base/datetime.hpp"

#include <algorithm>
#include <utility>

namespace tcds::witness {

namespace {

constexpr std::string_view kPort = ":6514"; // RFC 5425, 4.1
constexpr int kPriority = 13 * 8 + 5;       // log audit, notice (RFC 5424, 6.2.1)
constexpr std::size_t kMostHostName = 255;

/// PRINTUSASCII without spaces (RFC 5424, 6.2.4).
std::string hostName(std::string const& node)
{
    auto name = node.substr(0, kMostHostName);
    std::ranges::replace_if(
        name, [](char c) { return c <= ' ' || c > '~'; }, '_');
    return name.empty() ? "-" : name;
}

} // namespace

Result<std::unique_ptr<Destination>> Syslog::make(std::string const& hostAndPort,
                                                  TlsFiles const& files)
{
    auto text = hostAndPort;
    auto const colon = text.rfind(':');
    auto const hasPort = colon != std::string::npos && text.find(']', colon) == std::string::npos;
    if (!hasPort) text += kPort;
    auto const url = client::readUrl("https://" + text);
    if (!url || !url->path.empty() || !url->query.empty())
        return Error{Error::Kind::Config, "audit.checkpoints.syslog",
                     "is no host and port" + (url ? std::string{} : ": " + url.error().what),
                     "write collector.example.org:6514"};
    auto context = Wire::context(files);
    if (!context) return context.error();
    return std::unique_ptr<Destination>{new Syslog{url->origin, *std::move(context)}};
}

Syslog::Syslog(client::Origin origin, Wire::Context context)
    : origin_{std::move(origin)}, context_{std::move(context)}
{
}

Result<void> Syslog::deliver(Publication const& publication, Attempt const& attempt)
{
    auto wire = Wire::open(origin_, context_, attempt);
    if (!wire) return wire.error();
    if (auto const written = wire->write(syslogFrame(publication), attempt); !written)
        return written;
    return wire->finish(attempt);
}

std::string syslogFrame(Publication const& publication)
{
    auto const& checkpoint = publication.checkpoint;
    auto const message = "<" + std::to_string(kPriority) + ">1 " + toText(checkpoint.time) + " " +
                         hostName(publication.node) +
                         " twitch-cds - checkpoint - origin=" + publication.origin +
                         " size=" + std::to_string(checkpoint.head.size) +
                         " root=" + toBase64(audit::view(checkpoint.head.root)) +
                         " note=" + toBase64(checkpoint.note);
    return std::to_string(message.size()) + " " + message;
}

} // namespace tcds::witness
