#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"
#include "server/config/config.hpp"

#include <optional>
#include <span>

namespace tcds::config {

/// One member of an entry of `tenants`, all of them one text.
struct TenantKey {
    std::string_view name;     // "state_file"; its full name is "tenants.state_file"
    std::string_view fallback; // what stands there when nobody sets it, in words
    std::string_view about;
    std::string_view allowed;
    std::string TenantEntry::*member;
};

/// Every member, in the order of the documentation.
std::span<TenantKey const> tenantKeys();
/// @param name  without "tenants."
TenantKey const* findTenantKey(std::string_view name);

/// Reads the list `tenants` into `loaded.config.tenants` and `loaded.tenants`; every fault of every
/// entry is reported where it stands.
///
/// An entry needs a `name` that no other tenant has, an `audit_directory` and, in production, an
/// `audit_key_file`. No path may be that of another tenant or purpose, however it is spelled, nor
/// lie in the log of another tenant.
///
/// @param mode    nothing when it is faulty itself: then nothing is refused for its sake
/// @param loaded  its settings say what the service's own tenant has
void readTenants(Node const& list, std::optional<Mode> mode, Loaded& loaded, Problems& problems);

} // namespace tcds::config
