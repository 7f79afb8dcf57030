// A decision log as a hospital fills it, as long as you like, made by the service itself without
// its sockets: every record can be verified, explained and replayed.
//
//   tcds_many_records N DIRECTORY [--days D] [--from YYYY-MM-DD] [--no-repeats]
//
// N records, all types together, over D days (30) from a day on (2026-12-01; the shipped rules are
// not in effect before 2026-11-22). Three clients, one of
// them silent; a patient has about fifteen records, so there are N / 15 patients. The same
// arguments make the same calls at the same times; decision ids, card uuids and measured times are
// new in every run.
//
// With --no-repeats the service remembers nothing: no card is held back and feedback does not name
// its decision; ten times as fast where a call comes every minute.
//
// DIRECTORY gets `audit` (the log), `store` (the rules), `k26q1.key` (the key of the pseudonyms),
// `state.db` and `site.yaml`, with which the commands find all of it:
//
//   twitch-cds audit verify --config DIRECTORY/site.yaml

#include "fhir/base/datetime.hpp"
#include "server/app/app.hpp"
#include "server/app/content_switch.hpp"
#include "server/app/key_servers.hpp"
#include "server/cli/content_source.hpp"
#include "server/replay/settings_store.hpp"
#include "tests/bench/many_charts.hpp"

#include <rapidjson/document.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace tcds;
using bench::Dice;
using bench::Visit;

constexpr int kUsage = 64;
constexpr std::size_t kRecordsAPatient = 15;
constexpr std::size_t kUsersAClient = 40;

template <class T>
T taken(Result<T> result)
{
    if (!result) throw std::runtime_error{toText(result.error())};
    return std::move(*result);
}

struct Wanted {
    std::size_t records = 0;
    std::string directory;
    std::size_t days = 30;
    std::string from = "2026-12-01";
    bool repeats = true;
};

/// The day's calls come between six and twenty o'clock, evenly.
class WorkingHours final : public Clock
{
public:
    explicit WorkingHours(Wanted const& wanted)
        : first_{taken(parseDateTime(wanted.from)).first()}, days_{wanted.days}, records_{
                                                                                     wanted.records}
    {
        at(0);
    }

    void at(std::size_t record)
    {
        using namespace std::chrono;
        auto const share = static_cast<double>(record) * static_cast<double>(days_) /
                           static_cast<double>(records_);
        auto const day = static_cast<int>(share);
        auto const ofDay = duration<double, std::ratio<3600>>{6.0 + 14.0 * (share - day)};
        now_ = first_ + days{day} + duration_cast<milliseconds>(ofDay);
    }
    [[nodiscard]] Instant now() const override { return now_; }

private:
    Instant first_, now_;
    std::size_t days_, records_;
};

struct Client {
    std::string_view name, certificate, fhirServer;
};
constexpr std::array kClients{
    Client{"north-ehr", "ehr.north.example.org", "https://ehr.north.example.org/fhir"},
    Client{"west-ehr", "ehr.west.example.org", "https://ehr.west.example.org/fhir"},
    Client{"harbour-trial", "ehr.harbour.example.org", "https://ehr.harbour.example.org/fhir"},
};

/// The settings of a service in production, with what it asks for.
std::string siteFile(std::string const& folder, bool repeats)
{
    std::filesystem::create_directories(folder);
    auto const key = folder + "/k26q1.key";
    std::ofstream{key} << "a key for made-up patients alone";
    ::chmod(key.c_str(), S_IRUSR | S_IWUSR);
    Problems problems;
    auto const embedded =
        taken(cli::contentOf(config::Config{}, "", cli::Scrutiny::Start, problems));
    auto const& pack = *embedded.rules;
    auto text = "node: many\n"
                "tenant: example\n"
                "public_url: https://cds.example.org\n"
                "tls: {certificate_file: a.pem, key_file: b.pem, client_ca_file: c.pem}\n"
                "log: {level: error}\n"
                "audit: {directory: " +
                folder + "/audit, key_file: " + key +
                ", fsync: never}\n"
                "state: {file: " +
                folder + "/state.db, suppress: " + (repeats ? "true" : "false") +
                "}\n"
                "content:\n"
                "  store: " +
                folder +
                "/store\n"
                "  acknowledged: {pack: " +
                pack.id + ", version: " + pack.version +
                ", by: example board, on: 2026-11-30}\n"
                "clients:\n";
    for (auto const& client : kClients) {
        text += "  - {name: " + std::string{client.name} +
                ", auth: mtls, certificate_names: " + std::string{client.certificate};
        if (&client == &kClients.back()) text += ", mode: silent";
        text += "}\n";
    }
    std::ofstream{folder + "/site.yaml"} << text;
    return text;
}

