#include "server/ops/metrics_listener.hpp"

#include "server/http/server.hpp"
#include "server/http/status.hpp"

#include <chrono>
#include <utility>

namespace tcds::ops {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kConnections = 16; // scrapers and a probe
constexpr std::size_t kBodyBytes = 1024;

class Page final : public http::Handler
{
public:
    explicit Page(Metrics const& metrics) : metrics_{metrics} {}

    [[nodiscard]] bool mayBlock(http::Request const&) const override { return false; }

    void handle(http::Request&& request, http::Answer answer) override
    {
        answer(answerTo(request));
    }

private:
    [[nodiscard]] http::Response answerTo(http::Request const& request) const
    {
        auto const isMetrics = request.path == "/metrics";
        if (!isMetrics && request.path != "/healthz")
            return plain(http::statusOf(Error::Kind::NotFound), "see /metrics and /healthz\n");
        if (request.method != "GET") {
            auto refused = plain(http::status::kMethodNotAllowed, "GET only\n");
            refused.headers.add("Allow", "GET, HEAD");
            return refused;
        }
        if (!isMetrics) return plain(http::status::kOk, "live\n");
        http::Response page;
        page.contentType = "text/plain; version=0.0.4; charset=utf-8";
        page.body = metrics_.text();
        return page;
    }

    static http::Response plain(int status, std::string body)
    {
        http::Response response;
        response.status = status;
        response.contentType = "text/plain; charset=utf-8";
        response.body = std::move(body);
        return response;
    }

    Metrics const& metrics_;
};

/// Tells the events of this listener from those of the service: what it refuses is no request to
/// the service and gets no record.
class Marked final : public http::Log
{
public:
    explicit Marked(http::Log& log) : log_{log} {}

    void event(Level level, std::string_view name, std::span<Field const> fields) override
    {
        log_.event(level, "metrics: " + std::string{name}, fields);
    }

private:
    http::Log& log_;
};

http::Options optionsFor(std::string address, std::uint16_t port)
{
    http::Options options;
    options.address = std::move(address);
    options.port = port;
    options.threads = 1;
    options.blockingThreads = 1;
    options.limits.body = kBodyBytes;
    options.maxConnections = kConnections;
    options.lingerBytes = kBodyBytes;
    options.deadlines.idle = 120s; // scrapers come every 15 to 60 s
    return options;
}

} // namespace

struct MetricsListener::Impl {
    Impl(http::Options options, Metrics const& metrics, http::Log& log)
        : page{metrics}, marked{log}, server{std::move(options), page, marked}
    {
    }
    Page page;
    Marked marked;
    http::Server server;
};

MetricsListener::MetricsListener(std::string address, std::uint16_t port, Metrics const& metrics,
                                 http::Log& log)
    : impl_{std::make_unique<Impl>(optionsFor(std::move(address), port), metrics, log)}
{
}

MetricsListener::~MetricsListener() = default;

Result<void> MetricsListener::start() { return impl_->server.start(); }

std::uint16_t MetricsListener::port() const { return impl_->server.port(); }

} // namespace tcds::ops
