#include "server/witness/http_post.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace tcds::witness {

namespace {

constexpr std::size_t kMostHead = 16U * 1024U; // of an answer

/// 201 of "HTTP/1.1 201 Created".
int statusOf(std::string_view head)
{
    int status = 0;
    if (!head.starts_with("HTTP/1.") || head.size() < 12 || head[8] != ' ') return 0;
    auto const* const digits = head.data() + 9;
    auto const [end, failure] = std::from_chars(digits, digits + 3, status);
    return failure == std::errc{} && end == digits + 3 ? status : 0;
}

/// Head of the answer, without waiting for what follows it; interim ones (1xx) are passed over.
Result<int> readStatus(Wire& wire, std::string const& where, Attempt const& attempt)
{
    std::string head;
    std::array<char, 2048> part{};
    for (;;) {
        auto const end = head.find("\r\n\r\n");
        if (end != std::string::npos) {
            auto const status = statusOf(head);
            if (status < 100 || status > 199) return status;
            head.erase(0, end + 4);
            continue;
        }
        auto const got = wire.read(part, attempt);
        if (!got) return got.error();
        head.append(part.data(), *got);
        if (*got == 0 || head.size() > kMostHead)
            return Error{Error::Kind::Unavailable, where, "does not answer as HTTP does",
                         "see what listens there"};
    }
}

} // namespace

Result<std::unique_ptr<Destination>> HttpPost::make(std::string const& url, TlsFiles const& files)
{
    auto read = client::readUrl(url);
    if (!read)
        return Error{Error::Kind::Config, "audit.checkpoints.http", read.error().what,
                     "write https://witness.example.org/checkpoints"};
    Wire::Context context;
    if (read->origin.tls) {
        auto made = Wire::context(files);
        if (!made) return made.error();
        context = *std::move(made);
    }
    return std::unique_ptr<Destination>{new HttpPost{*std::move(read), std::move(context)}};
}

HttpPost::HttpPost(client::Url url, Wire::Context context)
    : url_{std::move(url)}, context_{std::move(context)}
{
}

Result<void> HttpPost::deliver(Publication const& publication, Attempt const& attempt)
{
    auto wire = Wire::open(url_.origin, context_, attempt);
    if (!wire) return wire.error();
    auto const& note = publication.checkpoint.note;
    auto const request = "POST " + url_.target() +
                         " HTTP/1.1\r\nHost: " + client::authority(url_.origin) +
                         "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " +
                         std::to_string(note.size()) +
                         "\r\nUser-Agent: twitch-cds\r\nConnection: close\r\n\r\n" + note;
    if (auto const written = wire->write(request, attempt); !written) return written;
    auto const where = client::toText(url_.origin);
    auto const status = readStatus(*wire, where, attempt);
    if (!status) return status.error();
    if (*status >= 200 && *status <= 299) return {};
    return Error{Error::Kind::Unavailable, where,
                 "answers " + std::to_string(*status) + " to the checkpoint",
                 "see the log of that endpoint"};
}

} // namespace tcds::witness
