#pragma once

#include "fhir/base/datetime.hpp"
#include "fhir/facts/facts.hpp"
#include "fhir/facts/identifiers.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tcds::terms {

enum class SetKind : std::uint8_t { DrugClass, Condition, Finding, Complaint, Order, Visit, Cues };
std::string_view toText(SetKind kind);

/// Which routes count; one bit per Route.
class RouteMask
{
public:
    static RouteMask systemic();
    static RouteMask any();
    /// Injected takes in intravenous, which is the same with the vein named.
    void add(Route route)
    {
        bits_ |= 1U << static_cast<unsigned>(route);
        if (route == Route::Injected) add(Route::Intravenous);
    }
    void addAll(RouteMask const& other) { bits_ |= other.bits_; }
    [[nodiscard]] bool has(Route route) const
    {
        return ((bits_ >> static_cast<unsigned>(route)) & 1U) != 0;
    }
    bool operator==(RouteMask const&) const = default;

private:
    std::uint32_t bits_ = 0;
};

struct CodeMember {
    std::string system, code; // a code that ends in `*` is a prefix (ICD and ATC)
    std::string display, source;
    std::vector<std::string> withText; // counts only beside one of these phrases
};

/// One ingredient of a drug class, with the scope under which it came in (its own set or
/// `includes`).
struct ClassMember {
    IngredientId ingredient;
    RouteMask routes;
    std::optional<Duration> lookBack; // of single doses (clinical specification C.0.1)
    std::string source;
};

struct ValueSet {
    SetId id;
    std::string name;  // "LOOP"
    std::string title; // "Loop diuretics"
    SetKind kind = SetKind::Condition;
    bool draft = false; // not in force: never matches (decision D17)
    std::string source, date;
    std::vector<CodeMember> codes;        // its own, without includes
    std::vector<ClassMember> ingredients; // expanded, by ingredient
    RouteMask routes;                     // scope of members matched by class code (ATC prefix)
    std::optional<Duration> lookBack;
    std::optional<Duration> window; // default of `within`
    std::vector<SetId> includes;
    bool hasPhrases = false;
};

} // namespace tcds::terms
