// Compares the service with a server that only reads and parses, round by round in one run: figures
// of another hour or machine are no reference, the ratio is.

#include "tests/bench/audit_record.hpp"
#include "tests/bench/chart_body.hpp"
#include "tests/bench/load_client.hpp"
#include "tests/bench/own_certificate.hpp"
#include "tests/bench/report.hpp"
#include "tests/bench/server_process.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tcds::bench;

constexpr std::string_view kPath = "/cds-services/twitch-patient-view";
constexpr int kUsage = 64;

struct Size {
    std::size_t bytes, requests; // requests: a round, about half a second of the service
};
constexpr std::array kSizes{Size{2'000, 12'000}, Size{20'000, 4'000}, Size{200'000, 500}};

struct Settings {
    std::string service, null, recording, json;
    std::size_t rounds = 5, connections = 16, threads = 1, starts = 10;
    std::size_t bytes = 0; // 0: every size
};

/// A folder of its own for what the service writes; gone with the object.
class StateFolder
{
public:
    StateFolder()
        : path_{std::filesystem::temp_directory_path() /
                ("twitch-cds-bench-" + std::to_string(::getpid()))}
    {
        std::filesystem::create_directories(path_);
    }
    ~StateFolder()
    {
        std::error_code ignored; // what is left lies in the folder for temporary files
        std::filesystem::remove_all(path_, ignored);
    }
    StateFolder(StateFolder const&) = delete;
    StateFolder& operator=(StateFolder const&) = delete;
    [[nodiscard]] std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

Command serviceCommand(Settings const& settings, std::filesystem::path const& state)
{
    return {{settings.service, "serve", "--mode", "sandbox", "--listen", "127.0.0.1:0"},
            {{"XDG_STATE_HOME", state.string()},
             {"TWITCH_CDS__THREADS", std::to_string(settings.threads)}}};
}

/// The same service behind TLS.
Command securedCommand(Settings const& settings, std::filesystem::path const& state)
{
    auto const certificate = (state / "server.pem").string();
    auto const key = (state / "server.key").string();
    writeOwnCertificate(certificate, key);
    auto command = serviceCommand(settings, state / "secured");
    command.environment.emplace_back("TWITCH_CDS__TLS__CERTIFICATE_FILE", certificate);
    command.environment.emplace_back("TWITCH_CDS__TLS__KEY_FILE", key);
    return command;
}

double cpuPerCall(ServerProcess const& server, std::string_view request, std::size_t connections,
                  std::size_t requests, Wire wire = Wire::Plain)
{
    auto const before = server.cpuTime();
    (void)load(server.port(), request, connections, requests, wire);
    std::chrono::duration<double, std::micro> const spent = server.cpuTime() - before;
    return spent.count() / static_cast<double>(requests);
}

SizeFigures measure(Settings const& settings, Size const& size)
{
    StateFolder const state;
    ServerProcess const null{{{settings.null}, {}}};
    ServerProcess const service{serviceCommand(settings, state.path())};
    ServerProcess const recorded{{{settings.recording, "recorded"}, {}}};
    ServerProcess const unrecorded{{{settings.recording, "unrecorded"}, {}}};
    ServerProcess const secured{securedCommand(settings, state.path())};
    auto const body = chartBody(size.bytes, std::time(nullptr));
    auto const request = postRequest(kPath, body);

    SizeFigures figures;
    figures.requestBytes = body.size();
    figures.requests = size.requests;
    auto const warmUp = size.requests / 4;
    (void)load(null.port(), request, settings.connections, warmUp);
    figures.answerBytes = load(service.port(), request, settings.connections, warmUp).size();
    (void)load(recorded.port(), request, settings.connections, warmUp);
    (void)load(unrecorded.port(), request, settings.connections, warmUp);
    (void)load(secured.port(), request, settings.connections, warmUp, Wire::Tls);

    std::vector<double> nullUs;
    std::vector<double> serviceUs;
    std::vector<double> recordedUs;
    std::vector<double> unrecordedUs;
    std::vector<double> securedUs;
    for (std::size_t round = 0; round < settings.rounds; ++round) {
        nullUs.push_back(cpuPerCall(null, request, settings.connections, size.requests));
        serviceUs.push_back(cpuPerCall(service, request, settings.connections, size.requests));
        recordedUs.push_back(cpuPerCall(recorded, request, settings.connections, size.requests));
        unrecordedUs.push_back(
            cpuPerCall(unrecorded, request, settings.connections, size.requests));
        securedUs.push_back(
            cpuPerCall(secured, request, settings.connections, size.requests, Wire::Tls));
    }
    figures.null = spreadOf(std::move(nullUs));
    figures.service = spreadOf(std::move(serviceUs));
    figures.recorded = spreadOf(std::move(recordedUs));
    figures.unrecorded = spreadOf(std::move(unrecordedUs));
    figures.secured = spreadOf(std::move(securedUs));
    figures.nullKib = null.residentKib();
    figures.serviceKib = service.residentKib();
    figures.record = newestRecord(state.path());
    return figures;
}

/// From the start of the process to its first answer to a hook call.
Spread measureStart(Settings const& settings)
{
    auto const request = postRequest(kPath, chartBody(kSizes.front().bytes, std::time(nullptr)));
    StateFolder const state;
    std::vector<double> milliseconds;
    for (std::size_t i = 0; i < settings.starts; ++i) {
        auto const start = std::chrono::steady_clock::now();
        ServerProcess const service{serviceCommand(settings, state.path())};
        (void)load(service.port(), request, 1, 1);
        std::chrono::duration<double, std::milli> const taken =
            std::chrono::steady_clock::now() - start;
        milliseconds.push_back(taken.count());
    }
    return spreadOf(std::move(milliseconds));
}

Settings readSettings(std::vector<std::string> const& arguments)
{
    Settings settings;
    std::map<std::string_view, std::string*> const texts{{"--service", &settings.service},
                                                         {"--null", &settings.null},
                                                         {"--recording", &settings.recording},
                                                         {"--json", &settings.json}};
    std::map<std::string_view, std::size_t*> const counts{{"--rounds", &settings.rounds},
                                                          {"--connections", &settings.connections},
                                                          {"--threads", &settings.threads},
                                                          {"--starts", &settings.starts},
                                                          {"--bytes", &settings.bytes}};
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        auto const text = texts.find(arguments[i]);
        auto const count = counts.find(arguments[i]);
        if ((text == texts.end() && count == counts.end()) || i + 1 == arguments.size())
            throw std::invalid_argument{arguments[i]};
        if (text != texts.end())
            *text->second = arguments[i + 1];
        else
            *count->second = std::stoul(arguments[i + 1]);
    }
    if (settings.service.empty() || settings.null.empty() || settings.recording.empty())
        throw std::invalid_argument{"--service, --null and --recording are needed"};
    if (settings.bytes != 0 &&
        std::ranges::find(kSizes, settings.bytes, &Size::bytes) == kSizes.end())
        throw std::invalid_argument{"--bytes is 2000, 20000 or 200000"};
    return settings;
}

int run(Settings const& settings)
{
    Figures figures;
    figures.rounds = settings.rounds;
    figures.connections = settings.connections;
    figures.threads = settings.threads;
    for (auto const& size : kSizes)
        if (settings.bytes == 0 || settings.bytes == size.bytes)
            figures.sizes.push_back(measure(settings, size));
    figures.startMs = measureStart(settings);
    std::cout << asTable(figures);
    if (settings.json.empty()) return 0;
    std::ofstream file{settings.json};
    file << asJson(figures) << '\n';
    if (file.flush()) return 0;
    std::cerr << settings.json << ": cannot be written. Fix: name a file in a writable folder\n";
    return 1;
}

} // namespace

int main(int count, char** values)
{
    Settings settings;
    try {
        settings = readSettings({values + 1, values + count});
    } catch (std::exception const& error) {
        std::cerr << "arguments: " << error.what()
                  << ". Fix: tcds_bench --service twitch-cds --null tcds_bench_null --recording"
                     " tcds_bench_service [--json FILE] [--bytes N] [--rounds N] [--connections N] "
                     "[--threads "
                     "N] [--starts N]\n";
        return kUsage;
    }
    try {
        return run(settings);
    } catch (std::exception const& error) {
        std::cerr << "bench: " << error.what() << '\n';
        return 1;
    }
}
