#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tcds::bench {

/// Numbers that look random and are the same in every run (SplitMix64).
class Dice
{
public:
    explicit Dice(std::uint64_t seed) : state_{seed} {}

    std::uint64_t next()
    {
        state_ += 0x9e3779b97f4a7c15U;
        auto mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
        return mixed ^ (mixed >> 31U);
    }
    /// 0 to n - 1
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
    bool percent(unsigned chance) { return below(100) < chance; }

private:
    std::uint64_t state_;
};

/// Who is seen, where and by whom.
struct Visit {
    std::size_t patient = 0, encounter = 0, user = 0;
    std::string_view fhirServer;
};

/// The body of a patient-view call of about 4 KB. What is lasting about a patient (age, sex,
/// problems, medicines) follows from its number, results and complaint from that of the encounter:
/// the same visit on the same day gives the same chart. Three visits in four are for twitching or
/// cramps.
/// @param day  YYYY-MM-DD of the call
std::string viewBody(Visit const& visit, std::string_view day, Dice& dice);
/// The same patient at the signing of an order for one more medicine.
std::string signBody(Visit const& visit, std::string_view day, Dice& dice);

} // namespace tcds::bench
