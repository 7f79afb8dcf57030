#pragma once

#include "fhir/client/transport.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace tcds::client {

/// Reads one HTTP/1.1 answer from the bytes of a connection, interim answers (1xx) left out. Knows
/// no sockets. Head at most 16 KiB (CTL-11).
class AnswerReader
{
public:
    /// @param bodyBytes  bound of the body
    explicit AnswerReader(std::size_t bodyBytes);
    ~AnswerReader();
    AnswerReader(AnswerReader const&) = delete;
    AnswerReader& operator=(AnswerReader const&) = delete;

    /// Takes bytes until the answer is complete or has failed.
    /// @return how many were used; the rest is to be given again, with more behind it
    std::size_t feed(std::string_view input);
    /// No more bytes come. An answer without a stated length is complete then.
    /// @param inOrder  the peer said so, in TLS too
    void inputEnded(bool inOrder);

    [[nodiscard]] bool complete() const;
    /// TooLarge, Cut or Malformed once it has failed, else None.
    [[nodiscard]] Failure failure() const { return failure_; }
    /// Once complete.
    Reply takeReply();
    /// Whether the connection may carry another request after this answer.
    [[nodiscard]] bool keepAlive() const;

private:
    struct Message;
    void skipInterim();

    std::size_t bodyBytes_;
    std::unique_ptr<Message> message_;
    int interim_ = 0;
    Failure failure_ = Failure::None;
};

} // namespace tcds::client
