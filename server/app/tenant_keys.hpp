#pragma once

#include "fhir/base/clock.hpp"
#include "server/app/journal.hpp"
#include "server/audit/decision.hpp"
#include "server/audit/pseudonyms.hpp"
#include "server/ops/ops_log.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::app {

/// Who has which key: no two tenants may have one, under whatever name (control CTL-15). From any
/// thread.
class KeyOwners
{
public:
    /// Gives a tenant these keys instead of those that it had.
    /// @error Config: another tenant has one of them; nothing changes then
    [[nodiscard]] Result<void> claim(std::string const& tenant, std::vector<audit::Mac> marks);

private:
    std::mutex mutex_;
    std::map<std::string, std::vector<audit::Mac>> marks_; // by tenant
};

/// The keys of one tenant's pseudonyms while the service answers: those of a new period come into
/// force by themselves, others when somebody asks. Each change is a `config` record that comes
/// before the first use. From any thread.
class TenantKeys
{
public:
    /// @param owners        knows the keys of all tenants, these ones too
    /// @param journal, ops  outlive this object
    TenantKeys(audit::Pseudonyms pseudonyms, std::shared_ptr<KeyOwners> owners, Journal& journal,
               ops::OpsLog& ops, std::string tenant);

    /// The pseudonyms of a call; the key of a period that has begun is taken up first.
    [[nodiscard]] audit::ServerPseudonyms on(std::string_view fhirBase, Instant now);
    /// Under keys that were in force at `since` or later.
    [[nodiscard]] std::vector<audit::ServerPseudonyms> earlierOn(std::string_view fhirBase,
                                                                 Instant since) const
    {
        return pseudonyms_.earlierOn(fhirBase, since);
    }

    /// Writes the record of the first keys.
    /// @return false when it could not be kept, and none may be lost
    [[nodiscard]] bool recordStart();
    /// Takes what lies on the disk now; what cannot be used changes nothing.
    /// @param via, actor  of the record
    void takeUp(std::string_view via, std::string_view actor, Instant now);

    [[nodiscard]] audit::Pseudonyms const& pseudonyms() const { return pseudonyms_; }

private:
    void refuse(audit::KeyRecord record, Error const& why, Instant now);

    [[nodiscard]] Result<audit::KeyRing> usableKeys(Instant now) const;

    audit::Pseudonyms pseudonyms_;
    std::shared_ptr<KeyOwners> owners_;
    Journal& journal_;
    ops::OpsLog& ops_;
    std::string tenant_;
    std::mutex turning_; // one at a time; calls meanwhile use the key before
};

} // namespace tcds::app
