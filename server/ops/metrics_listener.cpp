#include "server/ops/metrics_listener.hpp"

#include "server/http/status.hpp"
#include "server/ops/side_listener.hpp"

#include <utility>

namespace tcds::ops {

namespace {

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

} // namespace

struct MetricsListener::Impl {
    Impl(std::string address, std::uint16_t port, Metrics const& metrics, http::Log& log)
        : page{metrics}, listener{"metrics: ", std::move(address), port, page, log}
    {
    }
    Page page;
    SideListener listener;
};

MetricsListener::MetricsListener(std::string address, std::uint16_t port, Metrics const& metrics,
                                 http::Log& log)
    : impl_{std::make_unique<Impl>(std::move(address), port, metrics, log)}
{
}

MetricsListener::~MetricsListener() = default;

Result<void> MetricsListener::start() { return impl_->listener.start(); }

std::uint16_t MetricsListener::port() const { return impl_->listener.port(); }

} // namespace tcds::ops
