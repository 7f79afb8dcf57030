#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"
#include "rules/model/vocabulary.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::rules {

/// What a name of a rule can be bound to; bits, because some places accept several.
enum class NameKind : std::uint8_t {
    Result = 1,
    Medications = 2,
    Findings = 4,
    Missing = 8,   // what via_missing found: analytes and drugs
    Complaint = 16 // the reserved name "complaint"
};
using NameKinds = std::uint8_t;
constexpr NameKinds operator|(NameKind a, NameKind b)
{
    return static_cast<NameKinds>(static_cast<NameKinds>(a) | static_cast<NameKinds>(b));
}

/// The names that one rule binds (`as`, `show`) and refers to, in any order; check() reports at the
/// end what does not fit together.
class RuleNames
{
public:
    /// Always there: the complaint that opened the gate, for texts only.
    static constexpr std::string_view kComplaint = "complaint";

    /// @param byShow  bound for texts only; clauses may not refer to it
    Slot define(Node name, NameKind kind, bool byShow, Problems& problems);
    /// A clause refers to a name that must be bound by a clause.
    Slot refer(Node name, NameKinds wanted);
    /// A text or suggestion refers to any name.
    Slot mention(std::string_view name, std::string where, NameKinds wanted);

    /// Slots referred to by clauses since `mark`; for cycles of bindings.
    [[nodiscard]] std::size_t mark() const { return references_.size(); }
    void dependsOn(Slot bound, std::size_t since);

    [[nodiscard]] std::optional<NameKind> kindOf(Slot slot) const;
    [[nodiscard]] bool isShow(Slot slot) const { return entries_[slot.index()].byShow; }
    void check(Problems& problems) const;
    [[nodiscard]] std::vector<std::string> list() const;

private:
    struct Entry {
        std::string name;
        std::optional<NameKind> kind;
        bool byShow = false;
        std::string where; // of the first definition
    };
    struct Reference {
        Slot slot;
        std::string where;
        NameKinds wanted;
        bool byClause;
    };
    Slot slotOf(std::string_view name);
    [[nodiscard]] std::vector<std::string_view> known() const;
    void checkCycles(Problems& problems) const;

    std::vector<Entry> entries_;
    std::vector<Reference> references_;
    std::vector<std::pair<Slot, Slot>> dependencies_; // bound name -> name it refers to
};

} // namespace tcds::rules
