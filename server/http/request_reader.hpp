#pragma once

#include "server/http/message.hpp"
#include "server/http/refusal.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tcds::http {

/// Bounds of one request, in bytes.
struct RequestLimits {
    std::size_t body = 10U * 1024U * 1024U; // decoded; decision D47
    std::size_t header = 16U * 1024U;       // request line included
    std::size_t target = 8U * 1024U;
};

/// Turns the bytes of one connection into requests, without doing any I/O. One message at a time:
/// `begin()`, then `feed()` until `finished()`.
///
/// Whatever could be read in two ways (RFC 9112 section 11.2, request smuggling) is refused and
/// ends the connection.
class RequestReader
{
public:
    enum class State : std::uint8_t {
        Empty,    // no byte of the message yet
        Header,   // within request line or fields
        Body,     // header complete and acceptable, body still to come
        Complete, // request() is whole
        Refused   // refusal() says why
    };

    explicit RequestReader(RequestLimits const& limits);
    ~RequestReader();
    RequestReader(RequestReader const&) = delete;
    RequestReader& operator=(RequestReader const&) = delete;

    /// Starts the next message; buffers of the last one are kept.
    void begin();

    /// Takes bytes that follow those taken before. Stops after the header (so that the caller can
    /// send an interim answer) and at the end of the message: what was not taken must be offered
    /// again, in front of new bytes. Offer at least `limits.header` bytes before giving up.
    /// @return how many bytes were taken
    std::size_t feed(std::string_view bytes);

    /// The peer will send nothing more: an unfinished message is refused with 400.
    void inputEnded();
    /// The deadline of the header or the body has passed: refused with 408.
    void timedOut();

    [[nodiscard]] State state() const;
    [[nodiscard]] bool finished() const
    {
        return state() == State::Complete || state() == State::Refused;
    }
    [[nodiscard]] Request& request();
    [[nodiscard]] Refusal const& refusal() const;

    /// Whether the connection may carry another request after this one. After a refusal only when
    /// the refused message is known to have ended.
    [[nodiscard]] bool keepAlive() const;
    /// The client waits for 100 before it sends the body (RFC 9110 section 10.1.1).
    [[nodiscard]] bool wantsContinue() const;
    [[nodiscard]] bool isHead() const;
    [[nodiscard]] bool isHttp10() const;
    /// Value of the Origin field, empty without one; found also in a header that was refused.
    [[nodiscard]] std::string_view origin() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::http
