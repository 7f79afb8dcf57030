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

std::string newDirectory()
{
    auto path = (std::filesystem::temp_directory_path() / "tcds-app-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error{"no temporary directory"};
    return path;
}

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
    return loaded->config;
}

} // namespace

Service::Service(Settings const& settings, std::string const& yaml, std::string const& folder,
                 auth::FetchKeySet fetch)
    : directory_{folder.empty() ? newDirectory() : folder},
      ownsDirectory_{folder.empty()}, config_{configuration(settings, yaml, directory_)}
{
    clock_.at = parseDateTime("2026-01-31T08:00:00Z")->first();
    audit::LogOptions options;
    options.directory = config_.auditDirectory;
    options.node = config_.node;
    options.tenant = config_.tenant;
    options.sync = audit::Sync::Never;
    auto log = audit::Log::open(options, clock_);
    if (!log) throw std::runtime_error{toText(log.error())};
    log_ = std::move(*log);
    auto pseudonyms = audit::Pseudonyms::fromFileOrNew(directory_ + "/key", config_.tenant);
    if (!pseudonyms) throw std::runtime_error{toText(pseudonyms.error())};
    pseudonyms_ = std::make_unique<audit::Pseudonyms>(std::move(*pseudonyms));
    ops_.onEvent([this](std::string_view name, std::span<http::Log::Field const> fields) {
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
    if (config_.suppress) {
        state::Options remembered;
        remembered.file = config_.stateFile;
        auto opened = state::Store::open(remembered);
        if (!opened) throw std::runtime_error{toText(opened.error())};
        state_ = std::move(*opened);
        repeats_ = std::make_unique<Repeats>(*state_, ops_,
                                             std::chrono::hours{24 * config_.encounterDays});
    }
    app_ = std::make_unique<App>(config_, tcds::test::shippedRules(), *callers_, clock_, *log_,
                                 *pseudonyms_, ops_, nullptr, repeats_.get());
}

Service::~Service()
{
    app_.reset();
    repeats_.reset();
    state_.reset();
    log_.reset();
    if (!ownsDirectory_) return;
    std::error_code ignored; // a left-over directory of /tmp fails no test
    std::filesystem::remove_all(directory_, ignored);
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

std::string Service::log() const
{
    std::ostringstream all;
    for (auto const& file : std::filesystem::directory_iterator{config_.auditDirectory})
        if (file.path().extension() == ".jsonl") all << std::ifstream{file.path()}.rdbuf();
    return all.str();
}

std::vector<std::string> Service::records(std::string_view type) const
{
    std::vector<std::string> found;
    std::istringstream lines{log()};
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
