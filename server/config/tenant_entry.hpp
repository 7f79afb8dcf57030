#pragma once

#include <string>
#include <vector>

namespace tcds::config {

struct Config;

/// One tenant: where the service keeps what concerns its patients, and nobody else's (control
/// CTL-15). Filled by the loader with every default in place; what stands here was checked: names
/// are unique, and no two tenants share a path or have one within the log of the other.
struct TenantEntry {
    std::string name; // letters, digits, . _ -
    std::string auditDirectory;
    std::string auditKeyFile; // a file, or a folder with a key each quarter
    bool makesKey = false;    // it was not named: a folder whose keys are made when absent
    std::string stateFile;
    std::string postgresConnection; // "": its records are forwarded nowhere
    std::string postgresPasswordFile;
    std::string auditLevel;  // digest, facts or full
    std::string sealKeyFile; // of level full
};

/// Every tenant that is served: that of the settings `tenant`, `audit.*` and `state.*`, then the
/// list `tenants` in its order.
std::vector<TenantEntry> allTenants(Config const& config);

} // namespace tcds::config
