#include "test_server.hpp"

#include <algorithm>
#include <stdexcept>

namespace tcds::http::test {

using namespace std::chrono_literals;

void RecordingLog::event(Level /*level*/, std::string_view name, std::span<Field const> fields)
{
    std::string line{name};
    for (auto const& field : fields) {
        line.append(" ").append(field.name).append("=").append(field.value);
    }
    std::scoped_lock const lock{mutex_};
    lines_.push_back(std::move(line));
    added_.notify_all();
}

std::optional<std::string> RecordingLog::waitFor(std::string_view name)
{
    std::unique_lock lock{mutex_};
    std::optional<std::string> found;
    added_.wait_for(lock, 10s, [&] {
        for (auto const& line : lines_) {
            if (line.starts_with(name)) found = line;
        }
        return found.has_value();
    });
    return found;
}

bool RecordingLog::has(std::string_view name)
{
    std::scoped_lock const lock{mutex_};
    return std::ranges::any_of(lines_, [&](auto const& line) { return line.starts_with(name); });
}

bool EchoHandler::mayBlock(Request const& request) const
{
    return request.body.size() > blockAbove;
}

void EchoHandler::handle(Request&& request, http::Answer answer)
{
    if (handleWith) return handleWith(std::move(request), std::move(answer));
    if (answerWith) return answer(answerWith(std::move(request)));
    Response response;
    response.contentType = "text/plain";
    response.body = request.method + " " + request.path + "|" + request.query + "|" + request.body;
    answer(std::move(response));
}

void Gate::open()
{
    std::scoped_lock const lock{mutex_};
    open_ = true;
    changed_.notify_all();
}

void Gate::pass()
{
    std::unique_lock lock{mutex_};
    guest_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
}

void Gate::awaitGuest()
{
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return guest_; });
}

std::string plainError(Error const& error) { return "E " + error.where + "|" + error.what; }

Options testOptions()
{
    Options options;
    options.errorBody = plainError;
    options.errorContentType = "application/fhir+json";
    return options;
}

Running::Running(Options options, EchoHandler given)
    : handler{std::move(given)}, server{std::move(options), handler, log}
{
    if (auto const started = server.start(); !started)
        throw std::runtime_error{started.error().what};
}

std::string get(std::string_view target, std::string_view fields)
{
    return "GET " + std::string{target} + " HTTP/1.1\r\nHost: x\r\n" + std::string{fields} + "\r\n";
}

std::string post(std::string_view target, std::string_view body, std::string_view fields)
{
    return "POST " + std::string{target} +
           " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string{fields} + "\r\n" + std::string{body};
}

} // namespace tcds::http::test
