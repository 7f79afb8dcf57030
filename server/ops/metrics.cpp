#include "server/ops/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace tcds::ops {

namespace {

using Labels = prometheus::Labels;

constexpr std::array<std::string_view, 3> kIndicators{"info", "warning", "critical"};
constexpr std::array kCodes{200, 204, 304, 400, 401, 403, 404, 405, 408, 412,
                            413, 414, 415, 417, 429, 431, 500, 501, 503};

// Seconds. A call with everything in its prefetch takes a millisecond, one that reads a FHIR server
// up to the deadline of 1.5 s.
prometheus::Histogram::BucketBoundaries callBounds()
{
    return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5};
}
prometheus::Histogram::BucketBoundaries fetchBounds()
{
    return {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5};
}

double seconds(Metrics::Time time) { return std::chrono::duration<double>{time}.count(); }

/// The values of one label: "none", "other" and the words that are known; each has a place.
class Words
{
public:
    explicit Words(std::vector<std::string> known) : texts_{"none", "other"}
    {
        for (auto& word : known) {
            if (!places_.emplace(word, texts_.size()).second) continue;
            texts_.push_back(std::move(word));
        }
    }

    [[nodiscard]] std::size_t place(std::string_view word) const
    {
        if (word.empty()) return 0;
        auto const at = places_.find(word);
        return at == places_.end() ? 1 : at->second;
    }
    [[nodiscard]] std::string const& text(std::size_t place) const { return texts_[place]; }
    [[nodiscard]] std::size_t size() const { return texts_.size(); }
    /// Places of the words that are known, without the two others.
    static constexpr std::size_t kFirst = 2;

private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    std::vector<std::string> texts_;
    std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> places_;
};

std::vector<std::string> codeWords()
{
    std::vector<std::string> words;
    for (auto const code : kCodes) words.push_back(std::to_string(code));
    return words;
}

/// Place of a code among codeWords().
std::size_t codePlace(int code)
{
    auto const at = std::ranges::find(kCodes, code);
    return at == kCodes.end() ? 1 : Words::kFirst + static_cast<std::size_t>(at - kCodes.begin());
}

struct Dimension {
    std::string_view name;
    Words const& words;
};

/// The series of one family, found by the places of their label values. A series begins to exist
/// when it is first counted: most combinations never occur.
template <class Metric, std::size_t N>
class Series
{
public:
    using Places = std::array<std::size_t, N>;

    Series(prometheus::Family<Metric>& family, std::array<Dimension, N> dimensions)
        : family_{family}, dimensions_{dimensions}, known_(sizeOf(dimensions))
    {
    }

    template <class... Made>
    Metric& at(Places places, Made const&... made)
    {
        std::size_t slot = 0;
        for (std::size_t i = 0; i < N; ++i) slot = slot * dimensions_[i].words.size() + places[i];
        if (auto* known = known_[slot].load(std::memory_order_acquire)) return *known;
        Labels labels;
        for (std::size_t i = 0; i < N; ++i)
            labels.emplace(dimensions_[i].name, dimensions_[i].words.text(places[i]));
        auto& first = family_.Add(labels, made...); // the same one for whoever comes at once
        known_[slot].store(&first, std::memory_order_release);
        return first;
    }

private:
    static std::size_t sizeOf(std::array<Dimension, N> const& dimensions)
    {
        std::size_t size = 1;
        for (auto const& dimension : dimensions) size *= dimension.words.size();
        return size;
    }

    prometheus::Family<Metric>& family_;
    std::array<Dimension, N> dimensions_;
    std::vector<std::atomic<Metric*>> known_;
};

template <std::size_t N>
using Counters = Series<prometheus::Counter, N>;
template <std::size_t N>
using Gauges = Series<prometheus::Gauge, N>;
template <std::size_t N>
using Histograms = Series<prometheus::Histogram, N>;

std::string named(std::string_view name) { return "twitch_cds_" + std::string{name}; }

using CounterFamily = prometheus::Family<prometheus::Counter>;

