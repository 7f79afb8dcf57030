#include "server/rulebook/book.hpp"

#include "server/rulebook/data_use.hpp"
#include "server/rulebook/statement.hpp"

namespace tcds::rulebook {

namespace {

using rules::Rule;

void addTitle(std::vector<Block>& blocks, std::string text)
{
    blocks.push_back({Heading{4, "", plain(std::move(text))}});
}

std::string statusText(std::string const& status)
{
    if (status == "seen") return "seen";
    if (status == "recalled") return "recalled: to be looked up";
    return "not stated";
}

Table evidenceTable(Rule const& rule)
{
    Table table{"Where the rule comes from", {"Id", "Source", "Grade", "Status", "Link"}, {}};
    for (auto const& evidence : rule.meta.evidence) {
        Inline where = plain("no link");
        if (!evidence.url.empty()) where = {link(evidence.url, evidence.url)};
        table.rows.push_back({plain(evidence.id), plain(evidence.citation),
                              plain(evidence.grade.empty() ? "not graded" : evidence.grade),
                              plain(statusText(evidence.status)), std::move(where)});
    }
    return table;
}

std::string orNotStated(std::string const& text) { return text.empty() ? "not stated" : text; }

std::string citations(Rule const& rule)
{
    std::vector<std::string> ids;
    for (auto const& evidence : rule.meta.evidence) ids.push_back(evidence.id);
    return ids.empty() ? "none" : joined(ids) + " (see evidence)";
}

std::string developer(rules::Meta const& meta)
{
    auto text = orNotStated(meta.author);
    if (!meta.reviewers.empty()) text += "; reviewed by " + joined(meta.reviewers);
    if (!meta.approvedBy.empty()) text += "; approved by " + meta.approvedBy;
    return text;
}

std::string dates(Rule const& rule)
{
    auto const& meta = rule.meta;
    auto text = "version " + rule.version;
    if (!meta.effectiveFrom.empty()) text += ", effective from " + meta.effectiveFrom;
    if (!meta.effectiveTo.empty()) text += " to " + meta.effectiveTo;
    if (!meta.approvedOn.empty()) text += ", approved " + meta.approvedOn;
    if (!meta.nextReview.empty()) text += ", next review " + meta.nextReview;
    return text;
}

/// The thirteen source attributes of 45 CFR 170.315(b)(11)(iv)(A).
Table attributeTable(Rule const& rule, rules::RuleSet const& set)
{
    Table table{"45 CFR 170.315(b)(11)(iv)(A)", {"Attribute", "This rule"}, {}};
    auto const add = [&table](std::string name, std::string text) {
        table.rows.push_back({plain(std::move(name)), plain(std::move(text))});
    };
    add("Bibliographic citation", citations(rule));
    add("Developer of the intervention", developer(rule.meta));
    add("Funding source of the technical implementation", "not stated");
    add("Release and revision dates", dates(rule));
    for (auto const& use : dataUseOf(rule, set))
        add("Use of " + use.what, use.used() ? "yes: " + joined(use.from) : "no");
    return table;
}

} // namespace

std::vector<Block> provenanceBlocks(Rule const& rule, rules::RuleSet const& set)
{
    std::vector<Block> blocks;
    auto const& meta = rule.meta;
    addTitle(blocks, "Mechanism");
    blocks.push_back({Paragraph{withLinks(orNotStated(meta.mechanism), set)}});
    if (!meta.rationale.empty()) {
        addTitle(blocks, "Rationale");
        blocks.push_back({Paragraph{withLinks(meta.rationale, set)}});
    }
    addTitle(blocks, "What the rule cannot see");
    blocks.push_back({Paragraph{withLinks(orNotStated(meta.limits), set)}});
    addTitle(blocks, "Evidence");
    if (meta.evidence.empty())
        blocks.push_back({Paragraph{plain("None is named.")}});
    else
        blocks.push_back({evidenceTable(rule)});
    addTitle(blocks, "Source attributes (ONC HTI-1)");
    blocks.push_back({attributeTable(rule, set)});
    return blocks;
}

} // namespace tcds::rulebook
