#include "server/cli/outbound.hpp"

namespace tcds::cli {

Result<client::Options> clientOptions(config::Config const& config)
{
    client::Options options;
    options.caFile = config.fhirCaFile;
    options.answerBytes = config.fhirAnswerBytes;
    options.entries = config.maxEntries;
    options.connectionsPerOrigin = config.fhirConnections;
    auto networks = config.fhirNetworks;
    if (config.mode != config::Mode::Production) { // decision D6
        options.networks.plainHttp = true;
        networks.insert(networks.end(), {"127.0.0.0/8", "::1/128"});
    }
    for (auto const& network : networks) {
        auto const read = client::readNetwork(network);
        if (!read)
            return Error{Error::Kind::Config, "fhir.networks: " + network, read.error().what,
                         read.error().fix};
        options.networks.allowed.push_back(*read);
    }
    return options;
}

} // namespace tcds::cli
