#include "server/http/request_reader.hpp"

#include "server/http/refusal.hpp"
#include "server/http/target.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace tcds::http {
namespace {

namespace beast = boost::beast;
namespace net = boost::asio;
using beast::http::field;
using ErrorCode = beast::error_code;
using State = RequestReader::State;

// A length that is only announced must not cost memory: 2,000 idle uploads would cost 20 GB.
constexpr std::size_t kReservedBody = 1024U * 1024U;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

/// What the header says beyond the fields the handler sees.
struct HeaderFacts {
    int version = 11;
    bool head = false;
    std::string target;
    int hosts = 0;
    int singletons = 0; // bit set of kSingletons
    bool repeated = false;
    int transferEncodings = 0;
    bool chunkedOnly = true; // every Transfer-Encoding field is exactly "chunked"
    bool expectsContinue = false;
    bool unknownExpectation = false;
    bool encodedContent = false;
    std::string origin;

    void clear()
    {
        target.clear();
        origin.clear();
        version = 11;
        head = false;
        hosts = singletons = transferEncodings = 0;
        chunkedOnly = true;
        repeated = expectsContinue = unknownExpectation = encodedContent = false;
    }
};

/// Fields that decide who asks and what for; two of them could be read differently by a proxy.
int singletonBit(field name)
{
    switch (name) {
    case field::authorization:
        return 1;
    case field::content_type:
        return 2;
    case field::origin:
        return 4;
    default:
        return 0; // every other field may be repeated
    }
}

void note(HeaderFacts& facts, field name, std::string_view value)
{
    if (int const bit = singletonBit(name)) {
        facts.repeated = facts.repeated || (facts.singletons & bit) != 0;
        facts.singletons |= bit;
    }
    switch (name) {
    case field::host:
        ++facts.hosts;
        break;
    case field::origin:
        facts.origin = value;
        break;
    case field::transfer_encoding:
        ++facts.transferEncodings;
        facts.chunkedOnly = facts.chunkedOnly && equalsIgnoringCase(value, "chunked");
        break;
    case field::expect:
        if (equalsIgnoringCase(value, "100-continue")) {
            facts.expectsContinue = true;
        } else {
            facts.unknownExpectation = true;
        }
        break;
    case field::content_encoding:
        facts.encodedContent = facts.encodedContent || !equalsIgnoringCase(value, "identity");
        break;
    default:
        break;
    }
}

/// Writes one message straight into a Request: no field container in between.
class Parser final : public beast::http::basic_parser<true>
{
public:
    Parser(Request& request, HeaderFacts& facts) : request_{request}, facts_{facts} {}

private:
    using StringView = beast::string_view;

    void on_request_impl(beast::http::verb /*verb*/, StringView method, StringView target,
                         int version, ErrorCode& /*error*/) override
    {
        facts_.head = method == "HEAD";
        request_.method = facts_.head ? "GET" : view(method);
        facts_.target = view(target);
        facts_.version = version;
    }

    void on_response_impl(int, StringView, int, ErrorCode&) override {}

    void on_field_impl(field name, StringView nameText, StringView value,
                       ErrorCode& /*error*/) override
    {
        if (headerDone_) return; // trailer fields come too late to change what was checked
        note(facts_, name, view(value));
        request_.headers.add(view(nameText), view(value));
    }

    void on_header_impl(ErrorCode& /*error*/) override { headerDone_ = true; }

    void on_body_init_impl(boost::optional<std::uint64_t> const& length,
                           ErrorCode& /*error*/) override
    {
        if (length) request_.body.reserve(std::min<std::size_t>(*length, kReservedBody));
    }

    std::size_t on_body_impl(StringView part, ErrorCode& /*error*/) override
    {
        request_.body.append(part.data(), part.size());
        return part.size();
    }

    void on_chunk_header_impl(std::uint64_t, StringView, ErrorCode&) override {}

    std::size_t on_chunk_body_impl(std::uint64_t /*remaining*/, StringView part,
                                   ErrorCode& /*error*/) override
    {
        request_.body.append(part.data(), part.size());
        return part.size();
    }

    void on_finish_impl(ErrorCode& /*error*/) override {}

