#include "rules/load/lint.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

/// An entry of meta.accepted.
struct Acceptance {
    std::string_view file;
    std::string_view code, reason;
    std::string where;
    bool used = false;
};

std::vector<Acceptance> acceptancesIn(Content const& content)
{
    std::vector<Acceptance> found;
    for (auto const& pack : content.packs)
        for (auto const& tree : pack.rules) {
            auto const meta = tree.root().find("meta");
            auto const list = meta && meta->isMap() ? meta->find("accepted") : std::nullopt;
            if (!list) continue;
            for (auto const entry : list->items()) {
                auto const code = entry.find("lint");
                auto const reason = entry.find("because");
                if (code && reason)
                    found.push_back({tree.file(), code->text(), reason->text(), entry.where()});
            }
        }
    return found;
}

/// Does a place, FILE or FILE:LINE:COLUMN, lie in the file?
bool isIn(std::string_view where, std::string_view file)
{
    return where.starts_with(file) && (where.size() == file.size() || where[file.size()] == ':');
}

} // namespace

std::vector<AcceptedWarning> sortOutAccepted(Content const& content, Problems const& found,
                                             Problems& problems)
{
    auto acceptances = acceptancesIn(content);
    std::vector<AcceptedWarning> accepted;
    for (auto& problem : found.sorted()) {
        auto const by = std::ranges::find_if(acceptances, [&](Acceptance const& each) {
            return problem.severity == Severity::Warning && problem.code == each.code &&
                   isIn(problem.where, each.file);
        });
        if (by == acceptances.end()) {
            problems.add(std::move(problem));
            continue;
        }
        by->used = true;
        accepted.push_back({std::move(problem), std::string{by->reason}});
    }
    for (auto const& each : acceptances)
        if (!each.used)
            problems.warning("L41", each.where,
                             std::string{each.code} + " is accepted here, but not found",
                             "remove the entry");
    return accepted;
}

} // namespace tcds::rules
