#include "asking.hpp"

#include <future>
#include <utility>

namespace tcds::client::test {

using namespace std::chrono_literals;

Options loopbackOptions()
{
    Options options;
    options.networks.allowed = {readNetwork("127.0.0.0/8").value()};
    options.networks.plainHttp = true;
    options.connect = 20s;
    return options;
}

FhirClient::Deadline inTime() { return std::chrono::steady_clock::now() + 30s; }
FhirClient::Deadline soon() { return std::chrono::steady_clock::now() + 200ms; }
FhirClient::Deadline later() { return std::chrono::steady_clock::now() + 2s; }

std::vector<Answer> fetchAll(FhirClient& client, std::string const& base,
                             std::vector<Query> queries, std::string token,
                             FhirClient::Deadline deadline)
{
    std::promise<std::vector<Answer>> promise;
    auto future = promise.get_future();
    client.fetch(
        base, AccessToken{std::move(token)}, std::move(queries), deadline,
        [&promise](std::vector<Answer> answers) { promise.set_value(std::move(answers)); });
    return future.get();
}

Answer fetchOne(FhirClient& client, std::string const& base, std::vector<std::string> steps,
                std::string token, FhirClient::Deadline deadline)
{
    Query query{"key", {}};
    for (auto& step : steps) query.ladder.push_back({std::move(step)});
    std::vector<Query> queries;
    queries.push_back(std::move(query));
    auto answers = fetchAll(client, base, std::move(queries), std::move(token), deadline);
    return std::move(answers.at(0));
}

Answer fetchOne(std::string const& base, std::vector<std::string> steps, Options options,
                FhirClient::Deadline deadline)
{
    FhirClient client{std::move(options)};
    return fetchOne(client, base, std::move(steps), {}, deadline);
}

std::vector<std::string> typesOf(Answer const& answer)
{
    std::vector<std::string> types;
    for (auto const& document : answer.documents)
        types.emplace_back(json::textOf(document.root(), "resourceType"));
    return types;
}

bool Meeting::join()
{
    std::unique_lock lock{mutex_};
    ++came_;
    changed_.notify_all();
    return changed_.wait_for(lock, 20s, [this] { return came_ >= expected_; });
}

Outside Watch::outside()
{
    Outside outside;
    outside.addresses = [this](std::string const& host) {
        std::scoped_lock const lock{mutex_};
        resolved_.push_back(host);
        std::vector<IpAddress> found;
        for (auto const& text : addresses_) found.push_back(readAddress(text).value());
        return found;
    };
    outside.connecting = [this](IpAddress const& address, std::uint16_t) {
        std::scoped_lock const lock{mutex_};
        connected_.push_back(toText(address));
    };
    return outside;
}

std::vector<std::string> Watch::resolved()
{
    std::scoped_lock const lock{mutex_};
    return resolved_;
}

std::vector<std::string> Watch::connected()
{
    std::scoped_lock const lock{mutex_};
    return connected_;
}

} // namespace tcds::client::test