/// The series whose labels hold words of the rules. Made anew when other rules come into use: the
/// families stay, so series that were there go on.
struct RuleSeries {
    RuleSeries(MetricWords::Content words, Words const& outcomes, Words const& indicatorWords,
               Words const& answers, std::array<CounterFamily*, 3> families)
        : rules{std::move(words.rules)}, overrideReasons{std::move(words.overrideReasons)},
          evaluations{*families[0], {Dimension{"rule", rules}, Dimension{"outcome", outcomes}}},
          cards{*families[1], {Dimension{"rule", rules}, Dimension{"indicator", indicatorWords}}},
          feedbacks{*families[2],
                    {Dimension{"rule", rules}, Dimension{"outcome", answers},
                     Dimension{"reason", overrideReasons}}}
    {
    }

    Words rules, overrideReasons;
    Counters<2> evaluations, cards;
    Counters<3> feedbacks;
};

/// What is known of the forwarding of records, a series a tenant.
class ForwardingSeries
{
public:
    explicit ForwardingSeries(prometheus::Registry& registry)
        : added_{counter(registry, "audit_forwarded_total", "Records that the database took.")},
          refused_{counter(registry, "audit_forward_refused_total",
                           "Lines that the database did not take as records.")},
          failures_{counter(registry, "audit_forward_failures_total",
                            "Attempts to reach the database, or to send to it, that failed.")},
          connected_{gauge(registry, "audit_forward_connected", "1 while the database is there.")},
          behind_{gauge(registry, "audit_forward_lag_records", "Records that it lacks.")},
          behindSeconds_{
              gauge(registry, "audit_forward_lag_seconds", "Age of the oldest record it lacks.")}
    {
    }

    void set(std::string const& tenant, ForwardingNumbers const& numbers)
    {
        Labels const labels{{"tenant", tenant}};
        std::lock_guard const lock{mutex_};
        auto& before = before_[tenant];
        added_.Add(labels).Increment(static_cast<double>(numbers.added - before.added));
        refused_.Add(labels).Increment(static_cast<double>(numbers.refused - before.refused));
        failures_.Add(labels).Increment(static_cast<double>(numbers.failures - before.failures));
        connected_.Add(labels).Set(numbers.connected ? 1 : 0);
        behind_.Add(labels).Set(static_cast<double>(numbers.behind));
        behindSeconds_.Add(labels).Set(numbers.behindSeconds);
        before = numbers;
    }

private:
    using GaugeFamily = prometheus::Family<prometheus::Gauge>;
    static CounterFamily& counter(prometheus::Registry& registry, std::string_view name,
                                  std::string const& help)
    {
        return prometheus::BuildCounter().Name(named(name)).Help(help).Register(registry);
    }
    static GaugeFamily& gauge(prometheus::Registry& registry, std::string_view name,
                              std::string const& help)
    {
        return prometheus::BuildGauge().Name(named(name)).Help(help).Register(registry);
    }

    CounterFamily &added_, &refused_, &failures_;
    GaugeFamily &connected_, &behind_, &behindSeconds_;
    std::mutex mutex_; // of `before_`
    std::unordered_map<std::string, ForwardingNumbers> before_;
};

/// Adds words that are not there yet.
void join(std::vector<std::string>& words, std::vector<std::string> const& more)
{
    for (auto const& word : more)
        if (std::ranges::find(words, word) == words.end()) words.push_back(word);
}

} // namespace

struct Metrics::Impl {
    explicit Impl(MetricWords words)
        : services{std::move(words.services)}, kinds{std::move(words.kinds)},
          clients{std::move(words.clients)}, ruleOutcomes{std::move(words.ruleOutcomes)},
          rejectReasons{std::move(words.rejectReasons)}, keys{std::move(words.keys)},
          inputReasons{std::move(words.inputReasons)}, resources{std::move(words.resources)},
          fetchOutcomes{std::move(words.fetchOutcomes)}
    {
        info("build_info", "The program that runs.",
             {{"version", words.version}, {"commit", words.commit}});
        use(std::move(words.content));
        startAtZero();
    }

