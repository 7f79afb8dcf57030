#include "fhir/client/probe.hpp"

#include "fhir/client/answer_reader.hpp"
#include "fhir/client/request_head.hpp"
#include "fhir/client/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace tcds::client {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;

constexpr std::size_t kReadBytes = 16U * 1024U;

struct FreeSession {
    void operator()(SSL* session) const { SSL_free(session); }
};

/// OpenSSL tells about the chain one fault at a time; each is noted and none ends the handshake.
int noteFault(int good, X509_STORE_CTX* context)
{
    if (good == 1) return 1;
    auto const* const session = static_cast<SSL*>(
        X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* const faults = static_cast<std::vector<CertificateFault>*>(SSL_get_app_data(session));
    auto fault = certificateFault(X509_STORE_CTX_get_error(context));
    if (std::ranges::find(*faults, fault.kind, &CertificateFault::kind) == faults->end())
        faults->push_back(std::move(fault));
    return 1;
}

/// A connection with a deadline, plain or in TLS.
class Channel
{
public:
    explicit Channel(TimePoint deadline) : deadline_{deadline} {}
    ~Channel()
    {
        session_.reset();
        if (socket_ >= 0) ::close(socket_);
    }
    Channel(Channel const&) = delete;
    Channel& operator=(Channel const&) = delete;

    void setDeadline(TimePoint deadline) { deadline_ = deadline; }
    bool connect(IpAddress const& address, std::uint16_t port);
    bool handshake(SSL_CTX* context, Origin const& origin, std::vector<CertificateFault>& faults);
    bool send(std::string_view bytes);
    /// @return bytes read, 0 at an end in order, -1 when it broke or the time is over
    long receive(char* into, std::size_t size);

    [[nodiscard]] SSL const* session() const { return session_.get(); }
    [[nodiscard]] bool late() const { return late_; }
    [[nodiscard]] int error() const { return error_; }

private:
    bool await(short what);
    template <class Step>
    int drive(Step step);

    TimePoint deadline_;
    int socket_ = -1;
    std::unique_ptr<SSL, FreeSession> session_;
    bool late_ = false;
    int error_ = 0; // errno of the last failure
};

bool Channel::await(short what)
{
    for (;;) {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline_ - std::chrono::steady_clock::now());
        pollfd watched{socket_, what, 0};
        auto const ready =
            left.count() <= 0 ? 0 : ::poll(&watched, 1, static_cast<int>(left.count()));
        if (ready > 0) return true;
        if (ready < 0 && errno == EINTR) continue;
        late_ = true;
        return false;
    }
}

bool Channel::connect(IpAddress const& address, std::uint16_t port)
{
    sockaddr_storage peer{};
    socklen_t size = sizeof(sockaddr_in);
    if (address.v6) {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        std::memcpy(&v6.sin6_addr, address.bytes.data(), 16);
        std::memcpy(&peer, &v6, sizeof v6);
        size = sizeof v6;
    } else {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        std::memcpy(&v4.sin_addr, address.bytes.data(), 4);
        std::memcpy(&peer, &v4, sizeof v4);
    }
    socket_ = ::socket(peer.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_ < 0) {
        error_ = errno;
        return false;
    }
    int const on = 1; // the end of the handshake and the request are small and follow each other
    (void)::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket_, reinterpret_cast<sockaddr const*>(&peer), size) == 0) return true;
    error_ = errno;
    if (error_ != EINPROGRESS || !await(POLLOUT)) return false;
    socklen_t width = sizeof error_;
    (void)::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error_, &width);
    return error_ == 0;
}

/// Repeats a step of OpenSSL until it is done. @return its result, at most 0 when it failed
template <class Step>
int Channel::drive(Step step)
{
    for (;;) {
        ERR_clear_error();
        auto const result = step();
        if (result > 0) return result;
        auto const wanted = SSL_get_error(session_.get(), result);
        if (wanted == SSL_ERROR_ZERO_RETURN) return 0;
        if (wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE) return -1;
        if (!await(wanted == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT)) return -1;
    }
}

bool Channel::handshake(SSL_CTX* context, Origin const& origin,
                        std::vector<CertificateFault>& faults)
{
    session_.reset(SSL_new(context));
    if (session_ == nullptr || !expectHost(session_.get(), origin)) return false;
    SSL_set_app_data(session_.get(), &faults);
    SSL_set_verify(session_.get(), SSL_VERIFY_PEER, noteFault);
    return SSL_set_fd(session_.get(), socket_) == 1 &&
           drive([this] { return SSL_connect(session_.get()); }) == 1;
}

bool Channel::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        long sent = 0;
        if (session_ != nullptr) {
            sent = drive([&] {
                return SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
            });
        } else {
            if (!await(POLLOUT)) return false;
            sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        }
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

long Channel::receive(char* into, std::size_t size)
{
    if (session_ != nullptr)
        return drive([&] { return SSL_read(session_.get(), into, static_cast<int>(size)); });
    if (!await(POLLIN)) return -1;
    return ::recv(socket_, into, size, 0);
}

