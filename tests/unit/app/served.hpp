#pragma once

#include "server/cds/outcome.hpp"
#include "server/http/server.hpp"
#include "tests/unit/app/service.hpp"
#include "tests/unit/http/raw_client.hpp"
#include "tests/unit/http/test_server.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace tcds::app::test {

/// The service behind its listener on a port of the kernel's choice, as `serve` puts them together.
class Served
{
public:
    explicit Served(http::CorsPolicy cors = {http::CorsPolicy::Mode::AnyOrigin, {}},
                    Service::Settings const& settings = {})
        : service{settings}, server_{options(std::move(cors)), service.app(), log_}
    {
        if (auto const started = server_.start(); !started)
            throw std::runtime_error{started.error().what};
    }

    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    /// One exchange on a connection of its own.
    [[nodiscard]] http::test::Answer ask(std::string_view bytes) const
    {
        http::test::RawClient client{port()};
        auto answer = client.ask(bytes);
        if (!answer) throw std::runtime_error{"no answer"};
        return *std::move(answer);
    }

    Service service;

private:
    static http::Options options(http::CorsPolicy cors)
    {
        http::Options made;
        made.limits.body = std::size_t{10} * 1024 * 1024;
        made.cors = std::move(cors);
        made.errorBody = cds::writeOutcome;
        made.errorContentType = std::string{cds::kFhirJson};
        return made;
    }

    http::test::RecordingLog log_;
    http::Server server_;
};

/// The bytes of a call as a client sends it.
inline std::string wire(std::string_view path, std::string_view body, std::string_view fields = "")
{
    return http::test::post(path, body, "Content-Type: application/json\r\n" + std::string{fields});
}

} // namespace tcds::app::test
