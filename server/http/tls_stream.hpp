#pragma once

#include "server/http/tls_context.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::http {

/// The TLS of one connection over a socket that does not block. Never waits: what cannot go on says
/// what it waits for, and is called again then.
class TlsStream
{
public:
    enum class Wait : std::uint8_t { Nothing, Readable, Writable };
    struct Step {
        std::size_t bytes = 0;     // moved; 0 with Wait::Nothing: there is nothing more
        Wait wait = Wait::Nothing; // until then nothing can move
        bool ended = false;        // the peer has closed its side
        bool failed = false;       // see failure()
    };

    /// @param socket  stays open as long as the stream
    TlsStream(std::shared_ptr<TlsContext const> context, int socket);
    ~TlsStream();
    TlsStream(TlsStream const&) = delete;
    TlsStream& operator=(TlsStream const&) = delete;

    /// Done when it waits for nothing and has not failed.
    [[nodiscard]] Step handshake();
    [[nodiscard]] Step read(char* bytes, std::size_t size);
    [[nodiscard]] Step write(std::string_view bytes);
    /// Tells the peer that nothing more comes, if that can be told at once.
    void sayGoodbye();

    /// Why a step failed, for the log: OpenSSL's words or those of the certificate check.
    [[nodiscard]] std::string const& failure() const { return failure_; }
    /// The handshake failed because the peer speaks HTTP without TLS.
    [[nodiscard]] bool metPlainHttp() const { return plainHttp_; }
    /// After the handshake: the names of the client's certificate; empty without one.
    [[nodiscard]] std::vector<std::string> const& peerNames() const { return peerNames_; }

private:
    struct Native;
    Step outcome(int result, std::size_t bytes);
    void noteFailure();
    bool admitPeer();

    std::shared_ptr<TlsContext const> context_; // its address is known to the handshake
    std::unique_ptr<Native> native_;
    std::vector<std::string> peerNames_;
    std::string failure_;
    bool plainHttp_ = false;
    bool open_ = false; // handshake done, nothing failed
};

} // namespace tcds::http
