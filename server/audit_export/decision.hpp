#pragma once

#include "fhir/base/json.hpp"
#include "fhir/base/result.hpp"
#include "server/audit_export/fhir_json.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tcds::audit_export {

/// A `decision` record, read. The views that it gives live as long as it does; a member that the
/// record does not have is "".
class Decision
{
public:
    /// @param line  of the log, without line feed
    /// @error BadRequest: no JSON, no decision, or without a UUID and two instants as the log
    ///        writes them
    static Result<Decision> read(std::string_view line);

    [[nodiscard]] json::Value const& root() const { return document_.root(); }
    /// A text or number, by the names of the members that lead to it.
    [[nodiscard]] std::string_view at(std::initializer_list<std::string_view> names) const;

    [[nodiscard]] std::string_view id() const { return at({"decisionId"}); }
    [[nodiscard]] std::string_view evaluatedAt() const { return at({"evaluatedAt"}); }
    [[nodiscard]] std::string_view recordedAt() const { return at({"ts"}); }
    /// "urn:uuid:.."
    [[nodiscard]] std::string uri() const { return "urn:uuid:" + std::string{id()}; }

    [[nodiscard]] Logical patient() const;
    [[nodiscard]] Logical encounter() const;
    /// The service that decided, as a Device.
    [[nodiscard]] Logical device() const;
    /// Whose screen it was; its value is the record's own text where the server is not known.
    [[nodiscard]] Logical user() const;
    /// A chart's resource that a fact came from, by its pseudonym; without a value where the record
    /// has none.
    /// @param fact  "f3"
    [[nodiscard]] Logical reference(std::string_view fact) const;
    /// @return nullptr when the record has no such fact
    [[nodiscard]] json::Value const* fact(std::string_view id) const;
    /// `meta`: profile, the label of pseudonyms and, for what a sandbox decided, that of test data.
    void meta(audit::Members& json, std::string_view profile = {}) const;

private:
    explicit Decision(json::Document document);

    json::Document document_;
    std::unordered_map<std::string_view, json::Value const*> facts_;
    std::string user_, device_; // made for user() and device()
};

/// By identifier; a text like "Practitioner/7" with its server, a pseudonym without.
/// @param uri  keeps the text that the reference points into
Logical userReference(std::string_view user, std::string_view fhirServer, std::string& uri);

} // namespace tcds::audit_export
