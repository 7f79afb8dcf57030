#include "server/app/fhir_reads.hpp"

#include "fhir/client/base_url.hpp"
#include "server/audit/digest.hpp"

#include <algorithm>

namespace tcds::app {

namespace {

Error unreadable(std::string what, std::string fix)
{
    return {Error::Kind::Forbidden, "fhirServer", std::move(what), std::move(fix)};
}

SourceStatus failureOf(client::Outcome outcome)
{
    switch (outcome) {
    case client::Outcome::Ok:
        return SourceStatus::Ok;
    case client::Outcome::Partial:
        return SourceStatus::Partial;
    case client::Outcome::Denied:
        return SourceStatus::Denied;
    case client::Outcome::Timeout:
        return SourceStatus::Timeout;
    case client::Outcome::Invalid:
        return SourceStatus::Invalid;
    case client::Outcome::Error:
        return SourceStatus::Failed;
    }
    return SourceStatus::Failed;
}

void mask(std::string& text, std::string_view id, std::string_view name)
{
    if (id.empty()) return;
    for (auto at = text.find(id); at != std::string::npos; at = text.find(id, at + name.size()))
        text.replace(at, id.size(), name);
}

/// What was asked, without the ids of the patient and the visit.
std::string maskedQuery(cds::FhirQuery const& asked, std::size_t step,
                        cds::HookRequest const& request)
{
    if (asked.continues) return "{next}";
    std::string text;
    for (auto const& query : asked.ladder[std::min(step, asked.ladder.size() - 1)]) {
        if (!text.empty()) text += ' ';
        text += query;
    }
    mask(text, request.patientId, "{patientKey}");
    mask(text, request.encounterId, "{encounterKey}");
    return text;
}

/// Of one page its own digest, of several the digest over theirs, one after another.
std::string digestOf(std::vector<std::string> const& pages)
{
    if (pages.empty()) return {};
    if (pages.size() == 1) return pages.front();
    std::string all;
    for (auto const& page : pages) all += page;
    return audit::sha256(all);
}

/// Asked for one patient, the server answers with another: worth nothing (CTL-07).
bool isAnotherPatient(cds::FhirQuery const& asked, client::Answer const& answer,
                      cds::HookRequest const& request)
{
    return asked.key == "patient" &&
           std::ranges::any_of(answer.documents, [&](json::Document const& document) {
               return json::textOf(document.root(), "resourceType") == "Patient" &&
                      json::textOf(document.root(), "id") != request.patientId;
           });
}

/// The page that was sent for the key is no longer the last one.
void continuePrefetch(std::string_view key, std::vector<fhir::Input>& inputs)
{
    for (auto& input : inputs)
        if (input.key == key && input.via == "prefetch") input.continued = true;
}

} // namespace

bool isMedicationRead(cds::FhirQuery const& query)
{
    return query.ladder.front().front().starts_with("Medication/");
}

Result<std::string> readableServer(cds::HookRequest const& request, FhirTerms const& terms)
{
    if (request.fhirServer.empty())
        return unreadable("the call names no fhirServer", "let the EHR send it");
    auto base = client::allowedBase(request.fhirServer, terms.bases);
    if (!base)
        return unreadable("the fhirServer of the call is not listed for this client",
                          terms.ofEntry ? "list it in fhir_servers of the client's entry"
                                        : "list it in fhir.servers");
    auto const& authorization = request.authorization;
    if (!authorization) {
        if (terms.anonymous) return *base;
        return unreadable("the call brings no access token",
                          terms.ofEntry
                              ? "let the EHR send fhirAuthorization, or set fhir_anonymous"
                              : "let the EHR send fhirAuthorization, or set "
                                "fhir.anonymous");
    }
    if (!authorization->patient.empty() && authorization->patient != request.patientId)
        return unreadable("the access token is bound to another patient",
                          "send the token of this patient");
    if (authorization->expiresIn.count() == 0)
        return unreadable("the access token has expired", "send one that is still good");
    return *base;
}

std::vector<client::Query> FhirReads::ask(std::vector<cds::FhirQuery> queries)
{
    asked_ = std::move(queries);
    std::vector<client::Query> asked;
    asked.reserve(asked_.size());
    for (auto const& query : asked_) asked.push_back({query.key, query.ladder, keepsTexts_});
    return asked;
}

void FhirReads::take(std::vector<client::Answer> answers, cds::HookRequest& request)
{
    for (std::size_t place = 0; place < answers.size() && place < asked_.size(); ++place)
        takeOne(asked_[place], answers[place], request);
    for (auto& answer : answers) answers_.push_back(std::move(answer));
    asked_.clear();
}

void FhirReads::takeOne(cds::FhirQuery const& asked, client::Answer& answer,
                        cds::HookRequest& request)
{
    for (auto& text : answer.texts) texts_.push_back({asked.key, std::move(text)});
    auto failure = failureOf(answer.outcome);
    if (failure == SourceStatus::Ok && answer.step >= asked.wholeSteps)
        failure = SourceStatus::Partial; // a few codes for the whole list
    if (failure == SourceStatus::Partial && answer.documents.empty())
        failure = SourceStatus::Timeout;
    if (isAnotherPatient(asked, answer, request)) {
        answer.documents.clear();
        failure = SourceStatus::Invalid;
    }
    if (isMedicationRead(asked)) {
        // One that cannot be had leaves its order unnamed, which is said anyway.
        for (auto const& document : answer.documents)
            request.inputs.push_back({asked.key, "fhir", &document.root()});
        return;
    }
    if (asked.continues && !answer.documents.empty()) continuePrefetch(asked.key, request.inputs);
    for (auto const& document : answer.documents)
        request.inputs.push_back(
            {asked.key, "fhir", &document.root(), SourceStatus::Ok, failure == SourceStatus::Ok});
    if (answer.documents.empty())
        request.inputs.push_back({asked.key, "fhir", nullptr, failure});
    else
        request.inputs.back().failure = failure;
    fetched_.push_back({asked.key, maskedQuery(asked, answer.step, request), answer.requestId,
                        digestOf(answer.digests), answer.status,
                        static_cast<std::size_t>(answer.took.count())});
}

} // namespace tcds::app
