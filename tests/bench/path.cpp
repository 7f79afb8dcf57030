// Answers the same call over and over in this process, without sockets: for profilers and for
// counting instructions, which repeat where times do not.
//
//   valgrind --tool=callgrind tcds_bench_path 20000 200

#include "server/app/app.hpp"
#include "server/app/embedded.hpp"

#include "rules/load/bundle.hpp"
#include "rules/load/compile.hpp"
#include "tests/bench/chart_body.hpp"

#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

using namespace tcds;

constexpr int kUsage = 64;

template <class T>
T taken(Result<T> result)
{
    if (!result) throw std::runtime_error{toText(result.error())};
    return std::move(*result);
}

std::shared_ptr<rules::RuleSet const> embeddedRules()
{
    auto const content = taken(
        rules::readBundle(std::string{app::embeddedBundle()}, app::embeddedProducts(), "embedded"));
    Problems problems;
    auto compiled = rules::compile(content, problems);
    if (!compiled) throw std::runtime_error{toText(problems.asError())};
    return compiled;
}

config::Config sandbox(std::string const& folder)
{
    config::Sources sources;
    sources.flags = {{"mode", "sandbox"}, {"audit.fsync", "never"}, {"log.level", "error"}};
    sources.stateDirectory = folder;
    sources.hostName = "bench";
    Problems problems;
    auto loaded = config::load(sources, problems);
    if (!loaded) throw std::runtime_error{toText(problems.asError())};
    return loaded->config;
}

void answer(std::string const& folder, std::size_t bytes, std::size_t times)
{
    SystemClock const clock;
    auto const config = sandbox(folder);
    ops::OpsLog ops{config.logLevel, config.logFormat};
    auto const tenants = taken(app::Tenants::open(config, clock, ops));
    auto const callers = taken(app::Callers::make(config));
    app::App app{config, embeddedRules(), callers, clock, tenants, ops};

    auto const body = bench::chartBody(bytes, std::time(nullptr));
    for (std::size_t i = 0; i < times; ++i) {
        http::Request request;
        request.method = "POST";
        request.path = "/cds-services/twitch-patient-view";
        request.body = body;
        http::Response response;
        app.handle(std::move(request),
                   [&response](http::Response&& given) { response = std::move(given); });
        if (response.status != 200) throw std::runtime_error{response.body};
    }
}

} // namespace

int main(int count, char** values)
{
    if (count != 3) {
        std::cerr << "usage: tcds_bench_path REQUEST_BYTES TIMES\n";
        return kUsage;
    }
    auto const folder =
        std::filesystem::temp_directory_path() / ("twitch-cds-path-" + std::to_string(::getpid()));
    int code = 0;
    try {
        std::filesystem::create_directories(folder);
        answer(folder.string(), std::stoul(values[1]), std::stoul(values[2]));
    } catch (std::exception const& error) {
        std::cerr << "path: " << error.what() << '\n';
        code = 1;
    }
    std::error_code ignored; // what is left lies in the folder for temporary files
    std::filesystem::remove_all(folder, ignored);
    return code;
}
