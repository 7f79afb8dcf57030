#pragma once

#include "server/app/app.hpp"

#include <filesystem>
#include <memory>

namespace tcds::bench {

/// The service in this process, as `serve --mode sandbox` builds it, with a state folder of its own
/// that goes with it.
class ServiceStage
{
public:
    /// @param recording  LeftOut: what the service costs without its records, which no
    ///                   configuration gives
    /// @throws std::runtime_error when something is not there
    explicit ServiceStage(app::Recording recording = app::Recording::Kept);
    ~ServiceStage();
    ServiceStage(ServiceStage const&) = delete;
    ServiceStage& operator=(ServiceStage const&) = delete;

    [[nodiscard]] app::App& app();
    [[nodiscard]] ops::OpsLog& ops();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::bench
