#pragma once

#include "fhir/base/result.hpp"
#include "fhir/client/tls.hpp"
#include "fhir/client/url.hpp"
#include "server/witness/destination.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tcds::witness {

/// Whom the service trusts when it connects, and as whom.
struct TlsFiles {
    std::string caFile;                   // "": the authorities of the system
    std::string certificateFile, keyFile; // of the service; "": none
};

/// A connection that was made for some checkpoints and is closed after them. One thread.
class Wire
{
public:
    using Context = std::shared_ptr<ssl_ctx_st>;

    /// What connections with TLS are made from; the protocol of the application is not negotiated.
    /// @error Config: a file that cannot be used
    static Result<Context> context(TlsFiles const& files);

    /// Connects to the first address of the host that answers and, where origin.tls, verifies its
    /// certificate and name.
    /// @param context  of TLS; may be null for plain origins. Outlives the connection
    /// @error Unavailable; `where` = host:port
    static Result<Wire> open(client::Origin const& origin, Context const& context,
                             Attempt const& attempt);

    Wire(Wire&&) noexcept;
    Wire& operator=(Wire&&) noexcept;
    ~Wire();

    /// @error Unavailable, as of all that follow
    Result<void> write(std::string_view bytes, Attempt const& attempt);
    /// @return how many bytes came; 0: the other side has closed in order
    Result<std::size_t> read(std::span<char> into, Attempt const& attempt);
    /// Says that nothing more comes, and waits for two seconds at most until the other side, which
    /// has then read all of it, closes as well.
    Result<void> finish(Attempt const& attempt);

private:
    struct Impl;
    explicit Wire(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::witness
