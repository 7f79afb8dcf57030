#include "fhir/read/reading.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace tcds::fhir {

KnownSets::KnownSets(terms::Terminology const& terms)
    : complaints{terms.ofKind(terms::SetKind::Complaint)}, findings{terms.ofKind(
                                                               terms::SetKind::Finding)},
      conditions{terms.ofKind(terms::SetKind::Condition)},
      unspecified{terms.setNamed("TWITCH_UNSPEC")}, dialysis{terms.setNamed("DIALYSIS_PROCEDURE")}
{
    services.addAll(terms.ofKind(terms::SetKind::Order));
    services.addAll(terms.ofKind(terms::SetKind::Visit));
    findings.forEach([&](SetId id) {
        if (terms.set(id).name.starts_with("SITE_")) sites.add(id);
    });
    signs = findings;
    signs.removeAll(sites);
    symptoms = complaints;
    symptoms.addAll(findings);
    problems = symptoms;
    problems.addAll(conditions);
    acts = services;
    acts.addAll(conditions);
    acts.addAll(signs);
    for (auto const* name : {"TREMOR", "TIC", "DYSTONIA_DYSKINESIA"})
        if (auto const id = terms.setNamed(name); id.known()) specific.add(id);
}

Reading::Reading(ReadOptions const& readOptions, terms::Terminology const& terminology,
                 Entries& all)
    : options{readOptions}, terms{terminology}, sets{terminology}, entries{all}
{
    out.asOf = options.asOf;
    out.hook = options.hook;
}

FactId Reading::nextId()
{
    // The bounds on entries and values keep a call below this; should they be raised, ids stay
    // valid.
    if (out.factCount + 1U >= FactId::kNone) return FactId{out.factCount};
    return FactId{out.factCount++};
}

SourceRef Reading::source(Place const& place, std::string_view pointer) const
{
    SourceRef ref;
    auto const& entry = *place.entry;
    if (!entry.id.empty()) {
        ref.resource.reserve(entry.type.size() + entry.id.size() + 1);
        ref.resource.append(entry.type).append(1, '/').append(entry.id);
    }
    if (auto const* meta = json::child(entry.resource, "meta"))
        ref.version = json::textOf(*meta, "versionId");
    ref.input = entry.input;
    ref.pointer.reserve(place.pointer.size() + pointer.size());
    ref.pointer.append(place.pointer).append(pointer);
    return ref;
}

void Reading::gap(std::string_view kind, Reason reason, Place const& place,
                  std::vector<Coding> codes, AnalyteId analyte)
{
    out.gaps.push_back(
        Gap{nextId(), std::string{kind}, reason, std::move(codes), analyte, source(place)});
}

std::optional<TimeSpan> Reading::time(Value const* value) const
{
    auto const text = json::text(value);
    if (!text) return std::nullopt;
    auto span = parseDateTime(*text, options.zoneMinutes);
    if (!span) return std::nullopt;
    return std::move(*span);
}

std::string_view referenceText(Value const* reference)
{
    if (reference == nullptr) return {};
    if (auto const plain = json::text(reference)) return *plain;
    return json::textOf(*reference, "reference");
}

namespace {

/// `text` is `prefix` and `id`: the common form, told without taking the reference apart.
bool isReference(std::string_view text, std::string_view prefix, std::string_view id)
{
    return text.size() == prefix.size() + id.size() && text.starts_with(prefix) &&
           text.ends_with(id);
}

} // namespace

bool Reading::isOurPatient(Value const* reference, Place const& place)
{
    auto const text = referenceText(reference);
    if (text.empty() || options.patientId.empty()) return true; // display or identifier only
    if (isReference(text, "Patient/", options.patientId)) return true;
    auto const target = targetOf(text);
    // A contained Patient has no identity of its own but the id that it was given.
    if (target.contained) return target.id == options.patientId;
    if (!target.type.empty() && text.find("://") == std::string_view::npos)
        return target.type == "Patient" && target.id == options.patientId;
    if (target.type == "Patient") return target.id == options.patientId;
    if (auto const found = resolve(reference, place); found.entry != nullptr)
        return found.entry->type == "Patient" && found.entry->id == options.patientId;
    constexpr std::string_view kUuid = "urn:uuid:";
    if (text.starts_with(kUuid)) return text.substr(kUuid.size()) == options.patientId;
    return target.type.empty() && target.id == options.patientId;
}

bool Reading::isOurs(Place const& place)
{
    constexpr std::array<std::string_view, 4> kSubjects{"subject", "patient", "beneficiary", "for"};
    for (auto const name : kSubjects)
        if (auto const* reference = place.members.child(name))
            if (!isOurPatient(reference, place)) return false;
    return true;
}

bool Reading::isCurrentEncounter(Value const* reference) const
{
    if (currentEncounters.empty()) return false;
    auto const text = referenceText(reference);
    if (text.empty()) return false;
    for (auto const& current : currentEncounters)
        if (isReference(text, "Encounter/", current)) return true;
    auto const target = targetOf(text);
    if (!target.type.empty() && target.type != "Encounter") return false;
    auto id = target.id;
    constexpr std::string_view kUuid = "urn:uuid:";
    if (id.empty() && text.starts_with(kUuid)) id = text.substr(kUuid.size());
    if (id.empty()) return false;
    return std::find(currentEncounters.begin(), currentEncounters.end(), id) !=
           currentEncounters.end();
}

Found Reading::resolve(Value const* reference, Place const& from)
{
    auto const text = referenceText(reference);
    if (text.empty()) return {};
    auto const target = targetOf(text);
    if (!target.contained) {
        auto* entry = entries.find(text);
        return entry == nullptr ? Found{} : Found{entry->resource, entry, {}};
    }
    std::size_t place = 0;
    for (auto const& contained : json::items(*from.entry->resource, "contained")) {
        auto id = json::textOf(contained, "id");
        if (!id.empty() && id.front() == '#') id.remove_prefix(1); // a slip seen in the field
        if (id == target.id)
            return Found{&contained, nullptr, "/contained/" + std::to_string(place)};
        ++place;
    }
    return {};
}

} // namespace tcds::fhir
