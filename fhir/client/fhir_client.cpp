#include "fhir/client/fhir_client.hpp"

#include "fhir/client/base_url.hpp"
#include "fhir/client/query_run.hpp"
#include "fhir/client/transport.hpp"

#include <atomic>
#include <utility>

namespace tcds::client {
namespace {

TransportOptions transportOptions(Options const& options)
{
    return {.caFile = options.caFile,
            .networks = options.networks,
            .connectionsPerOrigin = options.connectionsPerOrigin,
            .requestsInFlight = options.requestsInFlight,
            .connect = options.connect,
            .idle = options.idle,
            .workers = options.workers};
}

/// One fetch: its token, and its answers until the last is there.
class Gathering
{
public:
    Gathering(std::size_t queries, AccessToken token, FhirClient::Done done)
        : answers_(queries), left_{queries + 1}, token_{std::move(token)}, done_{std::move(done)}
    {
    }

    /// Valid until the last answer.
    [[nodiscard]] AccessToken const& token() const { return token_; }

    /// From any thread, once an index.
    void put(std::size_t index, Answer answer)
    {
        answers_[index] = std::move(answer);
        arrive();
    }

    /// Each answer, and once a thread of the client when all queries have begun: so the thread that
    /// fetches never calls `done`, not even for queries that end as they begin.
    void arrive()
    {
        if (--left_ > 0) return;
        token_ = AccessToken{}; // nobody asks for anything any more (FHIR-02)
        done_(std::move(answers_));
    }

private:
    std::vector<Answer> answers_;
    std::atomic<std::size_t> left_;
    AccessToken token_;
    FhirClient::Done done_;
};

/// When no query can be sent at all.
std::vector<Answer> refuseAll(std::vector<Query> const& queries, std::string const& why)
{
    std::vector<Answer> answers;
    for (auto const& query : queries) {
        Answer answer;
        answer.key = query.key;
        answer.why = why;
        answers.push_back(std::move(answer));
    }
    return answers;
}

} // namespace

struct FhirClient::Impl {
    Impl(Options given, Outside outside)
        : bounds{given.answerBytes, given.entries, given.pages}, transport{transportOptions(given),
                                                                           std::move(outside)}
    {
    }

    void begin(Url const& base, AccessToken token, std::vector<Query> queries, Deadline deadline,
               Done done);

    QueryBounds bounds;
    Transport transport;
};

void FhirClient::Impl::begin(Url const& base, AccessToken token, std::vector<Query> queries,
                             Deadline deadline, Done done)
{
    auto const gathering =
        std::make_shared<Gathering>(queries.size(), std::move(token), std::move(done));
    std::shared_ptr<AccessToken const> const shared{gathering, &gathering->token()};
    for (std::size_t index = 0; index < queries.size(); ++index) {
        auto get = [this, shared, deadline](Url url, std::function<void(Reply)> replied) {
            Request request{.url = std::move(url),
                            .token = shared,
                            .accept = "application/fhir+json",
                            .bytes = bounds.answerBytes,
                            .deadline = deadline};
            transport.get(std::move(request), std::move(replied));
        };
        auto put = [gathering, index](Answer answer) { gathering->put(index, std::move(answer)); };
        std::make_shared<QueryRun>(std::move(queries[index]), base, bounds, std::move(get),
                                   std::move(put))
            ->start();
    }
    transport.post([gathering] { gathering->arrive(); });
}

FhirClient::FhirClient(Options options) : FhirClient{std::move(options), Outside{}} {}

FhirClient::FhirClient(Options options, Outside outside)
    : impl_{std::make_unique<Impl>(std::move(options), std::move(outside))}
{
}

FhirClient::~FhirClient() = default;

void FhirClient::fetch(std::string const& base, AccessToken token, std::vector<Query> queries,
                       Deadline deadline, Done done)
{
    auto url = readBaseUrl(base);
    if (queries.empty() || !url) {
        auto why = url ? std::string{} : "the base URL: " + url.error().what;
        impl_->transport.post([=, done = std::move(done), queries = std::move(queries)] {
            done(refuseAll(queries, why));
        });
        return;
    }
    impl_->begin(*url, std::move(token), std::move(queries), deadline, std::move(done));
}

} // namespace tcds::client
