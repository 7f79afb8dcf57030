#include "server/http/shared.hpp"

#include <algorithm>
#include <utility>

namespace tcds::http {
namespace {

using Span = Deadlines::Span;

constexpr Span kShortestTick{5};

Span shortest(Deadlines const& d)
{
    return std::max(kShortestTick,
                    std::min({d.handshake, d.header, d.body, d.idle, d.write, d.linger}));
}

} // namespace

Shared::Shared(Options given, Handler& handler, Log& sink)
    : options{std::move(given)}, log{sink}, answerer{options, handler, log},
      blocking{std::max(1U, options.blockingThreads)}, tick{shortest(options.deadlines)}
{
}

std::shared_ptr<TlsContext const> Shared::currentTls() const
{
    std::scoped_lock const lock{mutex_};
    return tls_;
}

void Shared::replaceTls(std::shared_ptr<TlsContext const> context)
{
    std::scoped_lock const lock{mutex_};
    tls_.swap(context);
}

} // namespace tcds::http
