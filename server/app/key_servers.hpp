#pragma once

#include "fhir/client/document_client.hpp"
#include "server/auth/fetched_keys.hpp"
#include "server/ops/ops_log.hpp"

namespace tcds::app {

/// Fetches key sets with that client, each within two seconds, and says in the operations log what
/// came of it. What is under way uses both: `client` ends before `ops`, and after all callers.
auth::FetchedKeys::Outside keyServers(client::DocumentClient& client, ops::OpsLog& ops);

/// The operations log alone, for clients whose keys are pinned.
auth::FetchedKeys::Outside pinnedOnly(ops::OpsLog& ops);

} // namespace tcds::app
