#include "server/witness/wire.hpp"

#include "server/audit/descriptor.hpp"

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace tcds::witness {

namespace {

using audit::Descriptor;
using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds kFarewell{2};

std::string systemText(int code) { return std::generic_category().message(code); }

std::string tlsText()
{
    auto const code = ERR_get_error();
    ERR_clear_error();
    std::array<char, 160> text{};
    if (code == 0) return "the connection was cut";
    auto const* const reason = ERR_reason_error_string(code);
    if (reason != nullptr) return reason;
    ERR_error_string_n(code, text.data(), text.size());
    return text.data();
}

struct FreeSession {
    void operator()(SSL* session) const { SSL_free(session); }
};
struct FreeAddresses {
    void operator()(addrinfo* addresses) const { ::freeaddrinfo(addresses); }
};

} // namespace

struct Wire::Impl {
    std::string where; // "host:port"
    Descriptor socket;
    std::unique_ptr<SSL, FreeSession> session; // null: plain

    [[nodiscard]] Error lost(std::string what) const
    {
        return {Error::Kind::Unavailable, where, std::move(what),
                "see that the host is up and the firewall lets this one through"};
    }

    /// Waits until the socket can be read or written.
    Result<void> wait(short events, Attempt const& attempt) const
    {
        for (;;) {
            auto const left =
                std::chrono::ceil<std::chrono::milliseconds>(attempt.deadline - Steady::now())
                    .count();
            if (left <= 0) return lost("does not answer in time");
            std::array<pollfd, 2> polled{pollfd{socket.get(), events, 0},
                                         pollfd{attempt.stop.descriptor(), POLLIN, 0}};
            auto const ready = ::poll(polled.data(), polled.size(),
                                      static_cast<int>(std::min<long long>(left, INT_MAX)));
            if (ready < 0 && errno != EINTR)
                return lost("cannot be waited for: " + systemText(errno));
            if (polled[1].revents != 0) return lost("the service ends");
            if (ready > 0 && polled[0].revents != 0) return {};
        }
    }

    Result<void> dial(addrinfo const& address, Attempt const& attempt)
    {
        socket = Descriptor{::socket(address.ai_family,
                                     address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                                     address.ai_protocol)};
        if (!socket.open()) return lost("no socket: " + systemText(errno));
        if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return {};
        if (errno != EINPROGRESS) return lost("cannot be reached: " + systemText(errno));
        if (auto const ready = wait(POLLOUT, attempt); !ready) return ready;
        int code = 0;
        socklen_t length = sizeof code;
        if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &code, &length) != 0) code = errno;
        if (code != 0) return lost("cannot be reached: " + systemText(code));
        return {};
    }

    Result<void> connect(client::Origin const& origin, Attempt const& attempt)
    {
        addrinfo hints = {};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_ADDRCONFIG;
        addrinfo* found = nullptr;
        auto const code = ::getaddrinfo(origin.host.c_str(), std::to_string(origin.port).c_str(),
                                        origin.isLiteral() ? nullptr : &hints, &found);
        if (code != 0) return lost(std::string{"its name is not known: "} + ::gai_strerror(code));
        std::unique_ptr<addrinfo, FreeAddresses> const addresses{found};
        Result<void> last = lost("has no address");
        for (auto const* each = found; each != nullptr; each = each->ai_next) {
            if (each->ai_socktype != SOCK_STREAM) continue;
            last = dial(*each, attempt);
            if (last) return last;
        }
        return last;
    }

    /// Repeats a call of OpenSSL until it is done.
    template <class Call>
    Result<int> repeat(Call const& call, Attempt const& attempt)
    {
        for (;;) {
            ERR_clear_error();
            auto const done = call();
            if (done > 0) return done;
            switch (SSL_get_error(session.get(), done)) {
            case SSL_ERROR_WANT_READ:
                if (auto const ready = wait(POLLIN, attempt); !ready) return ready.error();
                break;
            case SSL_ERROR_WANT_WRITE:
                if (auto const ready = wait(POLLOUT, attempt); !ready) return ready.error();
                break;
            case SSL_ERROR_ZERO_RETURN:
                return 0;
            default:
                return lost(tlsText());
            }
        }
    }

    Result<void> shake(client::Origin const& origin, ssl_ctx_st* context, Attempt const& attempt)
    {
        session.reset(SSL_new(context));
        if (!session || SSL_set_fd(session.get(), socket.get()) != 1 ||
            !client::expectHost(session.get(), origin))
            throw std::runtime_error{"TLS: OpenSSL cannot make a session"};
        auto const shaken = repeat([&] { return SSL_connect(session.get()); }, attempt);
        if (shaken && *shaken > 0) return {};
        auto const fault = client::certificateFault(session.get());
        if (!fault.empty())
            return Error{Error::Kind::Unavailable, where, "its certificate is not good: " + fault,
                         "name the authority of its certificate, and the host as the certificate "
                         "does"};
        return shaken ? lost("ends the handshake of TLS") : shaken.error();
    }
};

