#pragma once

#include "server/app/admin.hpp"
#include "server/app/app.hpp"
#include "server/app/content_switch.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/app/calls.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::app::test {

/// The service without sockets: the shipped rules, a real decision log in a directory of its own
/// and the clock at 2026-01-31T08:00:00Z.
class Service
{
public:
    using Settings = std::vector<std::pair<std::string, std::string>>;
    /// @param settings  configuration flags beyond mode sandbox ("max_cards" -> "1")
    /// @param yaml      a configuration file besides
    /// @param folder    of another service, whose log and state go on; "" = one of its own
    /// @param fetch     fetches key sets; without it none can be had
    explicit Service(Settings const& settings = {}, std::string const& yaml = {},
                     std::string const& folder = {}, auth::FetchKeySet fetch = {});
    ~Service();
    Service(Service const&) = delete;
    Service& operator=(Service const&) = delete;

    http::Response post(std::string_view path, std::string body,
                        std::string_view contentType = "application/json");
    http::Response send(std::string_view method, std::string_view path);
    http::Response handle(http::Request request);

    /// What the decision log holds: records of a type, oldest first.
    [[nodiscard]] std::vector<std::string> records(std::string_view type) const;
    /// The whole log as it stands on the disk.
    [[nodiscard]] std::string log() const;
    /// Every event of the operations log: name and fields, one a line.
    [[nodiscard]] std::string const& events() const { return events_; }

    /// The metrics as they are scraped; "" without the setting metrics.listen.
    [[nodiscard]] std::string metrics() const { return metrics_ ? metrics_->text() : ""; }

    App& app() { return *app_; }
    /// Exchanges the rules of the service, which begins with the shipped ones; ends before it.
    std::unique_ptr<ContentSwitch> contentSwitch(ContentSwitch::Load load);
    ops::OpsLog& ops() { return ops_; }
    /// What the admin interface of this service works on.
    Admin::Parts adminParts(ContentSwitch& content)
    {
        return {config_, content, *tenants_, clock_, ops_};
    }
    /// Moves the clock on.
    void wait(std::chrono::milliseconds time) { clock_.at += time; }
    /// The instant so long from now, as FHIR writes it.
    [[nodiscard]] std::string clockText(std::chrono::milliseconds fromNow) const
    {
        return toText(clock_.at + fromNow);
    }
    /// The file that remembers repeats.
    [[nodiscard]] std::string const& stateFile() const { return config_.stateFile; }
    [[nodiscard]] Repeats const* repeats() const { return tenants_->own().repeats.get(); }
    [[nodiscard]] std::string const& folder() const { return directory_; }
    [[nodiscard]] std::uint64_t losses() const { return tenants_->own().log->losses(); }

private:
    std::optional<tcds::test::TemporaryFolder> own_; // unless the folder is given
    std::string directory_;
    config::Config config_;
    struct SetClock final : Clock {
        Instant at{};
        [[nodiscard]] Instant now() const override { return at; }
    } clock_;
    ops::OpsLog ops_{"error", "json"};
    std::string events_;
    std::unique_ptr<Callers> callers_;
    std::unique_ptr<ops::Metrics> metrics_;
    std::unique_ptr<Tenants> tenants_;
    std::unique_ptr<App> app_;
};

/// What a decision log holds: all of it, and its records of a type, oldest first.
std::string logIn(std::string const& directory);
std::vector<std::string> recordsIn(std::string const& directory, std::string_view type);

/// While it lives, no file of this process can grow: every write fails as on a full disk.
class FullDisk
{
public:
    FullDisk();
    ~FullDisk();
    FullDisk(FullDisk const&) = delete;
    FullDisk& operator=(FullDisk const&) = delete;

private:
    struct Before;
    std::unique_ptr<Before> before_;
};

/// Header of an answer, "" when it has none.
std::string header(http::Response const& response, std::string_view name);
/// Number of cards; -1 for an answer that is no 200.
int cardsOf(http::Response const& response);

} // namespace tcds::app::test