config::Config settings(std::string const& folder, bool repeats)
{
    config::Sources sources;
    sources.file = folder + "/site.yaml";
    sources.fileText = siteFile(folder, repeats);
    sources.stateDirectory = folder;
    sources.hostName = "many";
    Problems problems;
    auto loaded = config::load(sources, problems);
    if (!loaded) throw std::runtime_error{toText(problems.asError())};
    return loaded->config;
}

/// The service without its sockets, at a time that is set.
class Service
{
public:
    Service(Wanted const& wanted, Clock const& clock)
        : config_{settings(wanted.directory, wanted.repeats)}, ops_{config_.logLevel,
                                                                    config_.logFormat},
          content_{content(config_, clock)}, callers_{taken(app::Callers::make(
                                                 config_, app::pinnedOnly(ops_)))},
          tenants_{taken(app::Tenants::open(config_, clock, ops_))}, app_{config_,  content_.rules,
                                                                          callers_, clock,
                                                                          tenants_, ops_},
          switch_{{app_, tenants_, clock, ops_, app::Tally{}}, content_, {}}
    {
        if (auto const kept = replay::keepSettings(config_.contentStore, callers_.settings());
            !kept)
            throw std::runtime_error{toText(kept.error())};
        if (auto const kept = switch_.recordStart(); !kept)
            throw std::runtime_error{toText(kept.error())};
    }

    http::Response post(Client const& client, std::string path, std::string body)
    {
        http::Request request;
        request.method = "POST";
        request.path = std::move(path);
        request.body = std::move(body);
        request.remoteAddress = "192.0.2.7";
        request.peerNames = {std::string{client.certificate}};
        request.headers.add("Content-Type", "application/json");
        http::Response response;
        app_.handle(std::move(request),
                    [&response](http::Response&& given) { response = std::move(given); });
        return response;
    }

private:
    static app::ReadyContent content(config::Config const& config, Clock const& clock)
    {
        Problems problems;
        return taken(cli::contentToServe(config, clock.now(), cli::Scrutiny::Start, problems));
    }

    config::Config config_;
    ops::OpsLog ops_;
    app::ReadyContent content_;
    app::Callers callers_;
    app::Tenants tenants_;
    app::App app_;
    app::ContentSwitch switch_;
};

/// Feedback on a card that waits to be sent.
struct Answer {
    std::size_t client = 0;
    std::string path, body;
};

/// What clinicians say of the cards of an answer: to one card in three, and to the cards of some
/// rules hardly ever anything good.
class Clinicians
{
public:
    explicit Clinicians(Dice& dice) : dice_{dice} {}

    void read(std::string const& body, std::size_t client, std::string const& path,
              std::string const& now)
    {
        rapidjson::Document answer;
        answer.Parse(body.data(), body.size());
        if (answer.HasParseError() || !answer.IsObject() || !answer.HasMember("cards"))
            throw std::runtime_error{"an answer without cards: " + body.substr(0, 200)};
        for (auto const& card : answer["cards"].GetArray())
            if (dice_.percent(33))
                waiting_.push_back({client, path + "/feedback", feedback(card, now)});
    }

    [[nodiscard]] bool ready() const { return waiting_.size() > kDelay; }
    Answer next()
    {
        auto answer = std::move(waiting_.front());
        waiting_.pop_front();
        return answer;
    }

private:
    static constexpr std::size_t kDelay = 20; // calls of others come between card and answer

    std::string feedback(rapidjson::Value const& card, std::string const& now)
    {
        auto const* const topic = card["source"]["topic"]["code"].GetString();
        auto const liked = std::hash<std::string_view>{}(topic) % 8 * 10 + 4; // percent: 4 to 74
        auto text = R"({"feedback":[{"card":")" + std::string{card["uuid"].GetString()} +
                    R"(","outcomeTimestamp":")" + now + R"(","outcome":)";
        if (card.HasMember("suggestions") && dice_.percent(static_cast<unsigned>(liked)))
            return text + R"("accepted","acceptedSuggestions":[{"id":")" +
                   card["suggestions"][0]["uuid"].GetString() + R"("}]}]})";
        text += R"("overridden")";
        if (card.HasMember("overrideReasons") && dice_.percent(80)) {
            auto const& reasons = card["overrideReasons"].GetArray();
            auto const& reason =
                reasons[static_cast<rapidjson::SizeType>(dice_.below(reasons.Size()))];
            text += R"(,"overrideReason":{"reason":{"system":"urn:twitch-cds:override-reason",)"
                    R"("code":")" +
                    std::string{reason["code"].GetString()} + R"("}})";
        }
        return text + "}]}";
    }

    Dice& dice_;
    std::deque<Answer> waiting_;
};

/// Calls until there are as many records as were wanted.
class Traffic
{
public:
    Traffic(Wanted const& wanted, WorkingHours& clock, Service& service)
        : wanted_{wanted}, clock_{clock}, service_{service}, patients_{wanted.records /
                                                                           kRecordsAPatient +
                                                                       1}
    {
    }

