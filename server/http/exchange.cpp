#include "server/http/exchange.hpp"

#include <utility>

namespace tcds::http {

/// What an Answer is made of: counts its copies, so that a request that is forgotten is noticed.
class Exchange::Ticket
{
public:
    explicit Ticket(std::shared_ptr<Exchange> exchange) : exchange_{std::move(exchange)}
    {
        exchange_->addTicket();
    }
    Ticket(Ticket const& other) : exchange_{other.exchange_}
    {
        if (exchange_) exchange_->addTicket();
    }
    Ticket(Ticket&&) noexcept = default;
    Ticket& operator=(Ticket const&) = delete;
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket()
    {
        if (exchange_) exchange_->dropTicket();
    }

    void operator()(Response&& response) const { exchange_->give(std::move(response)); }

private:
    std::shared_ptr<Exchange> exchange_;
};

Exchange::Exchange(std::function<void()> wake) : wake_{std::move(wake)} {}

bool Exchange::reusable() const
{
    std::scoped_lock const lock{mutex_};
    return tickets_ == 0;
}

Answer Exchange::open()
{
    {
        std::scoped_lock const lock{mutex_};
        outcome_ = Outcome::Pending;
        awaited_ = false;
    }
    return Ticket{shared_from_this()};
}

bool Exchange::answered() const
{
    std::scoped_lock const lock{mutex_};
    return outcome_ == Outcome::Answered;
}

Exchange::Outcome Exchange::take(Response& response)
{
    std::scoped_lock const lock{mutex_};
    if (outcome_ == Outcome::Answered) response = std::move(response_);
    awaited_ = outcome_ == Outcome::Pending;
    return outcome_;
}

void Exchange::detach()
{
    std::scoped_lock const lock{mutex_};
    wake_ = nullptr;
}

void Exchange::give(Response&& response)
{
    std::scoped_lock const lock{mutex_};
    if (outcome_ != Outcome::Pending) return;
    response_ = std::move(response);
    settle(Outcome::Answered);
}

void Exchange::addTicket()
{
    std::scoped_lock const lock{mutex_};
    ++tickets_;
}

void Exchange::dropTicket()
{
    std::scoped_lock const lock{mutex_};
    if (--tickets_ == 0 && outcome_ == Outcome::Pending) settle(Outcome::Dropped);
}

void Exchange::settle(Outcome outcome)
{
    outcome_ = outcome;
    if (std::exchange(awaited_, false) && wake_) wake_();
}

} // namespace tcds::http
