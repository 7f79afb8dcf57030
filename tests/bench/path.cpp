// Answers the same call over and over in this process, without sockets: for profilers and for
// counting instructions, which repeat where times do not.
//
//   valgrind --tool=callgrind tcds_bench_path 20000 200 [unrecorded]

#include "tests/bench/chart_body.hpp"
#include "tests/bench/service_stage.hpp"

#include <cstdlib>
#include <ctime>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using namespace tcds;

constexpr int kUsage = 64;

constexpr std::size_t kReady = 4; // calls at a time, as under load

void answer(app::Recording recording, std::size_t bytes, std::size_t times)
{
    bench::ServiceStage stage{recording};
    auto const body = bench::chartBody(bytes, std::time(nullptr));
    std::size_t answered = 0;
    for (std::size_t i = 0; i < times; ++i) {
        http::Request request;
        request.method = "POST";
        request.path = "/cds-services/twitch-patient-view";
        request.body = body;
        request.settled = true;
        stage.app().handle(std::move(request), [&answered](http::Response&& response) {
            if (response.status != 200) throw std::runtime_error{response.body};
            ++answered;
        });
        if ((i + 1) % kReady == 0) stage.app().settle();
    }
    stage.app().settle();
    if (answered != times) throw std::runtime_error{"not every call was answered"};
}

} // namespace

int main(int count, char** values)
{
    auto const unrecorded = count == 4 && std::string_view{values[3]} == "unrecorded";
    if (count != 3 && !unrecorded) {
        std::cerr << "usage: tcds_bench_path REQUEST_BYTES TIMES [unrecorded]\n";
        return kUsage;
    }
    try {
        answer(unrecorded ? app::Recording::LeftOut : app::Recording::Kept, std::stoul(values[1]),
               std::stoul(values[2]));
    } catch (std::exception const& error) {
        std::cerr << "path: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
