#pragma once

#include "fhir/facts/facts.hpp"

#include <string_view>
#include <vector>

// The words of the record for the enumerations of facts (integration specification, table 4.2a).
// "" where nothing is known: such members are left out.

namespace tcds::audit {

std::string_view word(MatchedBy by);
std::string_view word(UseKind kind);
std::string_view word(UseState state);
std::string_view word(Route route);
std::string_view word(RouteOrigin origin);
std::string_view word(Comparator comparator);
std::string_view word(ResultStatus status);
std::string_view word(Sex sex);
std::string_view word(EncounterClass cls);
std::vector<std::string_view> wordsOf(NoteSet notes);
/// The type of resource that a use of a medication is read from nearly always: a record names only
/// another one.
std::string_view usualType(UseKind kind);

} // namespace tcds::audit
