#include "server/doctor/doctor.hpp"

#include "fhir/client/base_url.hpp"
#include "fhir/client/certificate.hpp"
#include "fhir/client/document_client.hpp"
#include "fhir/client/probe.hpp"
#include "server/auth/pinned_keys.hpp"
#include "server/doctor/capability.hpp"
#include "server/doctor/connection.hpp"
#include "server/doctor/entry.hpp"
#include "server/doctor/key_sets.hpp"

#include <optional>

namespace tcds::doctor {

namespace {

constexpr auto kFhirTypes = "application/fhir+json";
constexpr auto kKeySetTypes = "application/json, application/jwk-set+json";

class Examination
{
public:
    Examination(config::Config const& config, config::ClientEntry const& entry, Visit const& visit,
                rules::RuleSet const& rules, Clock const& clock)
        : config_{config}, entry_{entry}, visit_{visit}, rules_{rules}, clock_{clock}
    {
    }

    Report run()
    {
        judgeEntry(config_, entry_, findings_);
        if (!authorities()) return {entry_.name, findings_.take()};
        keySets();
        for (auto const& base : entry_.fhirServers)
            if (visit_.fhirServer.empty() || visit_.fhirServer == base) fhirServer(base);
        return {entry_.name, findings_.take()};
    }

private:
    /// @return whether TLS can be spoken at all
    bool authorities();
    void keySets();
    void remoteKeySet(std::string const& text);
    void fhirServer(std::string const& base);
    /// @return whether it is worth asking for more
    bool metadata(std::string const& where, client::Url const& base);
    bool statement(std::string const& where, client::Reply reply);
    void trial(std::string const& where, std::string const& base);

    client::Probe ask(client::Url const& url, client::AccessToken const* token, char const* accept,
                      std::size_t bytes);
    [[nodiscard]] std::vector<Ladder> ladders(Chart const& chart) const;

