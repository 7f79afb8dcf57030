#pragma once

#include "server/http/exchange.hpp"
#include "server/http/request_reader.hpp"
#include "server/http/shared.hpp"
#include "server/http/tls_stream.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tcds::http {

/// One connection. Everything runs on the strand of its socket, except a handler that may block:
/// meanwhile the coroutine waits and nothing else touches reader and own answer. An answer that
/// comes later wakes it through the exchange.
class Session : public std::enable_shared_from_this<Session>
{
public:
    using Socket = boost::asio::ip::tcp::socket;
    enum class Admission : std::uint8_t { Served, Refused };

    Session(Socket socket, Shared& shared, Admission admission);

    boost::asio::any_io_executor executor() { return socket_.get_executor(); }

    /// Begins the life of the connection; the session keeps itself alive meanwhile.
    /// @param ended  called once at its end, with the exception that ended it, if one did
    void start(std::function<void(std::exception_ptr)> ended);
    /// For the drain: ends the connection if it waits for a request. On the strand.
    void releaseIfIdle();
    /// Closes the socket whatever goes on. On the strand.
    void cut();

private:
    using Wait = TlsStream::Wait;

    boost::asio::awaitable<void> run();
    boost::asio::awaitable<bool> secure();
    boost::asio::awaitable<bool> waitFor(Wait wait);
    boost::asio::awaitable<void> rejectHandshake();
    boost::asio::awaitable<bool> readRequest();
    boost::asio::awaitable<bool> firstBytes();
    boost::asio::awaitable<bool> receive();
    boost::asio::awaitable<bool> receiveSecured();
    void openExchange();
    void askHandler();
    boost::asio::awaitable<void> askHandlerOnPool();
    boost::asio::awaitable<bool> awaitAnswer();
    [[nodiscard]] bool hasAnswer() const;
    bool takeAnswer();
    boost::asio::awaitable<bool> sendAnswer();
    boost::asio::awaitable<bool> send(std::string_view head, std::string_view body);
    boost::asio::awaitable<bool> sendSecured(std::string_view head, std::string_view body);
    boost::asio::awaitable<void> linger();
    bool refuseUnfinished();
    void expectWithin(Deadlines::Span span);
    void watch();

    Deadlines const& deadlines() const { return shared_.options.deadlines; }
    std::string_view input() const
    {
        auto const data = buffer_.cdata();
        return {static_cast<char const*>(data.data()), data.size()};
    }

    Shared& shared_;
    Socket socket_;
    std::unique_ptr<TlsStream> tls_; // nothing: plain
    boost::asio::steady_timer timer_;
    boost::asio::steady_timer wake_; // never expires: cancelled when a late answer is there
    Admission admission_;
    std::string remote_;
    boost::beast::flat_buffer buffer_;
    RequestReader reader_;
    std::shared_ptr<Exchange> exchange_;
    std::optional<Response> own_; // the listener's answer, when the handler gives none
    Response response_;
    std::string head_;
    std::string secured_; // an answer on its way through TLS
    std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
    bool fresh_ = true;       // no request read yet: the header deadline runs since the accept
    bool idle_ = false;       // waits for the first byte of a request
    bool expired_ = false;    // the deadline ended the last wait
    bool inputEnded_ = false; // the peer has closed its side
    bool keepAlive_ = true;
    bool finished_ = false;
};

} // namespace tcds::http
