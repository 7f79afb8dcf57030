// The service with and without its records, in one program: what stands between the two is what
// recording costs.
//
//   tcds_bench_service recorded|unrecorded      says its port; ends with SIGTERM

#include "server/http/server.hpp"
#include "tests/bench/service_stage.hpp"

#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string_view>

namespace {

constexpr int kUsage = 64;

int serve(tcds::app::Recording recording)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr); // before the first thread
    std::signal(SIGPIPE, SIG_IGN);

    tcds::bench::ServiceStage stage{recording};
    tcds::http::Options options;
    options.address = "127.0.0.1";
    options.threads = 1;
    tcds::http::Server server{options, stage.app(), stage.ops()};
    if (auto const started = server.start(); !started) {
        std::fputs(toText(started.error()).c_str(), stderr);
        return 1;
    }
    std::printf("\"port\":\"%u\"\n", server.port());
    std::fflush(stdout);
    int signal = 0;
    (void)sigwait(&ends, &signal); // fails for no signal of the set
    (void)server.drain();          // nobody waits any more
    return 0;
}

} // namespace

int main(int count, char** values)
{
    using Recording = tcds::app::Recording;
    std::string_view const how = count == 2 ? values[1] : "";
    if (how != "recorded" && how != "unrecorded") {
        std::fputs("usage: tcds_bench_service recorded|unrecorded\n", stderr);
        return kUsage;
    }
    try {
        return serve(how == "recorded" ? Recording::Kept : Recording::LeftOut);
    } catch (std::exception const& error) {
        std::fprintf(stderr, "service: %s\n", error.what());
        return 1;
    }
}