    void run()
    {
        while (done_ < wanted_.records) {
            if (clinicians_.ready()) {
                auto const answer = clinicians_.next();
                (void)send(answer.client, answer.path, answer.body);
            } else if (dice_.percent(1)) {
                sendUseless();
            } else {
                see();
            }
            tell();
        }
    }

private:
    /// One visit: the chart is opened, perhaps once more, and perhaps an order is signed.
    void see()
    {
        auto const patient = dice_.below(patients_);
        auto const client = patient % 8 == 7 ? kClients.size() - 1 : patient % 2;
        Visit const visit{patient, visits_++, dice_.below(kUsersAClient),
                          kClients[client].fhirServer};
        open(client, visit);
        if (dice_.percent(25)) open(client, visit);
        if (dice_.percent(20)) sign(client, visit);
    }

    void open(std::size_t client, Visit const& visit)
    {
        std::string const path = "/cds-services/twitch-patient-view";
        auto const answer = send(client, path, bench::viewBody(visit, toDay(clock_.now()), dice_));
        clinicians_.read(answer, client, path, toText(clock_.now()));
    }

    void sign(std::size_t client, Visit const& visit)
    {
        std::string const path = "/cds-services/twitch-order-sign";
        auto const answer = send(client, path, bench::signBody(visit, toDay(clock_.now()), dice_));
        clinicians_.read(answer, client, path, toText(clock_.now()));
    }

    /// Calls that are refused: a body that ends early, a context without its patient, a stranger.
    void sendUseless()
    {
        auto const& client = kClients[dice_.below(kClients.size())];
        Visit const visit{0, 0, 0, client.fhirServer};
        auto body = bench::viewBody(visit, toDay(clock_.now()), dice_);
        auto caller = client;
        switch (dice_.below(3)) {
        case 0:
            body.resize(body.size() / 2);
            break;
        case 1:
            body.replace(body.find("\"patientId\""), 11, "\"patient\"");
            break;
        default:
            caller.certificate = "stranger.example.org";
        }
        clock_.at(done_++);
        auto const answer = service_.post(caller, "/cds-services/twitch-patient-view", body);
        if (answer.status == 200) throw std::runtime_error{"a useless call was answered"};
    }

    std::string send(std::size_t client, std::string const& path, std::string body)
    {
        clock_.at(done_++);
        auto answer = service_.post(kClients[client], path, std::move(body));
        if (answer.status != 200) throw std::runtime_error{answer.body};
        return std::move(answer.body);
    }

    void tell() const
    {
        constexpr std::size_t kStep = 1000;
        if (done_ % kStep != 0 || isatty(STDERR_FILENO) != 1) return;
        std::cerr << '\r' << done_ << " of " << wanted_.records << " records" << std::flush;
    }

    Wanted const& wanted_;
    WorkingHours& clock_;
    Service& service_;
    Dice dice_{26};
    Clinicians clinicians_{dice_};
    std::size_t patients_, visits_ = 0, done_ = 0;
};

Wanted readArguments(std::vector<std::string> const& arguments)
{
    Wanted wanted;
    std::vector<std::string> plain;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        auto const hasValue = i + 1 < arguments.size();
        if (arguments[i] == "--days" && hasValue)
            wanted.days = std::stoul(arguments[++i]);
        else if (arguments[i] == "--from" && hasValue)
            wanted.from = arguments[++i];
        else if (arguments[i] == "--no-repeats")
            wanted.repeats = false;
        else
            plain.push_back(arguments[i]);
    }
    if (plain.size() != 2) throw std::invalid_argument{"two arguments are needed"};
    wanted.records = std::stoul(plain[0]);
    wanted.directory = std::filesystem::absolute(plain[1]);
    if (wanted.records == 0 || wanted.days == 0 || !parseDateTime(wanted.from))
        throw std::invalid_argument{"records, days or first day"};
    if (std::filesystem::exists(wanted.directory + "/audit"))
        throw std::invalid_argument{"there is a log already"};
    return wanted;
}

} // namespace

int main(int count, char** values)
{
    Wanted wanted;
    try {
        wanted = readArguments({values + 1, values + count});
    } catch (std::exception const& error) {
        std::cerr << "usage: tcds_many_records N DIRECTORY [--days D] [--from YYYY-MM-DD] "
                     "[--no-repeats]\n"
                  << "DIRECTORY must not hold a log yet (" << error.what() << ")\n";
        return kUsage;
    }
    try {
        WorkingHours clock{wanted};
        Service service{wanted, clock};
        Traffic{wanted, clock, service}.run();
        std::cout << wanted.directory << "/audit\n";
        return 0;
    } catch (std::exception const& error) {
        std::cerr << "many_records: " << error.what() << '\n';
        return 1;
    }
}
