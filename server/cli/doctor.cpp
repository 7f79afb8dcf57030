#include "server/doctor/doctor.hpp"

#include "server/cds/request.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/outbound.hpp"
#include "server/cli/private_memory.hpp"
#include "server/cli/rule_source.hpp"
#include "server/cli/settings.hpp"
#include "server/doctor/entry.hpp"
#include "server/doctor/token_file.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>

namespace tcds::cli {

namespace {

using config::ClientEntry;

Error unknownClient(std::string const& name, std::vector<ClientEntry> const& entries)
{
    std::vector<std::string_view> names;
    for (auto const& entry : entries) names.emplace_back(entry.name);
    auto const near = nearestWord(name, names);
    return {Error::Kind::NotFound, "--client " + name,
            "no entry of the configuration has this name",
            !near.empty()   ? "did you mean \"" + near + "\"?"
            : names.empty() ? "give the file with the client entries by --config"
                            : "see `twitch-cds config show` for the names"};
}

/// The entries that are to be looked at; everybody's where there are none.
Result<std::vector<ClientEntry>> wantedEntries(config::Config const& config,
                                               std::string const& name)
{
    if (name.empty() && config.clients.empty())
        return std::vector{doctor::entryOfEverybody(config)};
    if (name.empty()) return config.clients;
    auto const entry = std::ranges::find(config.clients, name, &ClientEntry::name);
    if (entry == config.clients.end()) return unknownClient(name, config.clients);
    return std::vector{*entry};
}

/// The one server that a patient id or a token can be of; a token goes to no other (CTL-06).
Result<void> checkTarget(DoctorArguments const& arguments, std::vector<ClientEntry> const& entries)
{
    for (auto const& [option, id] :
         {std::pair{"--patient", arguments.patient}, std::pair{"--encounter", arguments.encounter}})
        if (!id.empty() && !cds::isFhirId(id))
            return Error{Error::Kind::BadRequest, option, "this is no FHIR id",
                         "give the id alone: letters, digits, - and ., at most 64"};
    std::size_t servers = 0;
    for (auto const& entry : entries)
        servers += static_cast<std::size_t>(
            arguments.fhirServer.empty()
                ? static_cast<std::ptrdiff_t>(entry.fhirServers.size())
                : std::ranges::count(entry.fhirServers, arguments.fhirServer));
    if (!arguments.fhirServer.empty() && servers == 0)
        return Error{Error::Kind::NotFound, "--fhir-server " + arguments.fhirServer,
                     "no such base is listed", "write it as the configuration lists it"};
    auto const ofOneServer = !arguments.patient.empty() || !arguments.tokenFile.empty();
    if (ofOneServer && servers > 1)
        return Error{Error::Kind::BadRequest,
                     arguments.tokenFile.empty() ? "--patient" : "--token-file",
                     "patient and token are of one server, and " + std::to_string(servers) +
                         " are to be looked at",
                     "name it with --client and --fhir-server"};
    return {};
}

Result<doctor::Visit> visitOf(DoctorArguments const& arguments, config::Config const& config)
{
    auto outbound = clientOptions(config);
    if (!outbound) return outbound.error();
    doctor::Visit visit;
    visit.outbound = *std::move(outbound);
    visit.outbound.connect = visit.patience; // what is slow is to be measured, not cut off
    visit.fhirServer = arguments.fhirServer;
    visit.chart = {arguments.patient, arguments.encounter};
    if (arguments.tokenFile.empty()) return visit;
    auto token = doctor::readTokenFile(arguments.tokenFile);
    if (!token) return token.error();
    visit.token = std::move(*token);
    return visit;
}

} // namespace

int doctor(DoctorArguments const& arguments)
{
    auto const loaded = loadSettings(arguments.config, arguments.flags);
    if (!loaded) return Exit::kConfiguration;
    auto const& config = loaded->config;
    auto const entries = wantedEntries(config, arguments.client);
    if (!entries) {
        complain(entries.error());
        return Exit::kUsage;
    }
    if (auto const target = checkTarget(arguments, *entries); !target) {
        complain(target.error());
        return Exit::kUsage;
    }
    keepMemoryPrivate();
    auto const rules = rulesOf(config, "");
    auto const visit = visitOf(arguments, config);
    if (!visit) complain(visit.error());
    if (!rules || !visit) return Exit::kConfiguration;

    std::signal(SIGPIPE, SIG_IGN); // a server that hangs up is a finding
    SystemClock const clock;
    std::vector reports{doctor::examineService(config, clock)};
    for (auto const& entry : *entries)
        reports.push_back(doctor::examine(config, entry, *visit, *rules, clock));
    std::cout << (arguments.json ? doctor::asJson(reports)
                                 : doctor::asText(reports, colourOnStdout()));
    return doctor::hasProblem(reports) ? Exit::kCheckFailed : Exit::kDone;
}

} // namespace tcds::cli
