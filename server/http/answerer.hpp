#pragma once

#include "server/http/exchange.hpp"
#include "server/http/message.hpp"
#include "server/http/request_reader.hpp"
#include "server/http/server.hpp"

#include <optional>
#include <string_view>

namespace tcds::http {

/// Decides who answers a finished message: the listener itself (a refusal, a preflight) or the
/// handler. Knows no sockets.
class Answerer
{
public:
    /// All three outlive the answerer.
    Answerer(Options const& options, Handler& handler, Log& log);

    /// Whether `answer` should run off the I/O threads.
    [[nodiscard]] bool mayBlock(RequestReader& reader) const;

    /// @param reader    finished; its request is handed to the handler
    /// @param exchange  reusable
    /// @return the listener's own answer; empty when the handler answers through `exchange`
    [[nodiscard]] std::optional<Response> answer(RequestReader& reader, Exchange& exchange) const;

    /// For a handler that has put something off.
    void settle() const;

    /// For a handler that has dropped its request: 500 with an error id, logged.
    [[nodiscard]] Response forgotten() const;

    /// What a connection beyond the bound is told before it has said anything.
    [[nodiscard]] Response overloaded(std::string_view remoteAddress) const;

    /// What a client hears that speaks HTTP without TLS to a port of TLS.
    [[nodiscard]] Response plainHttp() const;

    /// Logs it; nobody is there to be answered.
    void handshakeFailed(std::string_view reason, std::string_view remoteAddress) const;

    /// An OPTIONS request while CORS is on: answered without the handler, hence without a token.
    [[nodiscard]] bool isPreflight(RequestReader& reader) const;

private:
    [[nodiscard]] Response errorAnswer(int status, Error const& error) const;
    [[nodiscard]] Response refusal(RequestReader& reader) const;
    [[nodiscard]] Response handlerFailed(std::string_view what) const;

    Options const& options_;
    Handler& handler_;
    Log& log_;
};

} // namespace tcds::http
