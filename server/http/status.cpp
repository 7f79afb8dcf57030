#include "server/http/status.hpp"

#include <algorithm>
#include <array>

namespace tcds::http {
namespace {

struct Reason {
    int status;
    std::string_view phrase;
};

constexpr std::array kReasons{
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{417, "Expectation Failed"},
    Reason{422, "Unprocessable Content"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{503, "Service Unavailable"},
};

} // namespace

int statusOf(Error::Kind kind)
{
    switch (kind) {
    case Error::Kind::BadRequest:
        return 400;
    case Error::Kind::Unauthenticated:
        return 401;
    case Error::Kind::Forbidden:
        return 403;
    case Error::Kind::NotFound:
        return 404;
    case Error::Kind::TooLarge:
        return 413;
    case Error::Kind::MissingData:
        return 412; // CDS Hooks 2.0.1: needed FHIR data cannot be had
    case Error::Kind::Timeout:
    case Error::Kind::Unavailable:
        return 503;
    case Error::Kind::Config:
    case Error::Kind::Internal:
        return 500;
    }
    return 500;
}

std::string_view reasonOf(int status)
{
    auto const* const found = std::ranges::lower_bound(kReasons, status, {}, &Reason::status);
    return found != kReasons.end() && found->status == status ? found->phrase : "Status";
}

} // namespace tcds::http
