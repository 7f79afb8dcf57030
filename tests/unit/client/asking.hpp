#pragma once

#include "fhir/client/fhir_client.hpp"
#include "fhir/client/outside.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace tcds::client::test {

/// Plain http and loopback allowed, everything else as it ships.
Options loopbackOptions();

/// Far enough that no test that passes meets it.
FhirClient::Deadline inTime();
/// For tests whose subject is the deadline.
FhirClient::Deadline soon();
/// The same, where something has to happen before it.
FhirClient::Deadline later();

/// Fetches and waits.
std::vector<Answer> fetchAll(FhirClient& client, std::string const& base,
                             std::vector<Query> queries, std::string token = {},
                             FhirClient::Deadline deadline = inTime());
/// One query with the steps given, one request each.
Answer fetchOne(FhirClient& client, std::string const& base, std::vector<std::string> steps,
                std::string token = {}, FhirClient::Deadline deadline = inTime());
/// The same with a client of its own.
Answer fetchOne(std::string const& base, std::vector<std::string> steps,
                Options options = loopbackOptions(), FhirClient::Deadline deadline = inTime());

/// resourceType of each document.
std::vector<std::string> typesOf(Answer const& answer);

/// Lets nobody pass until so many have come; gives up after 20 seconds.
class Meeting
{
public:
    explicit Meeting(int expected) : expected_{expected} {}
    /// @return whether all have come
    bool join();

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int expected_;
    int came_ = 0;
};

/// Counts what would leave the machine, and answers for the names.
class Watch
{
public:
    /// Every name has these addresses.
    explicit Watch(std::vector<std::string> addresses) : addresses_{std::move(addresses)} {}

    /// Refers to this object.
    Outside outside();
    std::vector<std::string> resolved();
    std::vector<std::string> connected();

private:
    std::vector<std::string> addresses_;
    std::mutex mutex_;
    std::vector<std::string> resolved_;
    std::vector<std::string> connected_;
};

} // namespace tcds::client::test
