#pragma once

#include "fhir/base/clock.hpp"
#include "fhir/base/problems.hpp"
#include "fhir/base/result.hpp"
#include "rules/load/bundle_file.hpp"
#include "rules/load/content.hpp"
#include "rules/model/rule_set.hpp"
#include "server/app/content_switch.hpp"
#include "server/config/config.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tcds::cli {

/// How closely content is looked at before it is used. A start trusts what a signed bundle says of
/// its lint and its test cases, when this version of the program looked; a reload looks anew.
enum class Scrutiny : std::uint8_t { Start, Reload };

/// The content that a configuration names.
struct FoundContent {
    std::shared_ptr<rules::RuleSet const> rules; // compiled for the day of loading
    std::shared_ptr<rules::Content const> content;
    rules::BundleChecks checks;
    std::string file;      // the bundle file as it was read, "" where there was none
    std::string signature; // of the file, "" = nobody's
};

/// A bundle file whose digests are right, and whose signature is that of a trusted key.
struct ReadBundle {
    rules::BundleFile bundle;
    std::string file, signature;
};

/// Reads a bundle and its signature, which stands beside it in PATH.sig.
///
/// @param keys            PEM files of trusted public keys
/// @param needsSignature  false: one that nobody signed is taken too
/// @error Config, `where` = "content.bundle PATH": cannot be read, is altered, not signed, or
/// signed
///        by nobody that is trusted; as rules::trustedKeys()
Result<ReadBundle> readSigned(std::string const& path, std::vector<std::string> const& keys,
                              bool needsSignature);

/// The rules that a configuration is answered by: its bundle, its folder (mode dev), else the
/// embedded pack. Nothing is written.
///
/// @param day       YYYY-MM-DD of loading: rules outside their period only count; "" = periods are
///                  not looked at
/// @param problems  gets the faults and warnings of files
/// @error Config: why it cannot be used
Result<FoundContent> contentOf(config::Config const& config, std::string const& day,
                               Scrutiny scrutiny, Problems& problems);

/// The same for the service: production takes an unapproved pack only by name and version (decision
/// D54), and the content is kept in the pack store.
/// @error Config: also `where` "content.acknowledged" and "content.store"
Result<app::ReadyContent> contentToServe(config::Config const& config, Instant now,
                                         Scrutiny scrutiny, Problems& problems);

} // namespace tcds::cli
