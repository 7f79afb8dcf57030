#pragma once

#include "server/http/server.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

namespace tcds::http {

/// Brings the answers of one connection from the handler back to it: from any thread, now or later,
/// also when the connection has gone meanwhile. One request at a time.
class Exchange : public std::enable_shared_from_this<Exchange>
{
public:
    enum class Outcome : std::uint8_t {
        Pending,  // the answer may still come
        Answered, // it is here
        Dropped   // nobody is left who could give it
    };

    /// @param wake  called once when an answer comes that `take` has not found, from the thread
    /// that
    ///              answers; must only notify
    explicit Exchange(std::function<void()> wake);

    /// Whether nobody can answer the last request any more: then the next one may use this object.
    [[nodiscard]] bool reusable() const;

    /// Starts a request. What is returned answers it once; later calls are ignored.
    [[nodiscard]] Answer open();

    [[nodiscard]] bool answered() const;

    /// Hands out the answer. After Pending the exchange wakes the connection when that changes.
    /// @param response  set when Answered
    [[nodiscard]] Outcome take(Response& response);

    /// The connection ends: nobody is woken any more, whoever answers later does so in vain.
    void detach();

private:
    class Ticket;
    void give(Response&& response);
    void addTicket();
    void dropTicket();
    void settle(Outcome outcome); // with the mutex held

    mutable std::mutex mutex_;
    std::function<void()> wake_;
    Response response_;
    std::size_t tickets_ = 0; // copies of the Answer that exist
    Outcome outcome_ = Outcome::Answered;
    bool awaited_ = false;
};

} // namespace tcds::http
