#include "tests/bench/service_stage.hpp"

#include "rules/load/bundle.hpp"
#include "rules/load/compile.hpp"
#include "server/app/embedded.hpp"

#include <unistd.h>

#include <stdexcept>
#include <string>

namespace tcds::bench {

namespace {

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
    sources.flags = {{"mode", "sandbox"}, {"log.level", "error"}, {"audit.compress", "false"}};
    sources.stateDirectory = folder;
    sources.hostName = "bench";
    Problems problems;
    auto loaded = config::load(sources, problems);
    if (!loaded) throw std::runtime_error{toText(problems.asError())};
    return loaded->config;
}

/// Gone with the object, which ends after all that writes to it.
struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() /
        ("twitch-cds-stage-" + std::to_string(::getpid()) + "-" + std::to_string(++made));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder()
    {
        std::error_code ignored; // what is left lies in the folder for temporary files
        std::filesystem::remove_all(path, ignored);
    }
    Folder(Folder const&) = delete;
    Folder& operator=(Folder const&) = delete;
    static inline int made = 0;
};

} // namespace

struct ServiceStage::Impl {
    explicit Impl(app::Recording recording)
        : config{sandbox(folder.path.string())}, ops{config.logLevel, config.logFormat},
          tenants{taken(app::Tenants::open(config, clock, ops))}, callers{taken(
                                                                      app::Callers::make(config))},
          app{config, embeddedRules(), callers, clock, tenants, ops, nullptr, nullptr, recording}
    {
    }
    Folder folder;
    SystemClock clock;
    config::Config config;
    ops::OpsLog ops;
    app::Tenants tenants;
    app::Callers callers;
    app::App app;
};

ServiceStage::ServiceStage(app::Recording recording) : impl_{std::make_unique<Impl>(recording)} {}
ServiceStage::~ServiceStage() = default;
app::App& ServiceStage::app() { return impl_->app; }
ops::OpsLog& ServiceStage::ops() { return impl_->ops; }

} // namespace tcds::bench