    /// Words of before stay known: calls that began with them are still counted.
    void use(MetricWords::Content content)
    {
        std::lock_guard const lock{contentMutex};
        for (auto* const gauge : packGauges) packInfo.Remove(gauge);
        packGauges.clear();
        for (auto const& pack : content.packs) {
            auto& gauge = packInfo.Add({{"id", pack.id}, {"version", pack.version}});
            gauge.Set(1);
            packGauges.push_back(&gauge);
        }
        join(content.rules, known.rules);
        join(content.overrideReasons, known.overrideReasons);
        known = content;
        byRule = std::make_shared<RuleSeries>(
            std::move(content), ruleOutcomes, indicators, answers,
            std::array<CounterFamily*, 3>{&evaluationFamily, &cardFamily, &feedbackFamily});
    }

    [[nodiscard]] std::shared_ptr<RuleSeries> rulesInUse() const
    {
        std::lock_guard const lock{contentMutex};
        return byRule;
    }

    /// Counters that alerts watch have to be there before anything goes wrong: a series that begins
    /// at 1 shows no increase.
    void startAtZero()
    {
        for (std::size_t client = 0; client < clients.size(); ++client) {
            if (client == 1) continue; // "other": there is no such client
            unknownKeys.at({client});
            incomplete.at({client});
        }
        for (auto reason = Words::kFirst; reason < rejectReasons.size(); ++reason)
            rejects.at({reason});
        for (auto service = Words::kFirst; service < services.size(); ++service)
            durations.at({service}, callBounds());
    }

    prometheus::Family<prometheus::Counter>& counter(std::string_view name, std::string const& help)
    {
        return prometheus::BuildCounter().Name(named(name)).Help(help).Register(registry);
    }
    prometheus::Family<prometheus::Histogram>& histogram(std::string_view name,
                                                         std::string const& help)
    {
        return prometheus::BuildHistogram().Name(named(name)).Help(help).Register(registry);
    }
    void info(std::string_view name, std::string const& help, Labels const& labels)
    {
        prometheus::BuildGauge().Name(named(name)).Help(help).Register(registry).Add(labels).Set(1);
    }

    void replace(prometheus::Family<prometheus::Gauge>& family,
                 std::vector<prometheus::Gauge*>& series,
                 std::vector<std::pair<Labels, double>> const& values)
    {
        for (auto* const old : series) family.Remove(old);
        series.clear();
        for (auto const& [labels, value] : values) {
            auto& gauge = family.Add(labels);
            gauge.Set(value);
            series.push_back(&gauge);
        }
    }
    prometheus::Family<prometheus::Gauge>& gauge(std::string_view name, std::string const& help)
    {
        return prometheus::BuildGauge().Name(named(name)).Help(help).Register(registry);
    }

    prometheus::Registry registry;
    ForwardingSeries forwardings{registry};
    prometheus::Family<prometheus::Gauge>& ruleCounts{gauge("rules", "Rules in use, by status.")};
    prometheus::Family<prometheus::Gauge>& reviewDays{
        gauge("rule_review_due_timestamp_seconds", "Day on which a rule is to be reviewed.")};
    std::vector<prometheus::Gauge*> statuses, reviews; // the series of these two
    std::mutex exchanging;
    Words services, kinds, clients, ruleOutcomes, rejectReasons, keys, inputReasons, resources,
        fetchOutcomes;
    Words codes{codeWords()};
    Words indicators{{kIndicators.begin(), kIndicators.end()}};
    Words answers{{"accepted", "overridden"}};
    Words refreshes{{"ok", "failed"}};

