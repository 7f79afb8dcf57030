#include "server/rulebook/book.hpp"

#include "server/rulebook/picture.hpp"
#include "server/rulebook/statement.hpp"

#include <algorithm>

namespace tcds::rulebook {

namespace {

using rules::Rule;
using rules::RuleSet;

void addTitle(std::vector<Block>& blocks, std::string text)
{
    blocks.push_back({Heading{4, "", plain(std::move(text))}});
}

/// A condition as a list: the parts of a composite one below its introduction.
Block statementBlock(rules::Condition const& condition, Rule const& rule, RuleSet const& set)
{
    auto item = statementOf(condition, &rule, set);
    if (!item.text.empty() && item.text.front().kind == Span::Kind::Text)
        item.text.front().text = capital(item.text.front().text);
    return {List{{std::move(item)}}};
}

/// "critical (band severe): latest Potassium below 2.5 mmol/L"
Item bandItem(rules::Band const& band, Rule const& rule, RuleSet const& set)
{
    Inline line;
    if (band.worstOf.empty()) {
        line += level(rules::toText(band.indicator));
    } else {
        line += "the highest level at which one of these fires, else ";
        line += level("info");
        line += ": ";
        for (std::size_t i = 0; i < band.worstOf.size(); ++i) {
            if (i > 0) line += ", ";
            auto const& id = set.rule(band.worstOf[i]).id;
            line += anchor(id, id);
        }
    }
    if (!band.id.empty()) {
        line += " (band ";
        line += code(band.id);
        line += ")";
    }
    if (!band.when) {
        line += rule.bands.size() > 1 ? ": otherwise" : ": always";
        return {std::move(line)};
    }
    auto statement = statementOf(*band.when, &rule, set);
    line += ": ";
    line += statement.text;
    return {std::move(line), std::move(statement.parts)};
}

Inline adjustmentStart(rules::Adjustment const& adjustment, RuleSet const& set)
{
    Inline line;
    switch (adjustment.kind) {
    case rules::Adjustment::Kind::Raise:
        line += "One level higher";
        break;
    case rules::Adjustment::Kind::Lower:
        line += "One level lower, but critical stays critical";
        break;
    case rules::Adjustment::Kind::Cap:
        line += "At most ";
        line += level(rules::toText(adjustment.cap));
        break;
    case rules::Adjustment::Kind::Like: {
        auto const& id = set.rule(adjustment.like).id;
        line += "As ";
        line += anchor(id, id);
        line += " is adjusted";
        break;
    }
    }
    if (adjustment.own) line += " (this rule only, not those that are adjusted like it)";
    return line;
}

Item adjustmentItem(rules::Adjustment const& adjustment, Rule const& rule, RuleSet const& set)
{
    auto line = adjustmentStart(adjustment, set);
    if (!adjustment.when) return {std::move(line)};
    auto statement = statementOf(*adjustment.when, &rule, set);
    line += ", when ";
    line += statement.text;
    return {std::move(line), std::move(statement.parts)};
}

Item tierItem(rules::TierRow const& row, Rule const& rule, RuleSet const& set)
{
    Inline line{strong(std::string{rules::toText(row.tier)})};
    if (!row.when) {
        if (rule.tiers.size() > 1) line += ": otherwise";
        return {std::move(line)};
    }
    auto statement = statementOf(*row.when, &rule, set);
    line += ": ";
    line += statement.text;
    return {std::move(line), std::move(statement.parts)};
}

Table pictureTable(ValuePicture const& picture, Rule const& rule, RuleSet const& set)
{
    auto const several = picture.lines.size() > 1;
    Table table;
    table.caption = set.terms->analyte(picture.analyte).title + " in words";
    if (several) table.head.emplace_back("For");
    for (auto const* name : {"Value", "On this result alone", "With further conditions"})
        table.head.emplace_back(name);
    for (auto const& line : picture.lines) {
        for (auto const& stretch : line.stretches) {
            std::vector<Inline> row;
            if (several) row.push_back(plain(capital(populationsText(line.populations, set))));
            row.push_back(plain(rangeText(stretch)));
            Inline alone;
            if (stretch.sure)
                alone += level(rules::toText(*stretch.sure));
            else if (stretch.fires)
                alone += "needs more";
            else
                alone += stretch.suppressed ? "silent (unless)" : "does not fire";
            row.push_back(std::move(alone));
            Inline more;
            for (auto const band : stretch.withMore) {
                if (!more.empty()) more += ", ";
                more += level(rules::toText(rule.bands[band].indicator));
                if (!rule.bands[band].id.empty()) more += " (" + rule.bands[band].id + ")";
            }
            row.push_back(more.empty() ? plain("\u2013") : std::move(more));
            table.rows.push_back(std::move(row));
        }
    }
    return table;
}

void addPictures(std::vector<Block>& blocks, Rule const& rule, RuleSet const& set)
{
    auto const pictures = picturesOf(rule, set);
    if (pictures.empty()) return;
    addTitle(blocks, pictures.size() > 1 ? "Limits as pictures" : "Limits as a picture");
    for (auto const& picture : pictures) {
        auto const& analyte = set.terms->analyte(picture.analyte);
        Figure figure;
        figure.svg = drawPicture(picture, rule, set, rule.id + "-" + analyte.key);
        figure.caption.push_back(anchor(analyte.title, "lab-" + analyte.key));
        if (analyte.unit != "1") figure.caption += ", " + analyte.unit;
        if (picture.byReference)
            figure.caption += ". A laboratory's own limit is used instead of the drawn one where "
                              "the appendix says so";
        figure.caption += ".";
        blocks.push_back({std::move(figure)});
        blocks.push_back({pictureTable(picture, rule, set)});
    }
}

void addLevels(std::vector<Block>& blocks, Rule const& rule, RuleSet const& set)
{
    addTitle(blocks, "At which level");
    List bands;
    bands.ordered = rule.bands.size() > 1;
    for (auto const& band : rule.bands) bands.items.push_back(bandItem(band, rule, set));
    blocks.push_back({std::move(bands)});
    addPictures(blocks, rule, set);
    if (!rule.adjust.empty()) {
        addTitle(blocks, "Then adjusted");
        List list;
        for (auto const& adjustment : rule.adjust)
            list.items.push_back(adjustmentItem(adjustment, rule, set));
        blocks.push_back({std::move(list)});
    }
    addTitle(blocks, "How likely a cause (tier)");
    if (rule.tiers.empty()) {
        blocks.push_back({Paragraph{plain("None: the rule speaks of a missing test.")}});
        return;
    }
    List tiers;
    for (auto const& row : rule.tiers) tiers.items.push_back(tierItem(row, rule, set));
    blocks.push_back({std::move(tiers)});
}

void addParameters(std::vector<Block>& blocks, Rule const& rule, RuleSet const& set)
{
    if (rule.parameters.empty()) return;
    addTitle(blocks, "Limits that a site may set");
    Table table{"Named limits", {"Name", "For", "Limit", "Allowed"}, {}};
    for (auto const& parameter : rule.parameters)
        for (auto const& row : parameter.rows)
            table.rows.push_back({{code(parameter.name)},
                                  plain(capital(populationText(row.population, set))),
                                  plain(limitText(row.limit)),
                                  plain(parameter.allowed ? parameter.allowed->first.text + " to " +
                                                                parameter.allowed->second.text
                                                          : std::string{"not to be changed"})});
    blocks.push_back({std::move(table)});
}

Inline ruleLinks(std::vector<rules::RuleIndex> const& indices, RuleSet const& set)
{
    Inline line;
    for (auto const index : indices) {
        if (!line.empty()) line += ", ";
        line += anchor(set.rule(index).id, set.rule(index).id);
    }
    return line;
}

std::vector<rules::RuleIndex> suppressorsOf(Rule const& rule, RuleSet const& set)
{
    std::vector<rules::RuleIndex> found;
    for (auto const& other : set.rules)
        if (std::ranges::find(other.suppresses, rule.index) != other.suppresses.end())
            found.push_back(other.index);
    return found;
}

/// What happens to the rule beside others; one line each.
void addTogether(std::vector<Block>& blocks, Rule const& rule, RuleSet const& set)
{
    List list;
    auto const add = [&list](std::string_view start, Inline const& rest,
                             std::string_view end = ".") {
        Inline line = plain(std::string{start});
        line += rest;
        line += end;
        list.items.push_back({std::move(line)});
    };
    if (!rule.suppresses.empty())
        add("Suppresses, while its level is at least as high: ", ruleLinks(rule.suppresses, set));
    if (auto const by = suppressorsOf(rule, set); !by.empty())
        add("Is suppressed by, if their level is at least as high: ", ruleLinks(by, set));
    if (!rule.treatedBy.empty())
        add("Is silent on order hooks while a draft treats it: ",
            setLinks(rule.treatedBy, set, rule.treatedByAll ? "and" : "or"));
    if (!rule.merges.empty()) {
        std::vector<std::string> titles;
        for (auto const cluster : rule.merges) titles.push_back(set.clusters[cluster].title);
        add("Joins these clusters into one card: ", plain(joined(titles)));
    }
    if (!rule.via.empty())
        add("Works through (via) ", analyteLinks(rule.via, set),
            ": joins the card of that result when one has fired; a missing result is named.");
    if (rule.exposure.known()) {
        Inline name{code(rule.names[rule.exposure.index()])};
        add("Timing of ", name,
            ": a medicine started more than 30 days after the complaint began is left out unless "
            "its dose was raised; one that started later than the complaint, or that is taken as "
            "needed only without a dose in 7 days, lowers the tier by one step each.");
    }
    if (list.items.empty()) return;
    addTitle(blocks, "Beside other rules");
    blocks.push_back({std::move(list)});
}

} // namespace

std::vector<Block> clauseBlocks(Rule const& rule, RuleSet const& set)
{
    std::vector<Block> blocks;
    addTitle(blocks, "Fires when");
    blocks.push_back(statementBlock(rule.when, rule, set));
    if (rule.unless) {
        addTitle(blocks, "Unless");
        blocks.push_back(statementBlock(*rule.unless, rule, set));
    }
    addLevels(blocks, rule, set);
    addParameters(blocks, rule, set);
    addTogether(blocks, rule, set);
    return blocks;
}

} // namespace tcds::rulebook