    Request& request_;
    HeaderFacts& facts_;
    bool headerDone_ = false;
};

Refusal malformed(ErrorCode code)
{
    using beast::http::error;
    switch (static_cast<error>(code.value())) {
    case error::bad_method:
    case error::bad_target:
    case error::bad_version:
        return badRequest("request line", "not of the form METHOD TARGET HTTP/1.1",
                          "speak HTTP/1.1 to this port, and TLS only where it is configured");
    case error::bad_content_length:
    case error::multiple_content_length:
    case error::bad_transfer_encoding:
        return badRequest("request header", "contradictory or unreadable body length",
                          "send one Content-Length, or Transfer-Encoding: chunked, never both");
    case error::bad_chunk:
    case error::bad_chunk_extension:
        return badRequest("request body", "broken chunked coding",
                          "send each chunk as its size in hexadecimal, CRLF, data, CRLF");
    default:
        return badRequest("request header", "a line that is no header field",
                          "send \"Name: value\" lines that end with CRLF");
    }
}

/// Origin of a header that could not be read to its end, so that a page in a browser sees the
/// reason and not a network error (CORS-03).
std::string originWithin(std::string_view raw)
{
    constexpr std::string_view kName = "\r\norigin:";
    raw = raw.substr(0, raw.find("\r\n\r\n"));
    for (auto at = raw.find("\r\n"); at != std::string_view::npos; at = raw.find("\r\n", at + 2)) {
        if (!equalsIgnoringCase(raw.substr(at, kName.size()), kName)) continue;
        auto value = raw.substr(at + kName.size());
        value = value.substr(0, value.find("\r\n"));
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        bool const clean = std::ranges::all_of(value, [](char c) { return c > 0x20 && c < 0x7F; });
        return clean ? std::string{value} : std::string{};
    }
    return {};
}

} // namespace

struct RequestReader::Impl {
    explicit Impl(RequestLimits const& bounds) : limits{bounds} {}

    RequestLimits limits;
    Request request;
    HeaderFacts facts;
    Refusal refusal;
    std::optional<Parser> parser;
    std::size_t headerBytes = 0;
    State state = State::Empty;
    bool bodyBegun = false;
    bool framingKnown = false; // a refused message has ended where we think it has

    void refuse(Refusal why)
    {
        refusal = std::move(why);
        state = State::Refused;
    }

    std::size_t skipEmptyLines(std::string_view bytes) const;
    std::size_t feedHeader(std::string_view bytes);
    std::size_t feedBody(std::string_view bytes);
    void headerEnded();
    std::optional<Refusal> framingProblem() const;
    std::optional<Refusal> headerProblem();
};

RequestReader::RequestReader(RequestLimits const& limits) : impl_{std::make_unique<Impl>(limits)}
{
    begin();
}

RequestReader::~RequestReader() = default;

void RequestReader::begin()
{
    auto& it = *impl_;
    it.request.clear();
    it.facts.clear();
    it.headerBytes = 0;
    it.state = State::Empty;
    it.bodyBegun = false;
    it.framingKnown = false;
    it.parser.emplace(it.request, it.facts);
    it.parser->eager(false);
    it.parser->header_limit(static_cast<std::uint32_t>(it.limits.header));
    it.parser->body_limit(it.limits.body);
}

std::size_t RequestReader::feed(std::string_view bytes)
{
    switch (state()) {
    case State::Empty: {
        auto const skipped = impl_->skipEmptyLines(bytes);
        bytes.remove_prefix(skipped);
        return bytes.empty() || bytes == "\r" ? skipped : skipped + impl_->feedHeader(bytes);
    }
    case State::Header:
        return impl_->feedHeader(bytes);
    case State::Body:
        return impl_->feedBody(bytes);
    case State::Complete:
    case State::Refused:
        return 0;
    }
    return 0;
}

/// Some clients end a body with a stray CRLF (RFC 9112 section 2.2).
std::size_t RequestReader::Impl::skipEmptyLines(std::string_view bytes) const
{
    std::size_t skipped = 0;
    while (bytes.substr(skipped).starts_with("\r\n")) skipped += 2;
    return skipped;
}

