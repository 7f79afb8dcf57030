#include "server/app/callers.hpp"

#include "server/app/settings_text.hpp"
#include "server/audit/digest.hpp"

#include <algorithm>
#include <utility>

namespace tcds::app {

namespace {

void digestSettings(Terms& terms)
{
    terms.settingsText = settingsText(terms.settings, terms.aliases);
    terms.settingsDigest = audit::sha256(terms.settingsText);
}

Terms termsOf(config::ClientEntry const& entry, DecideSettings settings)
{
    settings.policy.maxCards = entry.maxCards;
    settings.policy.allowCritical = entry.allowCritical;
    settings.policy.atMostOne = entry.atMostOne;
    settings.acceptUnknownStatus = entry.acceptUnknownStatus;
    Terms terms;
    terms.client = entry.name;
    terms.tenant = entry.tenant;
    terms.aliases = entry.aliases;
    terms.fhir.ofEntry = true;
    terms.fhir.bases = entry.fhirServers;
    terms.fhir.anonymous = entry.fhirAnonymous;
    terms.fhir.wanted.profile =
        cds::parseProfile(entry.prefetchProfile).value_or(cds::Profile::Default);
    terms.fhir.wanted.extra = entry.extraPrefetch;
    terms.fhir.wanted.codeSystem = entry.codeSystem;
    terms.fhir.deadline = entry.deadline;
    terms.lenientContext = entry.lenientContext;
    terms.silent = entry.mode == config::ClientMode::Silent;
    terms.lenientFeedback = entry.feedback == config::FeedbackRead::Lenient;
    terms.emptyOnMissing = entry.onMissing == config::OnMissing::Empty;
    terms.settings = std::move(settings);
    digestSettings(terms);
    terms.throttle = std::make_shared<Throttle>(entry.rate);
    return terms;
}

Error fault(config::ClientEntry const& entry, std::string_view key, std::string what,
            std::string fix)
{
    return {Error::Kind::Config, "clients." + entry.name + "." + std::string{key}, std::move(what),
            std::move(fix)};
}

/// What this service cannot do for an entry that is well written.
std::optional<Error> unservable(config::ClientEntry const& entry, config::Config const& config)
{
    if (entry.auth != config::Auth::Jwt) return std::nullopt;
    if (entry.audiences.empty() && config.publicUrl.empty())
        return fault(entry, "audiences", "no token can be meant for this service",
                     "set public_url, or list the audiences of the client's tokens");
    return std::nullopt;
}

Result<auth::TrustEntry> trustOf(config::ClientEntry const& entry)
{
    auth::TrustEntry trust;
    if (!entry.jwksFile.empty()) {
        auto keys = auth::readKeySetFile(entry.jwksFile);
        if (!keys) return keys.error();
        trust.jwks = std::move(*keys);
        trust.jwksFrom = entry.jwksFile;
    }
    trust.client = entry.name;
    trust.tenant = entry.tenant;
    trust.issuers = entry.issuers;
    trust.tenantClaim = entry.tenantClaim;
    trust.jkus = entry.jku;
    trust.audiences = entry.audiences;
    trust.lifeCap = entry.jwtMaxLife;
    trust.retryWindow = entry.jwtRetryWindow;
    trust.algorithms.clear();
    for (auto const& name : entry.algorithms)
        if (auto const algorithm = auth::algorithmOf(name)) trust.algorithms.push_back(*algorithm);
    return trust;
}

auth::TrustMode trustMode(config::Mode mode)
{
    return mode == config::Mode::Production ? auth::TrustMode::Production
                                            : auth::TrustMode::Sandbox;
}

void fetchNothing(std::string const&, std::function<void(Result<std::string>)> const& done)
{
    done(Error{Error::Kind::Unavailable, "key set", "key sets are not fetched here",
               "run the service, or pin the key set in a file (jwks_file)"});
}

} // namespace

DecideSettings settingsOf(config::Config const& config)
{
    DecideSettings settings;
    settings.policy.maxCards = config.maxCards;
    settings.policy.allowCritical = config.allowCritical;
    settings.policy.atMostOne = config.atMostOne;
    settings.acceptUnknownStatus = config.acceptUnknownStatus;
    settings.zoneMinutes = config.zoneMinutes;
    settings.maxEntries = config.maxEntries;
    settings.publicUrl = config.publicUrl;
    return settings;
}

std::string digestOf(DecideSettings const& settings)
{
    return audit::sha256(settingsText(settings));
}

Callers::Callers(config::Config const& config)
    : publicUrl_{config.publicUrl}, ownTenant_{config.tenant}
{
    auto const settings = settingsOf(config);
    for (auto const& entry : config.clients) {
        auto const& terms = byName_.emplace(entry.name, termsOf(entry, settings)).first->second;
        if (entry.auth == config::Auth::None && anybody_ == nullptr) anybody_ = &terms;
        if (entry.auth == config::Auth::Mtls)
            for (auto const& name : entry.certificateNames) byCertificate_.emplace(name, &terms);
    }
    if (!config.clients.empty() || config.mode == config::Mode::Production) return;
    open_ = std::make_unique<Terms>();
    open_->tenant = config.tenant;
    open_->settings = settings;
    open_->throttle = std::make_shared<Throttle>(config.rate);
    digestSettings(*open_);
    open_->fhir.bases = config.fhirServers;
    open_->fhir.anonymous = config.fhirAnonymous;
    open_->fhir.deadline = config.callDeadline;
    anybody_ = open_.get();
}

bool fetchesKeySets(config::Config const& config)
{
    return std::ranges::any_of(config.clients, [](config::ClientEntry const& entry) {
        return entry.auth == config::Auth::Jwt && entry.jwksFile.empty();
    });
}

Result<Callers> Callers::make(config::Config const& config, auth::FetchedKeys::Outside keyServers)
{
    Callers callers{config};
    std::vector<auth::TrustEntry> trusted;
    for (auto const& entry : config.clients) {
        if (auto error = unservable(entry, config)) return *std::move(error);
        if (entry.auth != config::Auth::Jwt) continue;
        auto trust = trustOf(entry);
        if (!trust) return trust.error();
        trusted.push_back(std::move(*trust));
    }
    if (trusted.empty()) return callers;
    if (!keyServers.fetch) keyServers.fetch = fetchNothing;
    auto const mode = trustMode(config.mode);
    auto keys = auth::ClientKeys::make(trusted, mode, std::move(keyServers));
    if (!keys) return keys.error();
    auto trust = auth::TrustList::make(std::move(trusted), mode);
    if (!trust) return trust.error();
    callers.keys_ = std::move(*keys);
    callers.verifier_ = std::make_unique<auth::Verifier>(std::move(*trust), callers.keys_,
                                                         std::make_shared<auth::ReplayStore>());
    return callers;
}

std::map<std::string, std::string> Callers::settings() const
{
    std::map<std::string, std::string> texts;
    for (auto const& [name, terms] : byName_) texts[terms.settingsDigest] = terms.settingsText;
    if (open_ != nullptr) texts[open_->settingsDigest] = open_->settingsText;
    return texts;
}

void Callers::fetchKeySets() const
{
    if (keys_ != nullptr) keys_->begin();
}

bool Callers::knowsKeys() const
{
    auto const somebodyNeedsNone = anybody_ != nullptr || !byCertificate_.empty();
    return keys_ == nullptr || keys_->known() || somebodyNeedsNone;
}

/// Who calls without a token; nullptr: nobody may.
Terms const* Callers::withoutToken(std::span<std::string const> peerNames) const
{
    for (auto const& name : peerNames)
        if (auto const at = byCertificate_.find(name); at != byCertificate_.end())
            return at->second;
    return anybody_;
}

std::vector<Terms const*> Callers::all() const
{
    std::vector<Terms const*> terms;
    terms.reserve(byName_.size() + 1);
    for (auto const& [name, each] : byName_) terms.push_back(&each);
    if (open_ != nullptr) terms.push_back(open_.get());
    return terms;
}

std::string_view Callers::tenantOf(auth::Rejection const& rejection) const
{
    auto const at = byName_.find(rejection.client);
    return at == byName_.end() ? std::string_view{ownTenant_} : at->second.tenant;
}

boost::system::result<Caller, auth::Rejection> Callers::identify(
    std::string_view authorization, std::span<std::string const> peerNames, std::string_view path,
    std::string_view bodyDigest, Instant now, std::string_view call) const
{
    if (authorization.empty() || verifier_ == nullptr)
        if (auto const* terms = withoutToken(peerNames)) return Caller{terms, std::nullopt};
    if (verifier_ == nullptr && !byCertificate_.empty())
        return auth::reject(auth::Reason::Missing, "client certificate",
                            "no client entry has a name of it",
                            "list one of its names in certificate_names of the client's entry");
    if (verifier_ == nullptr)
        return auth::reject(auth::Reason::Issuer, "clients", "there is no client entry",
                            "add one for each EHR that calls");
    auto const endpoint = publicUrl_.empty() ? std::string{} : publicUrl_ + std::string{path};
    auto token = verifier_->verify(authorization, endpoint, bodyDigest, now, call);
    if (!token) return token.error();
    auto const& terms = byName_.find(token->client)->second; // entries of both are the same
    return Caller{&terms, std::move(*token)};
}

} // namespace tcds::app
