#include "server/ops/side_listener.hpp"

#include <chrono>
#include <utility>

namespace tcds::ops {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kConnections = 16; // scrapers, a probe, a person
constexpr std::size_t kBodyBytes = 1024;

/// Tells the events of this listener from those of the service.
class Marked final : public http::Log
{
public:
    Marked(std::string name, http::Log& log) : name_{std::move(name)}, log_{log} {}

    void event(Level level, std::string_view name, std::span<Field const> fields) override
    {
        log_.event(level, name_ + std::string{name}, fields);
    }

private:
    std::string name_;
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

struct SideListener::Impl {
    Impl(std::string name, http::Options options, http::Handler& handler, http::Log& log)
        : marked{std::move(name), log}, server{std::move(options), handler, marked}
    {
    }
    Marked marked;
    http::Server server;
};

SideListener::SideListener(std::string name, std::string address, std::uint16_t port,
                           http::Handler& handler, http::Log& log)
    : impl_{std::make_unique<Impl>(std::move(name), optionsFor(std::move(address), port), handler,
                                   log)}
{
}

SideListener::~SideListener() = default;

Result<void> SideListener::start() { return impl_->server.start(); }

std::uint16_t SideListener::port() const { return impl_->server.port(); }

} // namespace tcds::ops