std::vector<Certificate> chainOf(SSL const* session)
{
    std::vector<Certificate> chain;
    auto const* const shown = SSL_get_peer_cert_chain(session);
    for (int i = 0; shown != nullptr && i < sk_X509_num(shown); ++i)
        chain.push_back(readCertificate(*sk_X509_value(shown, i)));
    return chain;
}

/// The addresses that may be connected to; empty when the probe ends here.
std::vector<IpAddress> allowedAddresses(Url const& url, ProbeOptions const& options,
                                        Outside const& outside, Probe& found)
{
    auto const literal = readAddress(url.origin.host);
    found.addresses = literal ? std::vector{*literal} : outside.addresses(url.origin.host);
    found.reached = Reached::Name;
    if (found.addresses.empty()) {
        found.why = "the name has no address";
        return {};
    }
    found.reached = Reached::Policy;
    std::vector<IpAddress> allowed;
    for (auto const& address : found.addresses) {
        auto const refused = refusal(options.networks, address);
        if (refused.empty())
            allowed.push_back(address);
        else
            found.why = toText(address) + " (" + std::string{refused} + ")";
    }
    return allowed;
}

std::string wordsOf(Channel const& channel)
{
    if (channel.late()) return "no answer to the connection in time";
    if (channel.error() == ECONNREFUSED) return "nothing listens there (connection refused)";
    return std::strerror(channel.error()); // NOLINT: one thread
}

/// @return the open channel; nullptr when no address takes a connection
std::unique_ptr<Channel> connectedTo(std::vector<IpAddress> const& addresses, Url const& url,
                                     TimePoint deadline, Outside const& outside, Probe& found)
{
    found.reached = Reached::Address;
    auto left = static_cast<int>(addresses.size());
    for (auto const& address : addresses) {
        auto const now = std::chrono::steady_clock::now();
        auto const share = now + (deadline - now) / left--;
        auto channel = std::make_unique<Channel>(share);
        if (outside.connecting) outside.connecting(address, url.origin.port);
        if (channel->connect(address, url.origin.port)) {
            found.address = address;
            channel->setDeadline(deadline);
            return channel;
        }
        found.why = wordsOf(*channel);
    }
    return nullptr;
}

/// @return whether the server may be asked
bool trusted(Channel& channel, SSL_CTX* context, Origin const& origin, Probe& found)
{
    found.reached = Reached::Handshake;
    auto const agreed = channel.handshake(context, origin, found.faults);
    if (!agreed) {
        auto const* const reason = ERR_reason_error_string(ERR_peek_last_error());
        found.why = channel.late()      ? "no handshake in time"
                    : reason != nullptr ? std::string{reason}
                                        : "the server closed the connection";
        return false;
    }
    found.reached = Reached::Trust;
    found.tlsVersion = SSL_get_version(channel.session());
    found.chain = chainOf(channel.session());
    if (!found.faults.empty()) found.why = found.faults.front().words;
    return found.faults.empty();
}

std::string_view wordsOf(Failure failure)
{
    if (failure == Failure::TooLarge) return "the answer is larger than the limit";
    if (failure == Failure::Malformed) return "the answer is not HTTP";
    return "the connection ended before the answer was complete";
}

void converse(Channel& channel, Url const& url, AccessToken const* token,
              ProbeOptions const& options, Probe& found)
{
    found.reached = Reached::Question;
    auto const begun = std::chrono::steady_clock::now();
    auto head = requestHead(url, token, options.accept, newRequestId());
    auto const sent = channel.send(head);
    wipe(head);
    AnswerReader reader{options.bytes};
    std::string input;
    std::array<char, kReadBytes> part; // NOLINT: filled by the reads
    while (sent && !reader.complete() && reader.failure() == Failure::None) {
        auto const got = channel.receive(part.data(), part.size());
        if (got > 0) {
            input.append(part.data(), static_cast<std::size_t>(got));
            input.erase(0, reader.feed(input));
        } else {
            reader.inputEnded(got == 0);
        }
    }
    found.took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begun);
    if (!reader.complete() || reader.failure() != Failure::None) {
        found.why = channel.late() ? "no answer in time" : std::string{wordsOf(reader.failure())};
        return;
    }
    found.reached = Reached::Answer;
    found.reply = reader.takeReply();
}

} // namespace

Probe probe(Url const& url, AccessToken const* token, ProbeOptions const& options,
            Outside const& outside)
{
    Probe found;
    if (!url.origin.tls && !options.networks.plainHttp) {
        found.why = "plain http is not allowed in this mode";
        return found;
    }
    // Reading the certificates of the system takes a while.
    auto const context = url.origin.tls ? makeTlsContext(options.caFile) : TlsContext{};
    auto const addresses = allowedAddresses(url, options, outside, found);
    if (addresses.empty()) return found;
    auto const deadline = std::chrono::steady_clock::now() + options.patience;
    auto const channel = connectedTo(addresses, url, deadline, outside, found);
    if (channel == nullptr) return found;
    if (url.origin.tls && !trusted(*channel, context.get(), url.origin, found)) return found;
    found.why.clear();
    converse(*channel, url, token, options, found);
    return found;
}

} // namespace tcds::client
