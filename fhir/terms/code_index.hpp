#pragma once

#include "fhir/facts/identifiers.hpp"
#include "fhir/terms/phrases.hpp"
#include "fhir/terms/terminology.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::terms {

/// (system, code) -> sets and analyte; ICD and ATC prefixes; ICD codes with and without dot alike.
class CodeIndex
{
public:
    /// @param reaches  the set itself and the sets that include it
    void add(CodeMember const& member, SetBits const& reaches);
    void addAnalyte(std::string_view loinc, AnalyteId analyte);
    /// Phrases whose presence beside a code cancels the set (complaints only: "R25.9" with
    /// "tremor" is no unspecified movement; clinical specification B.1).
    void addUnless(SetId set, std::vector<Phrase> phrases);

    /// @param system  canonical
    [[nodiscard]] CodeMeaning find(std::string_view system, std::string_view code,
                                   std::string_view text) const;

private:
    struct WithText {
        SetBits sets;
        std::vector<Phrase> phrases;
    };
    struct Entry {
        SetBits sets;
        AnalyteId analyte;
        std::vector<WithText> withText;
    };
    struct System {
        std::string uri;
        TextMap<Entry> exact, prefixes;
        std::uint64_t prefixLengths = 0; // bit n: some prefix has n + 1 characters
    };
    struct Unless {
        SetId set;
        std::vector<Phrase> phrases;
    };
    System& systemOf(std::string_view uri);

    std::vector<System> systems_;
    std::vector<Unless> unless_;
};

} // namespace tcds::terms
