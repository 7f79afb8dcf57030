#pragma once

#include <cstddef>
#include <ctime>
#include <string>

namespace tcds::bench {

/// Body of a patient-view call: a synthetic patient with twitching, a loop diuretic, a proton pump
/// inhibitor, levodopa and low potassium, magnesium and calcium among unremarkable medicines,
/// problems and results. From 20,000 bytes on it is answered with three cards.
///
/// @param bytes  about how long; of 20,000 it holds some sixty results, ten medicines and eight
///               problems. Shorter and longer ones keep what fires and vary the rest
/// @param now    the dates are days before this, so that the chart is never out of date
std::string chartBody(std::size_t bytes, std::time_t now);

} // namespace tcds::bench
