#pragma once

#include "server/http/answerer.hpp"
#include "server/http/tls_context.hpp"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <memory>
#include <mutex>

namespace tcds::http {

/// What all sessions of a server use; outlives them.
struct Shared {
    Shared(Options given, Handler& handler, Log& sink);

    /// What new connections start from; nothing without TLS.
    [[nodiscard]] std::shared_ptr<TlsContext const> currentTls() const;
    void replaceTls(std::shared_ptr<TlsContext const> context);

    Options options;
    Log& log;
    Answerer answerer;
    boost::asio::thread_pool blocking;
    Deadlines::Span tick; // how often a deadline is looked at
    std::atomic<bool> draining = false;

private:
    mutable std::mutex mutex_;
    std::shared_ptr<TlsContext const> tls_;
};

} // namespace tcds::http
