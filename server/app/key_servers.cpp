#include "server/app/key_servers.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace tcds::app {

namespace {

using namespace std::chrono_literals;
using Field = http::Log::Field;
using Level = http::Log::Level;

constexpr auto kDeadline = 2s; // calls may be waiting

void tell(ops::OpsLog& ops, auth::KeySetNews const& news)
{
    if (news.fault) {
        ops.event(Level::Warn, "key set not had",
                  {Field{"client", news.client}, Field{"from", news.from},
                   Field{"where", news.fault->where}, Field{"why", news.fault->what},
                   Field{"fix", news.fault->fix}});
        return;
    }
    ops.event(Level::Info, "key set read",
              {Field{"client", news.client}, Field{"from", news.from},
               Field{"keys", std::to_string(news.keys)}});
    for (auto const& line : news.leftOut)
        ops.event(Level::Warn, "key left out", {Field{"client", news.client}, Field{"key", line}});
}

} // namespace

auth::FetchedKeys::Outside pinnedOnly(ops::OpsLog& ops)
{
    auth::FetchedKeys::Outside outside;
    outside.told = [&ops](auth::KeySetNews const& news) { tell(ops, news); };
    return outside;
}

auth::FetchedKeys::Outside keyServers(client::DocumentClient& client, ops::OpsLog& ops)
{
    auto outside = pinnedOnly(ops);
    outside.fetch = [&client](std::string const& jku,
                              std::function<void(Result<std::string>)> done) {
        client.get(jku, auth::kMaxKeySetBytes, std::chrono::steady_clock::now() + kDeadline,
                   std::move(done));
    };
    return outside;
}

} // namespace tcds::app
