#include "hospital.hpp"

#include "tests/support/rule_texts.hpp"
#include "tests/unit/auth/signer.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tcds::doctor::test {

namespace {

using client::test::Heard;
using client::test::MockServer;
using client::test::Wire;

/// A port that is taken and that nobody listens on.
class SilentPort
{
public:
    SilentPort()
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        (void)::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
        (void)::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
    }
    ~SilentPort() { ::close(socket_); }
    SilentPort(SilentPort const&) = delete;
    SilentPort& operator=(SilentPort const&) = delete;

    std::uint16_t port = 0;

private:
    int socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

std::string httpDate(Instant at)
{
    auto const seconds = std::chrono::system_clock::to_time_t(at);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[64];
    auto const size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text, size};
}

std::string wire(Reply const& reply, std::string const& date)
{
    return "HTTP/1.1 " + std::to_string(reply.status) + " Status\r\nContent-Type: " + reply.type +
           "\r\nDate: " + date + "\r\nContent-Length: " + std::to_string(reply.body.size()) +
           "\r\n\r\n" + reply.body;
}

std::string searchset(std::string const& entries = "")
{
    return R"({"resourceType":"Bundle","type":"searchset","entry":[)" + entries + "]}";
}

std::string patientRead()
{
    return R"({"resourceType":"Patient","id":")" + std::string{kPatient} + "\"}";
}

std::string oneResource(std::string const& type)
{
    return R"({"resource":{"resourceType":")" + type +
           R"(","id":"r1","subject":{"reference":"Patient/)" + std::string{kPatient} + "\"}}}";
}

} // namespace

std::string capabilityStatement(std::string const& version)
{
    std::string resources;
    for (auto const* type :
         {"Patient", "Condition", "MedicationRequest", "Observation", "Encounter"}) {
        std::string parameters;
        for (auto const* name : {"patient", "category", "code", "status", "intent", "encounter"})
            parameters += (parameters.empty() ? "" : ",") + std::string{R"({"name":")"} + name +
                          R"(","type":"token"})";
        resources += (resources.empty() ? "" : ",") + std::string{R"({"type":")"} + type +
                     R"(","interaction":[{"code":"read"},{"code":"search-type"}],"searchParam":[)" +
                     parameters + "]}";
    }
    return R"({"resourceType":"CapabilityStatement","fhirVersion":")" + version +
           R"(","format":["application/fhir+json"],"rest":[{"mode":"server","resource":[)" +
           resources + "]}]}";
}

std::string keySetOf(std::string const& keys) { return R"({"keys":[)" + keys + "]}"; }

Hospital::Hospital()
{
    config.mode = config::Mode::Production;
    config.publicUrl = "https://cds.example.org";
    entry.name = "north";
    entry.issuers = {"https://ehr.example.org"};
    entry.algorithms = {"ES384", "RS384"};
    entry.deadline = std::chrono::seconds{60}; // a busy machine is no slow server
    answers["/fhir/metadata"] = {200, capabilityStatement()};
    answers["/fhir/Patient"] = {200, patientRead()};
    answers["/fhir/Encounter"] = {200, R"({"resourceType":"Encounter","id":"v1"})"};
    for (std::string const type : {"Condition", "MedicationRequest", "Observation"})
        answers["/fhir/" + type] = {200, searchset(oneResource(type))};
    keySet = {200, keySetOf(auth::test::SigningKey::curve("P-384", "k1").jwk()),
              "application/json"};
}

Report Hospital::visit()
{
    std::signal(SIGPIPE, SIG_IGN);               // as the command does
    FixedClock const clock{SystemClock{}.now()}; // OpenSSL judges certificates by the real one
    auto const date = httpDate(clock.now() + clockAhead);
    auto all = answers;
    all["/keys"] = keySet;

    client::test::Authority const authority;
    client::test::Authority const stranger;
    auto const identity = authority.issue(names, life);
    MockServer server{[&all, &date](Heard const& request, Wire& line) {
                          auto const target = request.target();
                          Reply const* best = nullptr;
                          for (auto const& [from, reply] : all)
                              if (target.starts_with(from)) best = &reply; // longer ones come later
                          Reply const none{404, "<html><body>Not here</body></html>", "text/html"};
                          (void)line.send(wire(best == nullptr ? none : *best, date));
                      },
                      &identity};
    SilentPort const silent;
    auto const port = ":" + std::to_string(listens ? server.port() : silent.port);
    entry.fhirServers = {"https://" + host + port + path};
    if (entry.jku.empty() && entry.jwksFile.empty())
        entry.jku = {"https://keys.example.org:" + std::to_string(server.port()) + "/keys"};

    Visit visit;
    visit.outbound.caFile = (trusted ? authority : stranger).file();
    if (listed) visit.outbound.networks.allowed = {*client::readNetwork("127.0.0.0/8")};
    visit.outside.addresses = [](std::string const& name) {
        auto const known = name == "fhir.example.org" || name == "keys.example.org";
        return known ? std::vector{*client::readAddress("127.0.0.1")}
                     : std::vector<client::IpAddress>{};
    };
    visit.chart = {kPatient, kVisit};
    visit.token = client::AccessToken{std::string{token}};
    visit.patience = std::chrono::seconds{30};
    auto const rules = tcds::test::rulesOf(
        {tcds::test::ruleText("EL-K-LOW", "when: {lab: {analyte: K, below_reference: true}}")});
    auto report = examine(config, entry, visit, *rules, clock);
    heard = server.requests();
    return report;
}

} // namespace tcds::doctor::test
