#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace tcds::client {

/// The connections to one origin: a bounded number of places, each taken by a user or by an idle
/// connection, and those who wait for one in line. Used by one thread.
///
/// User: `void granted(std::unique_ptr<Connection>)`, told that its turn has come.
template <class Connection, class User>
class OriginPool
{
public:
    explicit OriginPool(std::size_t places) : places_{places} {}

    /// Takes a place for the user, with the connection that was used last among those that `usable`
    /// accepts (the others are closed), or none. Without a free place the user gets in line.
    /// @return whether a place was taken
    template <class Usable>
    bool enter(User& user, std::unique_ptr<Connection>& connection, Usable const& usable)
    {
        while (!idle_.empty()) {
            auto candidate = std::move(idle_.back());
            idle_.pop_back();
            --taken_;
            if (!usable(*candidate)) continue;
            connection = std::move(candidate);
            break;
        }
        if (connection == nullptr && taken_ >= places_) {
            line_.push_back(&user);
            return false;
        }
        ++taken_;
        return true;
    }

    /// The user gives up waiting.
    void quit(User& user) { std::erase(line_, &user); }

    /// Gives a place back: to the first in line, else to the idle ones.
    /// @param connection  nullptr when it ended
    void leave(std::unique_ptr<Connection> connection)
    {
        if (!line_.empty()) {
            auto* const next = line_.front();
            line_.pop_front();
            next->granted(std::move(connection));
        } else if (connection != nullptr) {
            idle_.push_back(std::move(connection));
        } else {
            --taken_;
        }
    }

    /// Closes the idle ones that `usable` refuses.
    template <class Usable>
    void sweep(Usable const& usable)
    {
        taken_ -=
            std::erase_if(idle_, [&](auto const& connection) { return !usable(*connection); });
    }

    [[nodiscard]] bool hasIdle() const { return !idle_.empty(); }
    [[nodiscard]] bool empty() const { return taken_ == 0 && line_.empty(); }

private:
    std::size_t places_;
    std::size_t taken_ = 0;
    std::vector<std::unique_ptr<Connection>> idle_; // oldest first
    std::deque<User*> line_;
};

} // namespace tcds::client
