#pragma once

#include "tests/bench/audit_record.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tcds::bench {

/// Values of several rounds.
struct Spread {
    double least = 0, median = 0, most = 0;
};
Spread spreadOf(std::vector<double> values);

/// One size of request: CPU time of a call in microseconds, all servers in the same run.
struct SizeFigures {
    std::size_t requestBytes = 0;
    std::size_t requests = 0; // a round
    std::size_t answerBytes = 0;
    RecordSize record;
    Spread null, service;
    Spread recorded, unrecorded;             // the service with and without its records
    Spread secured;                          // the service over TLS
    std::size_t nullKib = 0, serviceKib = 0; // memory in use after the last round

    /// Median of the service over median of the null server.
    [[nodiscard]] double ratio() const { return service.median / null.median; }
    /// Median with records over median without (P13 of the speed targets: 1.4, aim 1.25).
    [[nodiscard]] double recordRatio() const { return recorded.median / unrecorded.median; }
    /// Median over TLS over median in plain.
    [[nodiscard]] double tlsRatio() const { return secured.median / service.median; }
};

struct Figures {
    std::size_t rounds = 0, connections = 0, threads = 0;
    std::vector<SizeFigures> sizes;
    Spread startMs; // start of the process to the first answered call
};

std::string asTable(Figures const& figures);
std::string asJson(Figures const& figures);

} // namespace tcds::bench
