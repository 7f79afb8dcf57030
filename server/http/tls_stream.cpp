#include "server/http/tls_stream.hpp"

#include "server/http/certificate.hpp"
#include "server/http/tls_handles.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

namespace tcds::http {
namespace {

int socketOf(BIO* bio)
{
    return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

int receiveBytes(BIO* bio, char* bytes, int size)
{
    BIO_clear_retry_flags(bio);
    auto const got = ::recv(socketOf(bio), bytes, static_cast<std::size_t>(size), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return static_cast<int>(got);
}

int sendBytes(BIO* bio, char const* bytes, int size)
{
    BIO_clear_retry_flags(bio);
    auto const sent =
        ::send(socketOf(bio), bytes, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
}

long control(BIO* bio, int what, long, void*)
{
    if (what == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    return what == BIO_CTRL_FLUSH ? 1 : 0;
}

/// OpenSSL's own kind for sockets raises SIGPIPE when the peer has gone.
BIO_METHOD* socketMethod()
{
    static Owned<BIO_METHOD> const method = [] {
        Owned<BIO_METHOD> made{BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket")};
        BIO_meth_set_read(made.get(), receiveBytes);
        BIO_meth_set_write(made.get(), sendBytes);
        BIO_meth_set_ctrl(made.get(), control);
        return made;
    }();
    return method.get();
}

} // namespace

struct TlsStream::Native {
    Owned<SSL> ssl;
};

TlsStream::TlsStream(std::shared_ptr<TlsContext const> context, int socket)
    : context_{std::move(context)}, native_{std::make_unique<Native>()}
{
    native_->ssl.reset(SSL_new(context_->native()));
    auto* bio = BIO_new(socketMethod());
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
    BIO_set_init(bio, 1);
    SSL_set_bio(native_->ssl.get(), bio, bio);
    SSL_set_accept_state(native_->ssl.get());
}

TlsStream::~TlsStream() = default;

TlsStream::Step TlsStream::handshake()
{
    ERR_clear_error();
    auto const result = SSL_do_handshake(native_->ssl.get());
    if (result != 1) return outcome(result, 0);
    open_ = admitPeer();
    return {.failed = !open_};
}

/// A session may be resumed after the certificate that began it has ended.
bool TlsStream::admitPeer()
{
    Owned<X509> const peer{SSL_get1_peer_certificate(native_->ssl.get())};
    if (!peer) return true;
    if (validityOf(*peer) != Validity::Valid) {
        failure_ = "the client certificate of the resumed session is out of its time";
        return false;
    }
    peerNames_ = alternativeNames(*peer);
    return true;
}

TlsStream::Step TlsStream::read(char* bytes, std::size_t size)
{
    auto* ssl = native_->ssl.get();
    std::size_t all = 0;
    while (all < size) { // as many records as have been received
        ERR_clear_error();
        std::size_t got = 0;
        auto const result = SSL_read_ex(ssl, bytes + all, size - all, &got);
        all += got;
        if (result != 1 && all == 0) return outcome(result, 0);
        if (result != 1 || SSL_has_pending(ssl) == 0) break;
    }
    return {.bytes = all};
}

TlsStream::Step TlsStream::write(std::string_view bytes)
{
    ERR_clear_error();
    std::size_t sent = 0;
    auto const result = SSL_write_ex(native_->ssl.get(), bytes.data(), bytes.size(), &sent);
    return outcome(result, sent);
}

void TlsStream::sayGoodbye()
{
    if (!std::exchange(open_, false)) return; // not to be called after a failure
    ERR_clear_error();
    (void)SSL_shutdown(native_->ssl.get()); // nobody waits for the answer
    ERR_clear_error();
}

TlsStream::Step TlsStream::outcome(int result, std::size_t bytes)
{
    if (result == 1) return {.bytes = bytes};
    switch (SSL_get_error(native_->ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
        return {.wait = Wait::Readable};
    case SSL_ERROR_WANT_WRITE:
        return {.wait = Wait::Writable};
    case SSL_ERROR_ZERO_RETURN:
        if (failure_.empty()) failure_ = "the client ended the connection";
        return {.ended = true, .failed = !open_};
    default:
        noteFailure();
        return {.failed = true};
    }
}

void TlsStream::noteFailure()
{
    open_ = false;
    auto const error = ERR_peek_error();
    auto const verdict = SSL_get_verify_result(native_->ssl.get());
    plainHttp_ = ERR_GET_REASON(error) == SSL_R_HTTP_REQUEST;
    if (verdict == X509_V_ERR_APPLICATION_VERIFICATION)
        failure_ = "no name of the client certificate is listed";
    else if (verdict != X509_V_OK)
        failure_ = std::string{"client certificate: "} + X509_verify_cert_error_string(verdict);
    else if (error == 0)
        failure_ = "the client ended the connection";
    else
        failure_ = takeOpenSslError();
    ERR_clear_error();
}

} // namespace tcds::http
