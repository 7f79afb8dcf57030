#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::http::test {

/// One answer as it came over the wire.
struct Answer {
    int status = 0;
    std::string head; // status line and fields, without the empty line
    std::string body;

    /// First field of that name (case as sent), or "-".
    [[nodiscard]] std::string field(std::string_view name) const;
};

/// A client that sends exactly the bytes it is given. Gives up after ten seconds of silence, so a
/// server that never answers fails a test and does not hang it.
class RawClient
{
public:
    explicit RawClient(std::uint16_t port);
    virtual ~RawClient();
    RawClient(RawClient const&) = delete;
    RawClient& operator=(RawClient const&) = delete;

    /// @return false when the server has closed the connection meanwhile
    virtual bool send(std::string_view bytes);
    /// Half-close: the server reads end of input, answers still arrive.
    void finishSending() const;
    /// The next answer, interim ones (1xx) included; empty when the connection ended first.
    /// @param ofHead  it answers HEAD, so no body follows
    std::optional<Answer> answer(bool ofHead = false);
    /// Sends and takes the answer.
    std::optional<Answer> ask(std::string_view bytes);
    /// Waits until the server closes; true when it did so in order and without further bytes.
    bool closedByServer();

protected:
    [[nodiscard]] int socket() const { return socket_; }
    /// Takes up to `size` bytes; 0 or less when there will be none.
    virtual long take(char* bytes, std::size_t size);

private:
    bool receive();

    int socket_ = -1;
    std::string input_;
};

} // namespace tcds::http::test
