#include "tests/bench/server_process.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace tcds::bench {

namespace {

/// The port that the output names, 0 while it names none.
std::uint16_t portIn(std::string_view output)
{
    constexpr std::string_view kMark = "\"port\":\"";
    auto const at = output.find(kMark);
    if (at == std::string_view::npos || output.find('"', at + kMark.size()) == output.npos)
        return 0;
    std::uint16_t port = 0;
    (void)std::from_chars(output.data() + at + kMark.size(), output.data() + output.size(), port);
    return port;
}

[[noreturn]] void become(Command const& command, int output)
{
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    for (auto const& [name, value] : command.environment) ::setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> arguments;
    for (auto const& argument : command.arguments)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
}

} // namespace

ServerProcess::ServerProcess(Command const& command)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error{"no pipe"};
    process_ = ::fork();
    if (process_ == 0) become(command, ends[1]);
    ::close(ends[1]);
    output_ = ends[0];
    std::string said;
    std::array<char, 1024> buffer{};
    while (port_ == 0) {
        auto const bytes = ::read(output_, buffer.data(), buffer.size());
        if (bytes < 0 && errno == EINTR) continue;
        if (bytes <= 0)
            throw std::runtime_error{command.arguments.front() + " does not listen: " + said};
        said.append(buffer.data(), static_cast<std::size_t>(bytes));
        port_ = portIn(said);
    }
}

ServerProcess::~ServerProcess()
{
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    ::close(output_);
}

std::chrono::nanoseconds ServerProcess::cpuTime() const
{
    clockid_t clock{};
    std::timespec time{};
    if (::clock_getcpuclockid(process_, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
        throw std::runtime_error{"the CPU time of a server cannot be read"};
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

std::size_t ServerProcess::residentKib() const
{
    std::ifstream status{"/proc/" + std::to_string(process_) + "/status"};
    constexpr std::string_view kField = "VmRSS:";
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(kField)) return std::stoul(line.substr(kField.size()));
    return 0;
}

} // namespace tcds::bench
