// The floor that the service is compared with: a plain Beast session on one thread that reads the
// body, parses it in place to a RapidJSON document and answers 2 KB that are always the same.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <rapidjson/document.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;
using tcp = net::ip::tcp;

constexpr std::size_t kInput = 64U * 1024U; // as the service: fewer bytes cost more system calls
constexpr std::size_t kReply = 2048;
constexpr std::uint64_t kBodyLimit = 10U * 1024U * 1024U;
// A document of FHIR JSON takes about 2.3 times its text; an arena of that size stays in the cache.
constexpr std::size_t kArenaPerByte = 3;

using Pool = rapidjson::MemoryPoolAllocator<>;
using Document = rapidjson::GenericDocument<rapidjson::UTF8<>, Pool>;

class Session : public std::enable_shared_from_this<Session>
{
public:
    explicit Session(tcp::socket socket) : socket_{std::move(socket)}
    {
        socket_.set_option(tcp::no_delay{true});
        buffer_.reserve(kInput);
    }

    void read()
    {
        parser_.emplace();
        parser_->body_limit(kBodyLimit);
        http::async_read(socket_, buffer_, *parser_,
                         [self = shared_from_this()](beast::error_code const& error, std::size_t) {
                             if (!error) self->answer();
                         });
    }

private:
    void answer()
    {
        auto& request = parser_->get();
        auto const good = parses(request.body());
        reply_ = {good ? http::status::ok : http::status::bad_request, request.version()};
        reply_.set(http::field::content_type, "application/json");
        reply_.keep_alive(request.keep_alive());
        reply_.body().assign(kReply, ' ');
        reply_.prepare_payload();
        http::async_write(socket_, reply_,
                          [self = shared_from_this()](beast::error_code const& error, std::size_t) {
                              if (!error && self->reply_.keep_alive()) self->read();
                          });
    }

    bool parses(std::string& body)
    {
        arena_.resize(std::max(arena_.size(), kArenaPerByte * body.size() + 1024));
        Pool pool{arena_.data(), arena_.size()};
        Document document{&pool};
        document.ParseInsitu(body.data());
        return !document.HasParseError();
    }

    tcp::socket socket_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    std::vector<char> arena_;
    http::response<http::string_body> reply_;
};

void accept(tcp::acceptor& acceptor)
{
    acceptor.async_accept([&acceptor](beast::error_code const& error, tcp::socket socket) {
        if (error) return;
        std::make_shared<Session>(std::move(socket))->read();
        accept(acceptor);
    });
}

} // namespace

int main()
{
    net::io_context io{1};
    tcp::acceptor acceptor{io, {net::ip::make_address("127.0.0.1"), 0}};
    net::signal_set signals{io, SIGTERM, SIGINT};
    signals.async_wait([&io](beast::error_code const&, int) { io.stop(); });
    accept(acceptor);
    std::printf("\"port\":\"%u\"\n", acceptor.local_endpoint().port());
    std::fflush(stdout);
    io.run();
}