std::size_t RequestReader::Impl::feedHeader(std::string_view bytes)
{
    state = State::Header;
    std::size_t taken = 0;
    ErrorCode error;
    while (!error && taken < bytes.size() && !parser->is_header_done()) {
        taken += parser->put(net::const_buffer{bytes.data() + taken, bytes.size() - taken}, error);
    }
    headerBytes += taken;
    auto const open = parser->is_header_done() ? 0 : bytes.size() - taken;
    auto const line = facts.target.empty() ? std::min(bytes.find("\r\n"), open) : 0;
    bool const atLimit = error == beast::http::error::header_limit;
    if (error == beast::http::error::body_limit) {
        refuse(bodyTooLarge(limits.body));
    } else if (error && error != beast::http::error::need_more && !atLimit) {
        refuse(malformed(error));
    } else if (line > limits.target) {
        refuse(targetTooLong(limits.target));
    } else if (atLimit || headerBytes + open > limits.header) {
        refuse(headerTooLarge(limits.header));
    } else if (parser->is_header_done()) {
        headerEnded();
    }
    if (state == State::Refused && facts.origin.empty()) facts.origin = originWithin(bytes);
    return taken;
}

void RequestReader::Impl::headerEnded()
{
    if (auto problem = framingProblem()) return refuse(std::move(*problem));
    framingKnown = parser->is_done();
    if (auto problem = headerProblem()) return refuse(std::move(*problem));
    state = parser->is_done() ? State::Complete : State::Body;
    parser->eager(true);
}

/// Beast takes a message whose last coding is not "chunked" for one without a body; what a proxy
/// in front makes of it is unknown, so nothing but plain "chunked" passes.
std::optional<Refusal> RequestReader::Impl::framingProblem() const
{
    if (facts.transferEncodings == 0) return std::nullopt;
    if (facts.version == 10) {
        return badRequest("request header", "Transfer-Encoding in an HTTP/1.0 request",
                          "send a Content-Length, or speak HTTP/1.1");
    }
    if (facts.transferEncodings > 1) {
        return badRequest("request header", "more than one Transfer-Encoding field", "send one");
    }
    if (!facts.chunkedOnly) return unknownCoding();
    return std::nullopt;
}

std::optional<Refusal> RequestReader::Impl::headerProblem()
{
    if (facts.target.size() > limits.target) return targetTooLong(limits.target);
    if (facts.hosts > 1 || (facts.hosts == 0 && facts.version == 11)) { // RFC 9112 section 3.2
        return badRequest("request header", "no Host field, or more than one", "send one");
    }
    if (facts.repeated) {
        return badRequest("request header", "Authorization, Content-Type or Origin sent twice",
                          "send each once");
    }
    auto target = readTarget(request.method, facts.target, request.path, request.query);
    if (!target) {
        auto const& [kind, where, what, fix] = target.error();
        return badRequest(where, what, fix);
    }
    if (facts.encodedContent) return encodedContent();
    if (facts.unknownExpectation && facts.version == 11) return unknownExpectation();
    return std::nullopt;
}

std::size_t RequestReader::Impl::feedBody(std::string_view bytes)
{
    if (bytes.empty()) return 0;
    bodyBegun = true;
    ErrorCode error;
    auto const taken = parser->put(net::const_buffer{bytes.data(), bytes.size()}, error);
    bool const waiting = error == beast::http::error::need_more;
    if (error == beast::http::error::body_limit) {
        refuse(bodyTooLarge(limits.body));
    } else if (error && !waiting) {
        refuse(malformed(error));
    } else if (parser->is_done()) {
        state = State::Complete;
    } else if (waiting && bytes.size() - taken > limits.header) {
        refuse(badRequest("request body", "a chunk extension or trailer without end",
                          "send chunks without extensions"));
    }
    return taken;
}

void RequestReader::inputEnded()
{
    impl_->refuse(badRequest(state() == State::Body ? "request body" : "request header",
                             "the connection was closed before its end",
                             "send as many bytes as the header announces"));
}

void RequestReader::timedOut()
{
    impl_->refuse(tooSlow(state() == State::Body ? "request body" : "request header"));
}

State RequestReader::state() const { return impl_->state; }

Request& RequestReader::request() { return impl_->request; }

Refusal const& RequestReader::refusal() const { return impl_->refusal; }

bool RequestReader::keepAlive() const
{
    if (state() == State::Refused && !impl_->framingKnown) return false;
    return finished() && impl_->parser->keep_alive();
}

bool RequestReader::wantsContinue() const
{
    return state() == State::Body && impl_->facts.expectsContinue && impl_->facts.version == 11 &&
           !impl_->bodyBegun;
}

bool RequestReader::isHead() const { return impl_->facts.head; }

bool RequestReader::isHttp10() const { return impl_->facts.version == 10; }

std::string_view RequestReader::origin() const { return impl_->facts.origin; }

} // namespace tcds::http