Result<Wire::Context> Wire::context(TlsFiles const& files)
{
    auto const faulty = [](std::string const& where, std::string what, std::string fix) {
        return Error{Error::Kind::Config, where, std::move(what), std::move(fix)};
    };
    client::TlsContext made;
    try {
        made = client::makeTlsContext(files.caFile);
    } catch (std::runtime_error const& failure) {
        return faulty(files.caFile, failure.what(), "name a readable file with PEM certificates");
    }
    (void)SSL_CTX_set_alpn_protos(made.get(), nullptr, 0);
    if (!files.certificateFile.empty() &&
        SSL_CTX_use_certificate_chain_file(made.get(), files.certificateFile.c_str()) != 1)
        return faulty(files.certificateFile, "holds no certificate: " + tlsText(),
                      "name a PEM file with the certificate of the service and its intermediates");
    if (!files.certificateFile.empty() &&
        (SSL_CTX_use_PrivateKey_file(made.get(), files.keyFile.c_str(), SSL_FILETYPE_PEM) != 1 ||
         SSL_CTX_check_private_key(made.get()) != 1))
        return faulty(files.keyFile, "is not the key of the certificate: " + tlsText(),
                      "name the PEM file with the private key of " + files.certificateFile);
    return Context{made.release(), client::FreeTlsContext{}};
}

Wire::Wire(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Wire::Wire(Wire&&) noexcept = default;
Wire& Wire::operator=(Wire&&) noexcept = default;
Wire::~Wire() = default;

Result<Wire> Wire::open(client::Origin const& origin, Context const& context,
                        Attempt const& attempt)
{
    auto impl = std::make_unique<Impl>();
    impl->where = origin.host + ":" + std::to_string(origin.port);
    if (auto const connected = impl->connect(origin, attempt); !connected) return connected.error();
    if (origin.tls)
        if (auto const shaken = impl->shake(origin, context.get(), attempt); !shaken)
            return shaken.error();
    return Wire{std::move(impl)};
}

Result<void> Wire::write(std::string_view bytes, Attempt const& attempt)
{
    while (!bytes.empty()) {
        auto const size = static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX));
        if (impl_->session) {
            auto const written = impl_->repeat(
                [&] { return SSL_write(impl_->session.get(), bytes.data(), size); }, attempt);
            if (!written) return written.error();
            if (*written == 0) return impl_->lost("closed the connection");
            bytes.remove_prefix(static_cast<std::size_t>(*written));
            continue;
        }
        auto const written = ::send(impl_->socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
        if (written >= 0 || errno == EINTR) continue;
        if (errno != EAGAIN) return impl_->lost("closed the connection: " + systemText(errno));
        if (auto const ready = impl_->wait(POLLOUT, attempt); !ready) return ready;
    }
    return {};
}

Result<std::size_t> Wire::read(std::span<char> into, Attempt const& attempt)
{
    auto const size = static_cast<int>(std::min<std::size_t>(into.size(), INT_MAX));
    if (impl_->session) {
        auto const got = impl_->repeat(
            [&] { return SSL_read(impl_->session.get(), into.data(), size); }, attempt);
        if (!got) return got.error();
        return static_cast<std::size_t>(*got);
    }
    for (;;) {
        auto const got = ::recv(impl_->socket.get(), into.data(), into.size(), 0);
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return impl_->lost("cut the connection: " + systemText(errno));
        if (auto const ready = impl_->wait(POLLIN, attempt); !ready) return ready.error();
    }
}

Result<void> Wire::finish(Attempt const& attempt)
{
    if (impl_->session) {
        // Some end with TCP alone; that tells as much, for a close before all was read is a reset.
        SSL_set_options(impl_->session.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
        (void)SSL_shutdown(impl_->session.get()); // what it says is seen in what follows
    }
    (void)::shutdown(impl_->socket.get(), SHUT_WR);
    auto const until = std::min(attempt.deadline, Steady::now() + kFarewell);
    std::array<char, 512> rest{};
    for (;;) {
        auto const got = read(rest, {until, attempt.stop});
        if (got && *got == 0) return {};
        if (got) continue;
        if (Steady::now() >= until) return {}; // it need not answer (RFC 5425, 4.4)
        return got.error();
    }
}

} // namespace tcds::witness