    Counters<4> requests{counter("requests_total", "Requests that were answered."),
                         {Dimension{"service", services}, Dimension{"hook", kinds},
                          Dimension{"client", clients}, Dimension{"code", codes}}};
    CounterFamily& evaluationFamily =
        counter("rule_evaluations_total", "Rules that were candidates in a decision.");
    CounterFamily& cardFamily =
        counter("cards_returned_total", "Cards that were returned, by leading rule.");
    CounterFamily& feedbackFamily = counter("feedback_total", "Items of feedback about cards.");
    prometheus::Family<prometheus::Gauge>& packInfo = prometheus::BuildGauge()
                                                          .Name(named("pack_info"))
                                                          .Help("Rule packs in use.")
                                                          .Register(registry);
    mutable std::mutex contentMutex; // of the next three
    std::vector<prometheus::Gauge*> packGauges;
    MetricWords::Content known; // rules and reasons of every content that was in use
    std::shared_ptr<RuleSeries> byRule;
    CounterFamily& reloadFamily =
        counter("content_reloads_total", "Reloads of the rules, by outcome.");
    prometheus::Counter& reloadsDone = reloadFamily.Add({{"outcome", "ok"}});
    prometheus::Counter& reloadsRefused = reloadFamily.Add({{"outcome", "refused"}});
    prometheus::Gauge& reloadRefused =
        prometheus::BuildGauge()
            .Name(named("content_reload_refused"))
            .Help("1 while the last reload of the rules was refused.")
            .Register(registry)
            .Add({});
    Counters<2> missing{
        counter("input_missing_total", "Prefetch keys that a decision had to do without."),
        {Dimension{"key", keys}, Dimension{"reason", inputReasons}}};
    Counters<1> unknownKeys{
        counter("unknown_prefetch_keys_total", "Prefetch keys that no service here has."),
        {Dimension{"client", clients}}};
    Counters<1> rejects{counter("rejects_total", "Requests that were refused."),
                        {Dimension{"reason", rejectReasons}}};
    Counters<1> incomplete{counter("context_incomplete_total",
                                   "Calls without a part of the context that the hook requires."),
                           {Dimension{"client", clients}}};
    prometheus::Counter& writeErrors =
        counter("audit_write_errors_total", "Records that could not be kept.").Add({});
    Words destinations{{"directory", "syslog", "http"}};
    prometheus::Family<prometheus::Gauge>& checkpointFamily{
        gauge("audit_checkpoint_timestamp_seconds", "When the last checkpoint was made.")};
    Gauges<1> published{gauge("audit_checkpoint_published_timestamp_seconds",
                              "When the newest checkpoint that arrived was made."),
                        {Dimension{"destination", destinations}}};
    Counters<1> notPublished{counter("audit_checkpoint_publish_errors_total",
                                     "Attempts to publish a checkpoint that failed."),
                             {Dimension{"destination", destinations}}};
    Counters<2> keySets{counter("jwks_refresh_total", "Key sets of clients, read or not had."),
                        {Dimension{"client", clients}, Dimension{"outcome", refreshes}}};
    Histograms<1> durations{
        histogram("request_duration_seconds", "Hook calls from the end of the body to the answer."),
        {Dimension{"service", services}}};
    Histograms<3> fetches{
        histogram("fhir_fetch_duration_seconds", "Queries of FHIR servers, all pages of each."),
        {Dimension{"client", clients}, Dimension{"resource", resources},
         Dimension{"outcome", fetchOutcomes}}};
};

Metrics::Metrics(MetricWords words) : impl_{std::make_unique<Impl>(std::move(words))} {}

Metrics::~Metrics() = default;

void Metrics::request(std::string_view service, std::string_view kind, std::string_view client,
                      int code)
{
    impl_->requests
        .at({impl_->services.place(service), impl_->kinds.place(kind), impl_->clients.place(client),
             codePlace(code)})
        .Increment();
}

void Metrics::requestTook(std::string_view service, Time took)
{
    impl_->durations.at({impl_->services.place(service)}, callBounds()).Observe(seconds(took));
}

void Metrics::ruleEvaluated(std::string_view rule, std::string_view outcome)
{
    auto const use = impl_->rulesInUse();
    use->evaluations.at({use->rules.place(rule), impl_->ruleOutcomes.place(outcome)}).Increment();
}

void Metrics::cardReturned(std::string_view rule, std::string_view indicator)
{
    auto const use = impl_->rulesInUse();
    use->cards.at({use->rules.place(rule), impl_->indicators.place(indicator)}).Increment();
}

