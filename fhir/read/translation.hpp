#pragma once

#include "fhir/facts/patient_context.hpp"
#include "fhir/terms/terminology.hpp"

#include <cstddef>
#include <memory>

namespace tcds::fhir {

/// Facts that were understood with one terminology, as another would have understood them: what the
/// rules of today would have been given on the day of an old record.
///
/// Codes are looked up anew. What a name or a phrase was understood as stays, for the words are
/// gone: a value set or an ingredient goes by its name, and falls away where the other terminology
/// has none of that name. What a denial kept out stays out. A condition whose code is a complaint
/// or a sign only now becomes one; without a date on record it counts, as D25 has it.
///
/// What the first terminology did not know was never read: a gap with its codes is all there is.
class Translation
{
public:
    /// @param from, to  outlive the translation
    Translation(terms::Terminology const& from, terms::Terminology const& to);
    ~Translation();
    Translation(Translation&&) noexcept;
    Translation& operator=(Translation&&) noexcept;

    /// @param complaintWindow  of the rules that will look at the facts
    [[nodiscard]] PatientContext translate(PatientContext context,
                                           Duration const& complaintWindow) const;
    /// Medicines and results that only the second terminology knows.
    [[nodiscard]] std::size_t unreadIn(PatientContext const& context) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace tcds::fhir
