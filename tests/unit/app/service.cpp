#include "tests/unit/app/service.hpp"

#include "server/app/key_servers.hpp"
#include "tests/support/json_edit.hpp"
#include "tests/support/rule_texts.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <sys/resource.h>

namespace tcds::app::test {

namespace {

config::Config configuration(Service::Settings const& settings, std::string const& yaml,
                             std::string const& directory)
{
    config::Sources sources;
    sources.flags = {{"mode", "sandbox"},
                     {"audit.directory", directory + "/audit"},
                     {"state.file", directory + "/state.db"}};
    for (auto const& setting : settings) {
        std::erase_if(sources.flags, [&](auto const& flag) { return flag.first == setting.first; });
        sources.flags.push_back(setting);
    }
    sources.hostName = "ward-7";
    if (!yaml.empty()) {
        sources.file = "site.yaml";
        sources.fileText = yaml;
    }
    Problems problems;
    auto loaded = config::load(sources, problems);
    if (!loaded) throw std::runtime_error{problems.asError().what};
    auto config = loaded->config;
    config.auditKeyFile.clear(); // made beside the log, though production would be given one
    if (config.fsync == config::Fsync::Interval) config.fsync = config::Fsync::Never;
    return config;
}

} // namespace

Service::Service(Settings const& settings, std::string const& yaml, std::string const& folder,
                 auth::FetchKeySet fetch)
    : directory_{folder.empty() ? own_.emplace().path() : folder}, config_{configuration(
                                                                       settings, yaml, directory_)}
{
    if (!config_.metricsAddress.empty()) metrics_ = metricsOf(config_, *tcds::test::shippedRules());
    clock_.at = parseDateTime("2026-01-31T08:00:00Z")->first();
    ops_.onEvent([this](std::string_view name, std::span<http::Log::Field const> fields) {
        if (metrics_) metrics_->hear(name, fields);
        events_ += name;
        for (auto const& field : fields)
            events_ += " " + std::string{field.name} + "=" + std::string{field.value};
        events_ += "\n";
    });
    auto keyServers = pinnedOnly(ops_);
    keyServers.fetch = std::move(fetch);
    auto callers = Callers::make(config_, std::move(keyServers));
    if (!callers) throw std::runtime_error{toText(callers.error())};
    callers_ = std::make_unique<Callers>(std::move(*callers));
    callers_->fetchKeySets();
    auto tenants = Tenants::open(config_, clock_, ops_, Tally{metrics_.get()});
    if (!tenants) throw std::runtime_error{toText(tenants.error())};
    tenants_ = std::make_unique<Tenants>(std::move(*tenants));
    app_ = std::make_unique<App>(config_, tcds::test::shippedRules(), *callers_, clock_, *tenants_,
                                 ops_, nullptr, metrics_.get());
}

Service::~Service()
{
    app_.reset();
    tenants_.reset();
}

std::unique_ptr<ContentSwitch> Service::contentSwitch(ContentSwitch::Load load)
{
    return std::make_unique<ContentSwitch>(
        ContentSwitch::Parts{*app_, *tenants_, clock_, ops_, Tally{metrics_.get()}},
        ReadyContent{tcds::test::shippedRules(), {}, {}}, std::move(load));
}

http::Response Service::handle(http::Request request)
{
    http::Response given;
    app_->handle(std::move(request),
                 [&given](http::Response&& response) { given = std::move(response); });
    return given;
}

http::Response Service::post(std::string_view path, std::string body, std::string_view contentType)
{
    http::Request request;
    request.method = "POST";
    request.path = path;
    request.body = std::move(body);
    request.remoteAddress = "192.0.2.7";
    if (!contentType.empty()) request.headers.add("Content-Type", contentType);
    return handle(std::move(request));
}

http::Response Service::send(std::string_view method, std::string_view path)
{
    http::Request request;
    request.method = method;
    request.path = path;
    return handle(std::move(request));
}

std::string Service::log() const { return logIn(config_.auditDirectory); }

std::vector<std::string> Service::records(std::string_view type) const
{
    return recordsIn(config_.auditDirectory, type);
}

std::string logIn(std::string const& directory)
{
    std::ostringstream all;
    for (auto const& file : std::filesystem::directory_iterator{directory})
        if (file.path().extension() == ".jsonl") all << std::ifstream{file.path()}.rdbuf();
    return all.str();
}

std::vector<std::string> recordsIn(std::string const& directory, std::string_view type)
{
    std::vector<std::string> found;
    std::istringstream lines{logIn(directory)};
    for (std::string line; std::getline(lines, line);)
        if (tcds::test::at(line, "/type") == type) found.push_back(line);
    return found;
}

struct FullDisk::Before {
    ::rlimit limit{};
    void (*handler)(int) = nullptr;
};

FullDisk::FullDisk() : before_{std::make_unique<Before>()}
{
    ::getrlimit(RLIMIT_FSIZE, &before_->limit);
    before_->handler = std::signal(SIGXFSZ, SIG_IGN); // the write fails with EFBIG instead
    auto none = before_->limit;
    none.rlim_cur = 1;
    ::setrlimit(RLIMIT_FSIZE, &none);
}

FullDisk::~FullDisk()
{
    ::setrlimit(RLIMIT_FSIZE, &before_->limit);
    (void)std::signal(SIGXFSZ, before_->handler); // restored; the old handler was ours to replace
}

std::string header(http::Response const& response, std::string_view name)
{
    return std::string{response.headers.find(name).value_or("")};
}

int cardsOf(http::Response const& response)
{
    if (response.status != 200) return -1;
    auto const document = tcds::test::parseJson(response.body);
    return static_cast<int>(document["cards"].Size());
}

} // namespace tcds::app::test
