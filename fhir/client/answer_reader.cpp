#include "fhir/client/answer_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace tcds::client {
namespace {

namespace http = boost::beast::http;
using ErrorCode = boost::system::error_code;

constexpr std::uint32_t kHeadBytes = 16U * 1024U; // CTL-11
// Bytes that stay unused beyond this are a chunk header or a trailer without end.
constexpr std::size_t kUnusedBytes = 3U * kHeadBytes;
constexpr int kInterimAnswers = 8;

Failure failureOf(ErrorCode const& error)
{
    bool const large = error == http::error::body_limit || error == http::error::header_limit ||
                       error == http::error::buffer_overflow;
    return large ? Failure::TooLarge : Failure::Malformed;
}

} // namespace

struct AnswerReader::Message {
    explicit Message(std::size_t bodyBytes)
    {
        parser.header_limit(kHeadBytes);
        parser.body_limit(bodyBytes);
        parser.eager(true);
    }

    http::response_parser<http::string_body> parser;
};

AnswerReader::AnswerReader(std::size_t bodyBytes)
    : bodyBytes_{bodyBytes}, message_{std::make_unique<Message>(bodyBytes)}
{
}

AnswerReader::~AnswerReader() = default;

std::size_t AnswerReader::feed(std::string_view input)
{
    std::size_t used = 0;
    while (used < input.size() && !complete() && failure_ == Failure::None) {
        ErrorCode error;
        boost::asio::const_buffer const rest{input.data() + used, input.size() - used};
        auto const taken = message_->parser.put(rest, error);
        used += taken;
        if (error && error != http::error::need_more)
            failure_ = failureOf(error);
        else if (complete())
            skipInterim();
        else if (taken == 0)
            break;
    }
    bool const stuck = !complete() && input.size() - used > kUnusedBytes;
    if (stuck && failure_ == Failure::None) failure_ = Failure::TooLarge;
    return used;
}

void AnswerReader::skipInterim()
{
    auto const status = message_->parser.get().result_int();
    if (status >= 200) return;
    // Nobody asked for another protocol (101), and a server has little to say in advance.
    if (status == 101 || ++interim_ > kInterimAnswers)
        failure_ = Failure::Malformed;
    else
        message_ = std::make_unique<Message>(bodyBytes_);
}

void AnswerReader::inputEnded(bool inOrder)
{
    if (complete() || failure_ != Failure::None) return;
    ErrorCode error;
    if (inOrder && message_->parser.got_some()) message_->parser.put_eof(error);
    if (!complete()) failure_ = Failure::Cut;
}

bool AnswerReader::complete() const { return message_->parser.is_done(); }

Reply AnswerReader::takeReply()
{
    auto& head = message_->parser.get();
    Reply reply;
    reply.status = static_cast<int>(head.result_int());
    reply.contentType = std::string{head[http::field::content_type]};
    reply.contentEncoding = std::string{head[http::field::content_encoding]};
    reply.date = std::string{head[http::field::date]};
    reply.body = std::move(head.body());
    return reply;
}

bool AnswerReader::keepAlive() const
{
    return message_->parser.keep_alive() && !message_->parser.need_eof();
}

} // namespace tcds::client
