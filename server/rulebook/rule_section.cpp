#include "server/rulebook/book.hpp"

#include "server/rulebook/statement.hpp"

#include <array>

namespace tcds::rulebook {

namespace {

using rules::Level;

Inline hooksLine(rules::Rule const& rule)
{
    static constexpr std::array kHooks{Hook::PatientView, Hook::EncounterStart,
                                       Hook::ProblemListItemCreate, Hook::OrderSelect,
                                       Hook::OrderSign};
    Inline line;
    for (auto const hook : kHooks) {
        if (!rule.runsOn(rules::hookBit(hook))) continue;
        if (!line.empty()) line += ", ";
        line += code(std::string{toText(hook)});
    }
    return line;
}

Inline gateLine(rules::Rule const& rule, rules::RuleSet const& set)
{
    auto const& gate = set.gates[rule.gate];
    Inline line{code(gate.name)};
    line += ": a complaint of ";
    std::vector<SetId> kinds;
    gate.kinds.forEach([&](SetId id) { kinds.push_back(id); });
    line += setLinks(kinds, set);
    return line;
}

std::string placeText(rules::Place place)
{
    switch (place) {
    case rules::Place::Own:
        return "a card, or a part of the card of its cluster";
    case rules::Place::Line:
        return "a line on another card, never a card of its own";
    case rules::Place::Alone:
        return "a line of the last card; a card of its own if there is no other";
    }
    return {};
}

Inline reviewLine(rules::Rule const& rule, rules::RuleSet const& set)
{
    auto const& meta = rule.meta;
    auto approved = meta.approvedBy.empty()
                        ? std::string{"not approved by a clinical board"}
                        : "approved by " + meta.approvedBy + " on " + meta.approvedOn;
    for (auto const& pack : set.packs)
        if (pack.id == rule.pack && pack.approval == "required" && meta.approvedBy.empty())
            approved = "approval is required and missing";
    auto line = plain(capital(std::move(approved)));
    if (!meta.nextReview.empty()) line += "; next review due " + meta.nextReview;
    return line;
}

/// What a hospital made of a rule of another pack.
Inline overlayLine(rules::Overlaid const& overlaid)
{
    std::string text;
    for (auto const& change : overlaid.changes) text += (text.empty() ? "" : "; ") + change;
    if (overlaid.disabled) text += text.empty() ? "not shown" : "; not shown";
    if (!overlaid.by.empty()) text += "; by " + overlaid.by;
    if (!overlaid.reason.empty()) text += "; reason: " + overlaid.reason;
    return plain(std::move(text));
}

Block facts(rules::Rule const& rule, rules::RuleSet const& set)
{
    auto const& cluster = set.clusters[rule.cluster];
    Facts facts;
    auto& rows = facts.rows;
    auto status = plain(std::string{rules::toText(rule.status)});
    if (rule.status == rules::RuleStatus::Shadow) status += " (evaluated and counted, not shown)";
    if (rule.status == rules::RuleStatus::Draft || rule.status == rules::RuleStatus::Retired)
        status += " (not evaluated)";
    rows.emplace_back("Version", plain(rule.version));
    rows.emplace_back("Status", std::move(status));
    rows.emplace_back("Level", plain(levelSpan(rule, set)));
    rows.emplace_back("Group", plain(std::string{groupTitle(rule.group)} + " (" +
                                     std::string{rules::toText(rule.group)} + ")"));
    rows.emplace_back("Cluster", plain(cluster.title + " (" + cluster.name + ")"));
    rows.emplace_back("Gate", gateLine(rule, set));
    rows.emplace_back("Hooks", hooksLine(rule));
    if (rule.age == rules::AgeScope::Adult)
        rows.emplace_back("Patients", plain("18 years or older"));
    rows.emplace_back("Shown as", plain(placeText(rule.place)));
    rows.emplace_back("Approval", reviewLine(rule, set));
    if (rule.overlaid) rows.emplace_back("Changed here", overlayLine(*rule.overlaid));
    return {std::move(facts)};
}

/// How far a band can reach; one that takes its level from other rules can be anything they are.
std::pair<Level, Level> reachOf(rules::Band const& band, rules::RuleSet const& set)
{
    if (band.worstOf.empty()) return {band.indicator, band.indicator};
    auto highest = Level::Info;
    for (auto const other : band.worstOf)
        for (auto const& theirs : set.rule(other).bands)
            highest = std::max(highest, reachOf(theirs, set).second);
    return {Level::Info, highest};
}

} // namespace

std::string levelSpan(rules::Rule const& rule, rules::RuleSet const& set)
{
    auto lowest = Level::Critical;
    auto highest = Level::Info;
    for (auto const& band : rule.bands) {
        auto const [from, to] = reachOf(band, set);
        lowest = std::min(lowest, from);
        highest = std::max(highest, to);
    }
    if (lowest >= highest) return std::string{rules::toText(highest)};
    return std::string{rules::toText(lowest)} + " to " + std::string{rules::toText(highest)};
}

Inline setLinks(std::vector<SetId> const& ids, rules::RuleSet const& set, std::string_view last)
{
    Inline line;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        auto const& valueSet = set.terms->set(ids[i]);
        if (i > 0) line += i + 1 == ids.size() ? " " + std::string{last} + " " : std::string{", "};
        line += anchor(valueSet.title, "set-" + valueSet.name);
    }
    return line;
}

Inline analyteLinks(std::vector<AnalyteId> const& ids, rules::RuleSet const& set)
{
    Inline line;
    for (auto const id : ids) {
        auto const& analyte = set.terms->analyte(id);
        if (!line.empty()) line += ", ";
        line += anchor(analyte.title, "lab-" + analyte.key);
    }
    return line;
}

Section ruleSection(rules::Rule const& rule, Sources const& sources)
{
    auto const& set = sources.rules;
    Section section;
    section.kind = Section::Kind::Rule;
    section.id = rule.id;
    section.title = rule.id + " " + rule.title;
    section.search = section.title + " " + rule.meta.mechanism;
    Inline title{code(rule.id)};
    title += " " + rule.title;
    section.blocks.push_back({Heading{3, rule.id, std::move(title)}});
    section.blocks.push_back(facts(rule, set));
    auto const add = [&section](std::vector<Block> blocks) {
        for (auto& block : blocks) section.blocks.push_back(std::move(block));
    };
    add(clauseBlocks(rule, set));
    add(cardBlocks(rule, sources));
    add(provenanceBlocks(rule, set));
    add(proofBlocks(rule, sources));
    return section;
}

} // namespace tcds::rulebook
