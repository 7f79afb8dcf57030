#pragma once

#include "server/http/server.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace tcds::http::test {

/// Keeps every event as "name field=value ...", and lets a test wait for one.
class RecordingLog final : public Log
{
public:
    void event(Level level, std::string_view name, std::span<Field const> fields) override;
    /// The first line that begins with `name`; waits ten seconds for it.
    std::optional<std::string> waitFor(std::string_view name);
    [[nodiscard]] bool has(std::string_view name);

private:
    std::mutex mutex_;
    std::condition_variable added_;
    std::vector<std::string> lines_;
};

/// Answers with what it was asked: "METHOD path|query|body".
class EchoHandler : public Handler
{
public:
    [[nodiscard]] bool mayBlock(Request const& request) const override;
    void handle(Request&& request, http::Answer answer) override;

    // One of them may be set before the server starts.
    std::function<Response(Request&&)> answerWith;
    std::function<void(Request&&, http::Answer)> handleWith;
    std::size_t blockAbove = SIZE_MAX; // bytes of body
};

/// A gate that a handler waits at until the test opens it.
class Gate
{
public:
    void open();
    void pass();       // for the handler: announces itself, waits for open()
    void awaitGuest(); // for the test: until somebody stands at the gate

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
    bool guest_ = false;
};

/// Error bodies in these tests: "E <where>|<what>".
std::string plainError(Error const& error);

/// Options with loopback, plain error bodies and generous deadlines.
Options testOptions();

/// A started server with its handler and log.
struct Running {
    explicit Running(Options options = testOptions(), EchoHandler given = {});

    [[nodiscard]] std::uint16_t port() const { return server.port(); }

    EchoHandler handler;
    RecordingLog log;
    Server server;
};

/// A GET request without body.
std::string get(std::string_view target, std::string_view fields = "");
/// A POST request with Content-Length.
std::string post(std::string_view target, std::string_view body, std::string_view fields = "");

} // namespace tcds::http::test
