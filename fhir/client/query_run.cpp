#include "fhir/client/query_run.hpp"

#include "fhir/client/base_url.hpp"

#include <algorithm>
#include <iterator>

namespace tcds::client {

namespace {

/// The next page of a Bundle that the caller sent, rather than a request of our own.
bool isAbsolute(std::string_view request)
{
    return request.starts_with("https://") || request.starts_with("http://");
}

} // namespace

QueryRun::QueryRun(Query query, Url base, QueryBounds bounds, Get get, Done done)
    : query_{std::move(query)}, base_{std::move(base)}, bounds_{bounds}, get_{std::move(get)},
      done_{std::move(done)}, begun_{std::chrono::steady_clock::now()}
{
    answer_.key = query_.key;
}

void QueryRun::start()
{
    if (query_.ladder.empty())
        end(Outcome::Error, "the query asks for nothing");
    else
        takeStep(0);
}

/// No request is under way when a step begins.
void QueryRun::takeStep(std::size_t step)
{
    auto const& requests = query_.ladder[step];
    answer_.step = step;
    answer_.status = 0;
    walks_.clear();
    pages_ = entries_ = 0;
    for (auto const& request : requests) {
        auto url = isAbsolute(request) ? follow(base_, base_, request) : join(base_, request);
        if (!url) return end(Outcome::Error, "a request of the query: " + url.error().what);
        walks_.push_back(Walk{.request = request, .url = *std::move(url)});
    }
    if (walks_.empty()) return end(Outcome::Error, "the query asks for nothing");
    open_ = walks_.size();
    // The last of them may end the step, and begin the next one, before this loop is left.
    for (std::size_t walk = 0, last = walks_.size(); walk < last; ++walk) send(walk);
}

void QueryRun::send(std::size_t walk)
{
    auto const& url = walks_[walk].url;
    walks_[walk].seen.insert(toText(url));
    get_(url, [self = shared_from_this(), walk](Reply reply) {
        self->received(walk, std::move(reply));
    });
}

void QueryRun::received(std::size_t walk, Reply reply)
{
    auto requestId = std::move(reply.requestId);
    auto page =
        readPage(std::move(reply), walks_[walk].request, bounds_.answerBytes, query_.keepText);
    bool more = false;
    bool last = false;
    {
        std::scoped_lock const lock{mutex_};
        answer_.requestId = std::move(requestId);
        more = take(walks_[walk], std::move(page));
        if (!more) last = --open_ == 0;
    }
    if (more) send(walk);
    if (last) endStep();
}

/// @return whether another page has to be asked for
bool QueryRun::take(Walk& walk, Page page)
{
    bool const first = walk.documents.empty();
    walk.status = page.status;
    if (page.outcome != Outcome::Ok) {
        walk.formRefused = first && page.formRefused;
        walk.unauthorised = first && page.status == 401;
        endWalk(walk, page.outcome, std::move(page.why));
        return false;
    }
    if (pages_ == bounds_.pages || entries_ + page.entries > bounds_.entries) {
        endWalk(walk, Outcome::Invalid,
                pages_ == bounds_.pages ? "there are more pages than the limit"
                                        : "there are more entries than the limit");
        return false;
    }
    ++pages_;
    entries_ += page.entries;
    walk.documents.push_back(*std::move(page.document));
    walk.digests.push_back(std::move(page.digest));
    if (query_.keepText) walk.texts.push_back(std::move(page.text));
    if (!page.next.empty()) return turnPage(walk, page.next);
    walk.outcome = Outcome::Ok;
    return false;
}

/// The link is the server's word: followed only where it stays on the server and leads on.
bool QueryRun::turnPage(Walk& walk, std::string_view link)
{
    auto next = follow(base_, walk.url, link);
    if (!next) {
        endWalk(walk, Outcome::Partial, "the next page: " + next.error().what);
    } else if (walk.seen.contains(toText(*next))) {
        endWalk(walk, Outcome::Partial, "the pages lead in a circle");
    } else if (pages_ == bounds_.pages) {
        endWalk(walk, Outcome::Partial, "there are more pages than the limit");
    } else {
        walk.url = *std::move(next);
        return true;
    }
    return false;
}

void QueryRun::endWalk(Walk& walk, Outcome outcome, std::string why)
{
    walk.outcome = walk.documents.empty() ? outcome : Outcome::Partial;
    walk.why = std::move(why);
}

void QueryRun::endStep()
{
    auto const unauthorised = std::ranges::find_if(walks_, &Walk::unauthorised);
    if (unauthorised != walks_.end()) return endDenied(*unauthorised);
    auto const refused = std::ranges::find_if(walks_, &Walk::formRefused);
    if (refused == walks_.end()) return endWithDocuments();
    if (answer_.step + 1 < query_.ladder.size()) return takeStep(answer_.step + 1);
    // Rights are what the operator can mend, so 403 goes before the others.
    auto const forbidden = std::find_if(refused, walks_.end(), [](Walk const& walk) {
        return walk.formRefused && walk.status == 403;
    });
    endDenied(forbidden == walks_.end() ? *refused : *forbidden);
}

/// All requests of a step have to succeed: what the others brought is not used.
void QueryRun::endDenied(Walk const& walk)
{
    answer_.status = walk.status;
    end(walk.outcome, walk.why);
}

void QueryRun::endWithDocuments()
{
    auto const failed =
        std::ranges::find_if(walks_, [](Walk const& walk) { return walk.outcome != Outcome::Ok; });
    auto const& telling = failed == walks_.end() ? walks_.back() : *failed;
    answer_.status = telling.status;
    answer_.pages = pages_;
    for (auto& walk : walks_) {
        std::ranges::move(walk.documents, std::back_inserter(answer_.documents));
        std::ranges::move(walk.digests, std::back_inserter(answer_.digests));
        std::ranges::move(walk.texts, std::back_inserter(answer_.texts));
    }
    bool const some = failed != walks_.end() && !answer_.documents.empty();
    end(some ? Outcome::Partial : telling.outcome, telling.why);
}

void QueryRun::end(Outcome outcome, std::string why)
{
    answer_.outcome = outcome;
    answer_.why = std::move(why);
    answer_.took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begun_);
    auto const done = std::move(done_);
    get_ = nullptr; // with it goes the token
    done(std::move(answer_));
}

} // namespace tcds::client
