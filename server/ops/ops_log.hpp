#pragma once

#include "server/http/log.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace tcds::ops {

/// The operations log: JSON lines (or text) on stderr through spdlog, asynchronous, oldest lines
/// are dropped under flood. Never a name, an id of a patient, a value or a free text of one;
/// decisions never go here.
class OpsLog final : public http::Log
{
public:
    /// @param level   error, warn, info or debug
    /// @param format  json or text
    OpsLog(std::string_view level, std::string_view format);
    ~OpsLog() override;
    OpsLog(OpsLog const&) = delete;
    OpsLog& operator=(OpsLog const&) = delete;

    void event(Level level, std::string_view name, std::span<Field const> fields) override;
    /// Convenience for a fixed list.
    void event(Level level, std::string_view name, std::initializer_list<Field> fields);

    /// Hears of every event; used to record requests that the listener refused.
    void onEvent(std::function<void(std::string_view name, std::span<Field const>)> listener);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::ops