void Metrics::feedback(std::string_view rule, bool accepted, std::string_view reason)
{
    auto const use = impl_->rulesInUse();
    use->feedbacks
        .at({use->rules.place(rule), Words::kFirst + (accepted ? 0U : 1U),
             use->overrideReasons.place(reason)})
        .Increment();
}

void Metrics::fetched(std::string_view client, std::string_view resource, std::string_view outcome,
                      Time took)
{
    impl_->fetches
        .at({impl_->clients.place(client), impl_->resources.place(resource),
             impl_->fetchOutcomes.place(outcome)},
            fetchBounds())
        .Observe(seconds(took));
}

void Metrics::inputMissing(std::string_view key, std::string_view reason)
{
    impl_->missing.at({impl_->keys.place(key), impl_->inputReasons.place(reason)}).Increment();
}

void Metrics::unknownPrefetchKeys(std::string_view client, std::size_t count)
{
    if (count == 0) return;
    impl_->unknownKeys.at({impl_->clients.place(client)}).Increment(static_cast<double>(count));
}

void Metrics::rejected(std::string_view reason)
{
    impl_->rejects.at({impl_->rejectReasons.place(reason)}).Increment();
}

void Metrics::contextIncomplete(std::string_view client)
{
    impl_->incomplete.at({impl_->clients.place(client)}).Increment();
}

void Metrics::auditWriteFailed() { impl_->writeErrors.Increment(); }

void Metrics::forwarding(std::string const& tenant, ForwardingNumbers const& numbers)
{
    impl_->forwardings.set(tenant, numbers);
}

void Metrics::checkpointMade(double at) { impl_->checkpointFamily.Add({}).Set(at); }

void Metrics::checkpointPublished(std::string_view destination, double at)
{
    impl_->published.at({impl_->destinations.place(destination)}).Set(at);
    // Alerts watch it: it is there before anything goes wrong.
    impl_->notPublished.at({impl_->destinations.place(destination)});
}

void Metrics::checkpointNotPublished(std::string_view destination)
{
    impl_->notPublished.at({impl_->destinations.place(destination)}).Increment();
}

void Metrics::contentInUse(MetricWords::Content content) { impl_->use(std::move(content)); }

void Metrics::contentReloaded(bool refused)
{
    (refused ? impl_->reloadsRefused : impl_->reloadsDone).Increment();
    impl_->reloadRefused.Set(refused ? 1 : 0);
}

void Metrics::rulesInUse(RuleStates const& states)
{
    std::lock_guard const lock{impl_->exchanging};
    std::vector<std::pair<Labels, double>> counts;
    for (auto const& [status, count] : states.byStatus)
        counts.push_back({Labels{{"status", status}}, static_cast<double>(count)});
    impl_->replace(impl_->ruleCounts, impl_->statuses, counts);
    std::vector<std::pair<Labels, double>> days;
    for (auto const& review : states.reviews)
        days.push_back({Labels{{"rule", review.rule}}, review.due});
    impl_->replace(impl_->reviewDays, impl_->reviews, days);
}

void Metrics::hear(std::string_view event, std::span<http::Log::Field const> fields)
{
    if (event == "handler failed") return request("", "", "", 500);
    auto const isRead = event == "key set read";
    if (!isRead && event != "key set not had") return;
    auto const client = std::ranges::find(fields, "client", &http::Log::Field::name);
    if (client == fields.end()) return;
    impl_->keySets.at({impl_->clients.place(client->value), Words::kFirst + (isRead ? 0U : 1U)})
        .Increment();
}

std::string Metrics::text() const
{
    auto families = impl_->registry.Collect();
    std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
    for (auto& family : families)
        std::ranges::sort(family.metric, [](auto const& a, auto const& b) {
            return std::ranges::lexicographical_compare(
                a.label, b.label, [](auto const& x, auto const& y) { return x.value < y.value; });
        });
    return prometheus::TextSerializer{}.Serialize(families);
}

} // namespace tcds::ops