    config::Config const& config_;
    config::ClientEntry const& entry_;
    Visit const& visit_;
    rules::RuleSet const& rules_;
    Clock const& clock_;
    Findings findings_;
};

client::Probe Examination::ask(client::Url const& url, client::AccessToken const* token,
                               char const* accept, std::size_t bytes)
{
    client::ProbeOptions const options{.caFile = visit_.outbound.caFile,
                                       .networks = visit_.outbound.networks,
                                       .bytes = bytes,
                                       .accept = accept,
                                       .patience = visit_.patience};
    return client::probe(url, token, options, visit_.outside);
}

bool Examination::authorities()
{
    auto const& file = visit_.outbound.caFile;
    if (file.empty() || client::readCertificateFile(file)) return true;
    findings_.problem("fhir.ca_file " + file, "no certificate can be read, so no server is asked",
                      "name a readable PEM file with the certificates of authorities");
    return false;
}

void Examination::keySets()
{
    if (entry_.auth != config::Auth::Jwt) return;
    if (!entry_.jwksFile.empty()) {
        auto const where = keyOf(entry_, "jwks_file") + " " + entry_.jwksFile;
        auto text = auth::readKeySetFile(entry_.jwksFile);
        if (text)
            judgeKeySet(where, *std::move(text), entry_.algorithms, findings_);
        else
            findings_.problem(where, text.error().what, text.error().fix);
    }
    for (auto const& url : entry_.jku) remoteKeySet(url);
}

void Examination::remoteKeySet(std::string const& text)
{
    auto const where = keyOf(entry_, "jku") + " " + text;
    auto const url = client::readUrl(text);
    if (!url) return findings_.problem(where, url.error().what, url.error().fix);
    auto found = ask(*url, nullptr, kKeySetTypes, client::kDocumentBytes);
    if (!judgeConnection(where, *url, found, clock_.now(), findings_)) return;
    if (found.reply.status != 200)
        return findings_.problem(where, "the server answers " + std::to_string(found.reply.status),
                                 "ask the client for the URL where its key set lies; redirects are "
                                 "not followed");
    judgeKeySet(where, std::move(found.reply.body), entry_.algorithms, findings_);
}

void Examination::fhirServer(std::string const& base)
{
    auto const where = keyOf(entry_, "fhir_servers") + " " + base;
    auto const url = client::readBaseUrl(base);
    if (!url) return findings_.problem(where, url.error().what, url.error().fix);
    if (!metadata(where, *url)) return;
    if (visit_.chart.patient.empty())
        findings_.note(where, "no query was tried",
                       "name a test patient of this server with --patient, and a file with an "
                       "access token with --token-file");
    else
        trial(where, base);
}

bool Examination::metadata(std::string const& where, client::Url const& base)
{
    auto const url = client::join(base, "metadata");
    if (!url) return false; // a base that was read takes any word
    auto found = ask(*url, nullptr, kFhirTypes, visit_.outbound.answerBytes);
    auto const barred = [&] { return found.reply.status == 401 || found.reply.status == 403; };
    if (barred() && !visit_.token.empty())
        found = ask(*url, &visit_.token, kFhirTypes, visit_.outbound.answerBytes);
    auto const now = clock_.now();
    if (!judgeConnection(where, base, found, now, findings_)) return false;
    judgeClock(where, found.reply.date, now, findings_);
    if (barred()) {
        findings_.note(where,
                       "metadata is not open: the server answers " +
                           std::to_string(found.reply.status) +
                           ", so FHIR version and searches "
                           "were not compared",
                       "ask the server's operator whether it is R4");
        return true;
    }
    return statement(where, std::move(found.reply));
}

bool Examination::statement(std::string const& where, client::Reply reply)
{
    constexpr auto kFix = "compare the base URL with the fhirServer that the EHR sends: it ends "
                          "just before /metadata or /Patient, such as "
                          "https://fhir.example.org/r4";
    if (reply.status >= 300 && reply.status < 400) {
        findings_.problem(where,
                          "metadata is redirected (" + std::to_string(reply.status) +
                              "), which is never followed",
                          "write the base URL that the redirect leads to");
        return false;
    }
    if (reply.status != 200) {
        findings_.problem(where,
                          "the server answers " + std::to_string(reply.status) +
                              " to metadata: there is no FHIR server at this base",
                          kFix);
        return false;
    }
    if (isWebPage(reply)) {
        findings_.problem(where, "metadata is a web page (HTML), not FHIR JSON", kFix);
        return false;
    }
    auto const document = json::Document::parse(std::move(reply.body));
    if (!document) {
        findings_.problem(where, "metadata cannot be read: " + document.error().what, kFix);
        return false;
    }
    std::vector<std::string> queries;
    for (auto const& ladder : ladders({"p", "e"})) queries.push_back(ladder.steps.front().front());
    return judgeCapability(where, document->root(), queries, findings_);
}

std::vector<Ladder> Examination::ladders(Chart const& chart) const
{
    cds::PrefetchChoice choice;
    choice.profile = cds::parseProfile(entry_.prefetchProfile).value_or(cds::Profile::Default);
    choice.extra = entry_.extraPrefetch;
    choice.codeSystem = entry_.codeSystem;
    return laddersOf(choice, chart, rules_, clock_.now());
}

void Examination::trial(std::string const& where, std::string const& base)
{
    auto const withToken = !visit_.token.empty();
    if (!withToken && !entry_.fhirAnonymous)
        findings_.note(where,
                       "queries are tried without an access token, which calls never do here",
                       "give one with --token-file, or set " + keyOf(entry_, "fhir_anonymous"));
    client::FhirClient client{visit_.outbound, visit_.outside};
    auto const asked = ladders(visit_.chart);
    auto const attempts = tryLadders(client, base, visit_.token, asked, visit_.patience);
    judgeTrial(where, asked, attempts, visit_.chart, {withToken, entry_.deadline}, findings_);
    if (visit_.chart.encounter.empty())
        findings_.note(where + " encounter", "not tried: no visit is named",
                       "name one with --encounter to see whether its reason can be read");
}

} // namespace

Report examine(config::Config const& config, config::ClientEntry const& entry, Visit const& visit,
               rules::RuleSet const& rules, Clock const& clock)
{
    return Examination{config, entry, visit, rules, clock}.run();
}

} // namespace tcds::doctor
