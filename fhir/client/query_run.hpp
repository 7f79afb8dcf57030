#pragma once

#include "fhir/client/fhir_client.hpp"
#include "fhir/client/page.hpp"
#include "fhir/client/transport.hpp"
#include "fhir/client/url.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::client {

/// Bounds of one query; see Options.
struct QueryBounds {
    std::size_t answerBytes = 0;
    std::size_t entries = 0;
    std::size_t pages = 0;
};

/// Walks the ladder of one query and the pages of each of its requests, to one answer. Knows no
/// sockets: requests go out through `get`.
class QueryRun : public std::enable_shared_from_this<QueryRun>
{
public:
    /// Calls back once, later, on any thread.
    using Get = std::function<void(Url url, std::function<void(Reply)>)>;
    using Done = std::function<void(Answer)>;

    QueryRun(Query query, Url base, QueryBounds bounds, Get get, Done done);

    /// Once; may call `done` itself when there is nothing to send.
    void start();

private:
    /// One request of a step and the pages after it.
    struct Walk {
        std::string request;
        Url url;
        std::set<std::string> seen{};
        std::vector<json::Document> documents{};
        std::vector<std::string> digests{};
        std::vector<std::string> texts{};
        Outcome outcome = Outcome::Error;
        int status = 0;
        bool formRefused = false;
        bool unauthorised = false;
        std::string why{};
    };

    void takeStep(std::size_t step);
    void send(std::size_t walk);
    void received(std::size_t walk, Reply reply);
    bool take(Walk& walk, Page page);
    bool turnPage(Walk& walk, std::string_view link);
    void endWalk(Walk& walk, Outcome outcome, std::string why);
    void endStep();
    void endDenied(Walk const& walk);
    void endWithDocuments();
    void end(Outcome outcome, std::string why);

    Query query_;
    Url base_;
    QueryBounds bounds_;
    Get get_;
    Done done_;
    Answer answer_;
    std::chrono::steady_clock::time_point begun_;

    std::mutex mutex_; // guards what follows, while requests of a step are under way
    std::vector<Walk> walks_;
    std::size_t open_ = 0; // walks that have not ended
    std::size_t pages_ = 0;
    std::size_t entries_ = 0;
};

} // namespace tcds::client
