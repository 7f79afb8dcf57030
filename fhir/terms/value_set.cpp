#include "fhir/terms/value_set.hpp"

namespace tcds::terms {
namespace {

constexpr auto kLastRoute = static_cast<unsigned>(Route::Intravenous);

} // namespace

std::string_view toText(SetKind kind)
{
    switch (kind) {
    case SetKind::DrugClass:
        return "drug-class";
    case SetKind::Condition:
        return "condition";
    case SetKind::Finding:
        return "finding";
    case SetKind::Complaint:
        return "complaint";
    case SetKind::Order:
        return "order";
    case SetKind::Visit:
        return "visit";
    case SetKind::Cues:
        return "cues";
    }
    return "";
}

RouteMask RouteMask::systemic()
{
    RouteMask mask;
    for (unsigned i = 0; i <= kLastRoute; ++i)
        if (auto const route = static_cast<Route>(i); isSystemic(route)) mask.add(route);
    return mask;
}

RouteMask RouteMask::any()
{
    RouteMask mask;
    for (unsigned i = 0; i <= kLastRoute; ++i) mask.add(static_cast<Route>(i));
    return mask;
}

} // namespace tcds::terms
