#include "server/cases/explained.hpp"

#include "rules/load/fields.hpp"

namespace tcds::cases {

std::vector<Explained> readExplained(Tree const& tree, std::string_view list,
                                     std::string_view what, Problems& problems)
{
    rules::Fields fields{tree.root(), "list of explanations", problems};
    std::vector<Explained> explained;
    if (auto const entries = fields.need(list))
        for (auto const item : entries->items()) {
            rules::Fields entry{item, "explanation", problems};
            Explained one;
            one.rule = entry.neededText("rule");
            one.what = entry.neededText(what);
            one.reason = entry.neededText("reason");
            one.where = item.where();
            entry.finish();
            explained.push_back(std::move(one));
        }
    fields.finish();
    return explained;
}

} // namespace tcds::cases
