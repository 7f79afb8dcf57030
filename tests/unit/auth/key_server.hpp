#pragma once

#include "server/auth/fetched_keys.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tcds::auth::test {

/// Key sets by URL, without a network, and a clock that is set by hand. Counts what it is asked.
class KeyServer
{
public:
    using Done = std::function<void(Result<std::string>)>;

    std::map<std::string, Result<std::string>> sets; // others cannot be reached
    bool holds = false;                              // answers only when release() is called
    FetchedKeys::Steady::time_point now{std::chrono::hours{1'000}};
    std::vector<KeySetNews> news;

    [[nodiscard]] FetchedKeys::Outside outside()
    {
        return {[this](std::string const& jku, Done done) { ask(jku, std::move(done)); },
                [this](KeySetNews const& one) { news.push_back(one); }, [this] { return now; }};
    }

    [[nodiscard]] std::vector<std::string> asked() const
    {
        std::lock_guard const lock{mutex_};
        return asked_;
    }
    [[nodiscard]] std::size_t fetches() const { return asked().size(); }

    /// Answers all that was held back.
    void release()
    {
        std::vector<std::pair<std::string, Done>> held;
        {
            std::lock_guard const lock{mutex_};
            held.swap(held_);
        }
        for (auto& [jku, done] : held) done(answerTo(jku));
    }

private:
    void ask(std::string const& jku, Done done)
    {
        {
            std::lock_guard const lock{mutex_};
            asked_.push_back(jku);
            if (holds) {
                held_.emplace_back(jku, std::move(done));
                return;
            }
        }
        done(answerTo(jku));
    }

    [[nodiscard]] Result<std::string> answerTo(std::string const& jku) const
    {
        auto const set = sets.find(jku);
        if (set != sets.end()) return set->second;
        return Error{Error::Kind::Unavailable, "https://ehr.example.org", "no connection",
                     "check that this server is up"};
    }

    mutable std::mutex mutex_;
    std::vector<std::string> asked_;
    std::vector<std::pair<std::string, Done>> held_;
};

/// {"keys":[...]} of these keys, in JSON.
inline std::string setOf(std::vector<std::string> const& keys)
{
    std::string text = R"({"keys":[)";
    for (auto const& key : keys) text += (text.back() == '[' ? "" : ",") + key;
    return text + "]}";
}

} // namespace tcds::auth::test
