#pragma once

#include "fhir/base/json.hpp"
#include "fhir/facts/facts.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The elements that FHIR resources are built of, read leniently: a value of the wrong JSON type is
// absent, one where many are due is a list of one (tolerance TOL-10).

namespace tcds::fhir {

using json::Value;

/// The members of one object, indexed once: a resource is asked for some thirty names, most of
/// which it does not have. Valid while the document lives; a value that is no object has no
/// members.
class Members
{
public:
    explicit Members(Value const& object);

    /// nullptr when the member is absent or JSON null.
    [[nodiscard]] Value const* child(std::string_view name) const
    {
        if (large_) return json::child(*object_, name);
        for (auto at = slotOf(name); slots_[at] != 0; at = (at + 1) % kSlots)
            if (auto const& member = first_[slots_[at] - 1]; nameOf(member) == name)
                return &member.value;
        return nullptr;
    }
    [[nodiscard]] std::string_view text(std::string_view name) const
    {
        return json::text(child(name)).value_or(std::string_view{});
    }
    [[nodiscard]] std::span<Value const> items(std::string_view name) const
    {
        return json::items(child(name));
    }
    /// First of the members that is there.
    [[nodiscard]] Value const* anyOf(std::initializer_list<std::string_view> names) const
    {
        for (auto const name : names)
            if (auto const* found = child(name)) return found;
        return nullptr;
    }

private:
    using Member = Value::Member;
    static constexpr std::size_t kSlots = 64; // a power of two
    static constexpr std::size_t kMost = 40;  // more members are searched one by one

    static std::string_view nameOf(Member const& member)
    {
        return {member.name.GetString(), member.name.GetStringLength()};
    }
    static constexpr std::size_t slotOf(std::string_view name)
    {
        if (name.empty()) return 0;
        auto const first = static_cast<unsigned char>(name.front());
        auto const last = static_cast<unsigned char>(name.back());
        return (first * 5U + last * 11U + name.size() * 3U) % kSlots;
    }

    Value const* object_;
    Member const* first_ = nullptr;
    bool large_ = false;
    std::array<std::uint8_t, kSlots> slots_{}; // place of a member, from 1; 0 = free
};

/// One coding in place; the views live as long as the document.
struct CodingView {
    std::string_view system, code, display;
};

CodingView codingView(Value const& coding);

/// Calls f(CodingView) for each coding of a CodeableConcept, a list of them, or a bare Coding.
template <class F>
void forEachCoding(Value const* concept_, F&& f)
{
    for (auto const& one : json::items(concept_)) {
        if (!one.IsObject()) continue;
        auto const* codings = json::child(one, "coding");
        auto const visit = [&f](Value const& coding) {
            if (!coding.IsObject()) return;
            auto const view = codingView(coding);
            if (!view.code.empty() || !view.display.empty()) f(view);
        };
        if (codings != nullptr) {
            for (auto const& coding : json::items(codings)) visit(coding);
        } else if (json::child(one, "code") != nullptr) {
            visit(one);
        }
    }
}

/// Adds a coding that has a code, its system in canonical spelling.
void addCoding(CodingView const& view, std::vector<Coding>& codings);
/// Codings with a code, systems in canonical spelling, in the order as sent.
std::vector<Coding> codingsOf(Value const* concept_);

/// `text` of a CodeableConcept, or the value itself where a sender put a string; "" when absent.
std::string_view conceptText(Value const* concept_);

/// True when the concept has this code, whatever its system; a bare string counts as a code.
bool hasCode(Value const* concept_, std::string_view code);

/// First code of the concept, or the value itself where a sender put a string.
std::string_view firstCode(Value const* concept_);

/// R5 CodeableReference: its `concept`; else the value as it is.
Value const* conceptOf(Value const* value);
/// R5 CodeableReference: its `reference`; else the value as it is.
Value const* referenceOf(Value const* value);

/// First of the members that is there.
Value const* anyOf(Value const& object, std::initializer_list<std::string_view> names);

/// What a reference string names: "Patient/1", "https://host/fhir/Patient/1/_history/2" -> Patient,
/// 1;
/// "#p" -> contained, p; "urn:uuid:..." -> url only.
struct Target {
    std::string_view type, id;
    std::string_view url; // the reference as sent
    bool contained = false;
};
Target targetOf(std::string_view reference);

/// Text in lower case ASCII; other bytes as they are. For comparing with fixed words only.
std::string lower(std::string_view text);
/// Without leading and trailing blanks.
std::string_view trimmed(std::string_view text);
/// True when the text holds the word in any ASCII case; `word` in lower case.
bool containsAnyCase(std::string_view text, std::string_view word);

/// A day wide span for an instant that was computed ("handed over + 30 days"): the day of the zone,
/// as a date without time that was sent would be read.
TimeSpan dayOf(Instant at, int zoneMinutes);

/// The whole number that a JSON number is; nothing for others and beyond `most`.
std::optional<int> wholeNumber(Value const* number, int most);

/// FHIR Duration or an Age: {value, unit or code} -> calendar step; whole numbers only.
std::optional<Duration> durationOf(Value const* quantity);

} // namespace tcds::fhir
