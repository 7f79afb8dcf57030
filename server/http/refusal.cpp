#include "server/http/refusal.hpp"

#include "server/http/status.hpp"

namespace tcds::http {

Refusal badRequest(std::string where, std::string what, std::string fix)
{
    return {status::kBadRequest,
            {Error::Kind::BadRequest, std::move(where), std::move(what), std::move(fix)}};
}

Refusal bodyTooLarge(std::size_t limit)
{
    return {status::kContentTooLarge,
            {Error::Kind::TooLarge, "request body",
             "larger than the limit of " + std::to_string(limit) + " bytes",
             "send less prefetch data, or raise the body limit of the server"}};
}

Refusal headerTooLarge(std::size_t limit)
{
    return {status::kHeaderTooLarge,
            {Error::Kind::TooLarge, "request header",
             "larger than the limit of " + std::to_string(limit) + " bytes", "send fewer fields"}};
}

Refusal targetTooLong(std::size_t limit)
{
    return {status::kUriTooLong,
            {Error::Kind::TooLarge, "request target",
             "longer than the limit of " + std::to_string(limit) + " bytes",
             "send data in the body, not in the URL"}};
}

Refusal unknownCoding()
{
    return {status::kNotImplemented,
            {Error::Kind::BadRequest, "request header", "unknown transfer coding",
             "send Transfer-Encoding: chunked, or a Content-Length"}};
}

Refusal encodedContent()
{
    return {status::kUnsupportedMediaType,
            {Error::Kind::BadRequest, "request header", "a Content-Encoding other than identity",
             "send the body uncompressed"}};
}

Refusal unknownExpectation()
{
    return {status::kExpectationFailed,
            {Error::Kind::BadRequest, "request header", "an unknown expectation",
             "send Expect: 100-continue, or no Expect field"}};
}

Refusal tooSlow(std::string where)
{
    return {status::kRequestTimeout,
            {Error::Kind::Timeout, std::move(where), "not complete within its deadline",
             "send the request without pauses"}};
}

} // namespace tcds::http
