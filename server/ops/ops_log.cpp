#include "server/ops/ops_log.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace tcds::ops {

namespace {

constexpr std::size_t kQueue = 8192;

spdlog::level::level_enum levelOf(http::Log::Level level)
{
    switch (level) {
    case http::Log::Level::Debug:
        return spdlog::level::debug;
    case http::Log::Level::Info:
        return spdlog::level::info;
    case http::Log::Level::Warn:
        return spdlog::level::warn;
    case http::Log::Level::Error:
        return spdlog::level::err;
    }
    return spdlog::level::info;
}

/// `,"name":"value"` for each field: the writer escapes, so no field can forge a line (CTL-09).
std::string asJson(std::string_view name, std::span<http::Log::Field const> fields)
{
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> json{buffer};
    auto const text = [&json](std::string_view value) {
        json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    };
    json.StartObject();
    json.Key("event");
    text(name);
    for (auto const& field : fields) {
        json.Key(field.name.data(), static_cast<rapidjson::SizeType>(field.name.size()));
        text(field.value);
    }
    json.EndObject();
    std::string line{buffer.GetString() + 1, buffer.GetSize() - 1}; // joins the head of the pattern
    return line;
}

/// Text for people: control characters out, so that no field can forge a line or move the cursor.
std::string asText(std::string_view name, std::span<http::Log::Field const> fields)
{
    std::string line{name};
    for (auto const& field : fields) {
        line += ' ';
        line += field.name;
        line += '=';
        for (auto const c : field.value)
            line += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    }
    return line;
}

} // namespace

struct OpsLog::Impl {
    bool json = true;
    // The pool goes first and joins its thread, so that the last hold on the logger is ours.
    std::shared_ptr<spdlog::async_logger> logger;
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::function<void(std::string_view, std::span<Field const>)> listener;
};

OpsLog::OpsLog(std::string_view level, std::string_view format) : impl_{std::make_unique<Impl>()}
{
    impl_->json = format != "text";
    impl_->pool = std::make_shared<spdlog::details::thread_pool>(kQueue, 1U);
    impl_->logger = std::make_shared<spdlog::async_logger>(
        "twitch-cds", std::make_shared<spdlog::sinks::stderr_sink_mt>(), impl_->pool,
        spdlog::async_overflow_policy::overrun_oldest);
    impl_->logger->set_level(spdlog::level::from_str(std::string{level}));
    impl_->logger->set_pattern(impl_->json ? R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)"
                                           : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                               spdlog::pattern_time_type::utc);
    impl_->logger->flush_on(spdlog::level::info);
}

OpsLog::~OpsLog() { impl_->logger->flush(); }

void OpsLog::event(Level level, std::string_view name, std::span<Field const> fields)
{
    auto const spdlogLevel = levelOf(level);
    if (impl_->logger->should_log(spdlogLevel))
        impl_->logger->log(spdlogLevel, spdlog::string_view_t{impl_->json ? asJson(name, fields)
                                                                          : asText(name, fields)});
    if (impl_->listener) impl_->listener(name, fields);
}

void OpsLog::event(Level level, std::string_view name, std::initializer_list<Field> fields)
{
    event(level, name, std::span<Field const>{fields.begin(), fields.size()});
}

void OpsLog::onEvent(std::function<void(std::string_view, std::span<Field const>)> listener)
{
    impl_->listener = std::move(listener);
}

} // namespace tcds::ops
