#include "server/http/tls_context.hpp"

#include "server/http/certificate.hpp"
#include "server/http/tls_handles.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

namespace tcds::http {
namespace {

// RFC 9325 section 4.2: forward secrecy and AEAD. TLS 1.3 has no others.
constexpr auto kTls12Suites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr auto kGroups = "X25519:P-256:P-384";
constexpr int kSecurityLevel = 2;   // 112 bits: no RSA below 2048, no SHA-1
constexpr long kSessionLife = 3600; // seconds that a ticket is good for
// One system call reads the two records of a 20 KB call.
constexpr std::size_t kReadBuffer = 32U * 1024U;
constexpr std::string_view kSessions = "twitch-cds";
constexpr std::string_view kHttp11 = "\x08http/1.1";

Error faulty(std::string const& path, std::string what, std::string fix)
{
    return {Error::Kind::Config, path, std::move(what), std::move(fix)};
}

std::string systemText(int code) { return std::generic_category().message(code); }

/// A file that is closed with the object.
class File
{
public:
    explicit File(std::string const& path) : value_{::open(path.c_str(), O_RDONLY | O_CLOEXEC)} {}
    ~File()
    {
        if (value_ >= 0) ::close(value_);
    }
    File(File const&) = delete;
    File& operator=(File const&) = delete;
    [[nodiscard]] int get() const { return value_; }

private:
    int value_;
};

/// Readable by its owner; by a group too where the file is root's, as packages and systemd do it.
std::optional<Error> modeFault(std::string const& path, struct stat const& status)
{
    auto const mode = status.st_mode & 0777U;
    auto const groupReads = (mode & 0070U) == 0040U && status.st_uid == 0;
    if ((mode & 0007U) == 0 && ((mode & 0070U) == 0 || groupReads)) return std::nullopt;
    std::string octal = "0000";
    for (std::size_t i = 0; i < 3; ++i)
        octal[3 - i] = static_cast<char>('0' + (mode >> (3 * i) & 7U));
    return faulty(path, "the mode " + octal + " lets others use the private key",
                  "chmod 600 " + path);
}

/// The key never lies in memory that is not wiped: OpenSSL reads the file itself.
Result<Owned<EVP_PKEY>> readKey(std::string const& path)
{
    File const file{path};
    struct stat status = {};
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0)
        return faulty(path, "the private key cannot be read: " + systemText(errno),
                      "name a PEM file that the service may read");
    if (auto fault = modeFault(path, status)) return *std::move(fault);
    Owned<BIO> const bytes{BIO_new_fd(file.get(), BIO_NOCLOSE)};
    bool encrypted = false;
    auto const noPassword = [](char*, int, int, void* asked) {
        *static_cast<bool*>(asked) = true;
        return -1;
    };
    Owned<EVP_PKEY> key{PEM_read_bio_PrivateKey(bytes.get(), nullptr, noPassword, &encrypted)};
    ERR_clear_error();
    if (encrypted)
        return faulty(path, "the private key is encrypted, and nobody is there to type a password",
                      "store it without one: openssl pkey -in FILE -out NEWFILE");
    if (!key)
        return faulty(path, "holds no private key in PEM form",
                      "name the file with BEGIN PRIVATE KEY");
    return key;
}

Result<void> checkReadable(std::string const& path)
{
    File const file{path};
    if (file.get() >= 0) return {};
    return faulty(path, "cannot be read: " + systemText(errno),
                  "name a PEM file that the service may read");
}

/// The one protocol that is spoken; a client that insists on another gets none (RFC 7301).
int chooseProtocol(SSL*, unsigned char const** chosen, unsigned char* size,
                   unsigned char const* offered, unsigned offeredSize, void*)
{
    auto const* own = reinterpret_cast<unsigned char const*>(kHttp11.data());
    unsigned char* found = nullptr;
    auto const selected = SSL_select_next_proto(
        &found, size, own, static_cast<unsigned>(kHttp11.size()), offered, offeredSize);
    *chosen = found;
    return selected == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// After OpenSSL's own verdict on each certificate of the chain: may this client come?
int judgeClient(int good, X509_STORE_CTX* store)
{
    if (good != 1 || X509_STORE_CTX_get_error_depth(store) != 0) return good;
    auto const* ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto const* context =
        static_cast<TlsContext const*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    if (context->admits(*X509_STORE_CTX_get_current_cert(store))) return 1;
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

void restrict(SSL_CTX& context, Tls const& tls)
{
    auto const least = tls.leastVersion == Tls::Version::Tls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
    SSL_CTX_set_min_proto_version(&context, least);
    SSL_CTX_set_security_level(&context, kSecurityLevel);
    SSL_CTX_set_cipher_list(&context, kTls12Suites);
    SSL_CTX_set1_groups_list(&context, kGroups);
    // A connection that ends without a farewell is an end of input: lengths say what is missing.
    SSL_CTX_set_options(&context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                      SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                      SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_alpn_select_cb(&context, chooseProtocol, nullptr);
}

void tune(SSL_CTX& context)
{
    SSL_CTX_set_mode(&context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                   SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(&context, 1);
    SSL_CTX_set_default_read_buffer_len(&context, kReadBuffer);
    SSL_CTX_set_session_id_context(&context,
                                   reinterpret_cast<unsigned char const*>(kSessions.data()),
                                   static_cast<unsigned>(kSessions.size()));
    SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF); // tickets hold the sessions
    SSL_CTX_set_timeout(&context, kSessionLife);
}

Result<void> loadOwn(SSL_CTX& context, Tls const& tls)
{
    if (auto readable = checkReadable(tls.certificateFile); !readable) return readable.error();
    if (SSL_CTX_use_certificate_chain_file(&context, tls.certificateFile.c_str()) != 1)
        return faulty(tls.certificateFile,
                      "holds no certificate that can be served: " + takeOpenSslError(),
                      "name a PEM file with the certificate first, then its intermediates");
    auto const key = readKey(tls.keyFile);
    if (!key) return key.error();
    if (SSL_CTX_use_PrivateKey(&context, key->get()) != 1 ||
        SSL_CTX_check_private_key(&context) != 1) {
        ERR_clear_error();
        return faulty(tls.keyFile, "does not belong to the certificate in " + tls.certificateFile,
                      "replace both files together");
    }
    return {};
}

Result<void> loadRevocations(SSL_CTX& context, std::string const& path)
{
    auto* store = SSL_CTX_get_cert_store(&context);
    auto* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
    if (X509_load_crl_file(lookup, path.c_str(), X509_FILETYPE_PEM) < 1) {
        ERR_clear_error();
        return faulty(path, "holds no certificate revocation list in PEM form",
                      "name a file with BEGIN X509 CRL");
    }
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    return {};
}

bool holdsOldRevocations(SSL_CTX& context)
{
    auto const* objects = X509_STORE_get0_objects(SSL_CTX_get_cert_store(&context));
    for (int i = 0; i < sk_X509_OBJECT_num(objects); ++i) {
        auto* list = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(objects, i));
        auto const* next = list == nullptr ? nullptr : X509_CRL_get0_nextUpdate(list);
        if (next != nullptr && X509_cmp_current_time(next) < 0) return true;
    }
    return false;
}

Result<void> loadClients(SSL_CTX& context, Tls const& tls)
{
    if (auto readable = checkReadable(tls.clientCaFile); !readable) return readable.error();
    auto* names = SSL_load_client_CA_file(tls.clientCaFile.c_str());
    if (names == nullptr || SSL_CTX_load_verify_file(&context, tls.clientCaFile.c_str()) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        ERR_clear_error();
        return faulty(tls.clientCaFile, "holds no certificate in PEM form",
                      "name a file with the roots of the clients' certificates");
    }
    SSL_CTX_set_client_CA_list(&context, names); // owns them now
    auto const whether = tls.clientCertificate == Tls::ClientCertificate::Required
                             ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
                             : SSL_VERIFY_PEER;
    SSL_CTX_set_verify(&context, whether, judgeClient);
    if (tls.crlFile.empty()) return {};
    if (auto readable = checkReadable(tls.crlFile); !readable) return readable.error();
    return loadRevocations(context, tls.crlFile);
}

} // namespace

struct TlsContext::Native {
    Owned<SSL_CTX> context{SSL_CTX_new(TLS_server_method())};
};

TlsContext::TlsContext() : native_{std::make_unique<Native>()} {}
TlsContext::~TlsContext() = default;

ssl_ctx_st* TlsContext::native() const { return native_->context.get(); }

Result<std::shared_ptr<TlsContext const>> TlsContext::load(Tls const& tls)
{
    ERR_clear_error();
    std::shared_ptr<TlsContext> const made{new TlsContext};
    auto* native = made->native_->context.get();
    if (native == nullptr)
        return Error{Error::Kind::Internal, "TLS", "cannot begin: " + takeOpenSslError(),
                     "see the operations log"};
    restrict(*native, tls);
    tune(*native);
    SSL_CTX_set_app_data(native, made.get());
    if (auto own = loadOwn(*native, tls); !own) return own.error();
    if (!tls.clientCaFile.empty())
        if (auto clients = loadClients(*native, tls); !clients) return clients.error();
    made->clientNames_ = tls.clientNames;

    auto const& certificate = *SSL_CTX_get0_certificate(native);
    made->validUntil_ = endOf(certificate);
    switch (validityOf(certificate)) {
    case Validity::Valid:
        break;
    case Validity::Expired:
        made->warnings_.push_back("the certificate in " + tls.certificateFile + " ended at " +
                                  made->validUntil_ + ": clients will refuse it");
        break;
    case Validity::NotYet:
        made->warnings_.push_back("the certificate in " + tls.certificateFile +
                                  " is not valid yet: clients will refuse it");
        break;
    }
    if (holdsOldRevocations(*native))
        made->warnings_.push_back("a revocation list in " + tls.crlFile +
                                  " is past its next update: its clients are refused");
    return std::shared_ptr<TlsContext const>{made};
}

bool TlsContext::admits(x509_st const& certificate) const
{
    if (clientNames_.empty()) return true;
    auto const names = alternativeNames(certificate);
    return std::ranges::any_of(names, [this](std::string const& name) {
        return std::ranges::find(clientNames_, name) != clientNames_.end();
    });
}

} // namespace tcds::http
