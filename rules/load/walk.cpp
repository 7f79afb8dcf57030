#include "rules/load/walk.hpp"

namespace tcds::rules {

std::vector<Condition> const* partsOf(Condition const& condition)
{
    if (auto const* all = std::get_if<AllOf>(&condition.test)) return &all->of;
    if (auto const* any = std::get_if<AnyOf>(&condition.test)) return &any->of;
    if (auto const* no = std::get_if<NotOf>(&condition.test)) return &no->of;
    if (auto const* some = std::get_if<AtLeastOf>(&condition.test)) return &some->of;
    return nullptr;
}

} // namespace tcds::rules
