#include "server/rulebook/book.hpp"

#include "rules/load/walk.hpp"
#include "server/cases/answer.hpp"
#include "server/cases/request.hpp"
#include "server/rulebook/card_text.hpp"
#include "server/rulebook/statement.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace tcds::rulebook {

namespace {

using rules::Rule;
using rules::RuleSet;

void addTitle(std::vector<Block>& blocks, std::string text)
{
    blocks.push_back({Heading{4, "", plain(std::move(text))}});
}

std::string_view fieldWord(rules::Field field)
{
    static constexpr std::array<std::string_view, 21> kWords{
        "value",         "date",      "value and date",
        "limit",         "range",     "note",
        "times limit",   "name",      "earlier value and date",
        "names",         "names",     "start",
        "last change",   "stop",      "last given",
        "dose",          "route",     "duration",
        "missing tests", "medicines", "begin"};
    return kWords[static_cast<std::size_t>(field)];
}

/// What a clause that binds a name looks at, as short as a card's field can say it; "" when the
/// name itself says more.
std::string boundName(rules::Condition const& clause, RuleSet const& set)
{
    if (auto const* lab = std::get_if<rules::LabTest>(&clause.test))
        return set.terms->analyte(lab->scope.analyte).title;
    if (auto const* trend = std::get_if<rules::TrendTest>(&clause.test))
        return set.terms->analyte(trend->analyte).title;
    if (auto const* med = std::get_if<rules::MedTest>(&clause.test))
        if (med->classes.size() == 1 && med->ingredients.empty())
            return set.terms->set(med->classes.front()).title;
    if (std::holds_alternative<rules::ViaMissingTest>(clause.test)) return "not measured";
    if (auto const* finding = std::get_if<rules::FindingTest>(&clause.test))
        if (finding->sets.size() == 1) return set.terms->set(finding->sets.front()).title;
    if (auto const* problem = std::get_if<rules::ProblemTest>(&clause.test))
        if (problem->sets.size() == 1) return set.terms->set(problem->sets.front()).title;
    return {};
}

/// A long title would hide the sentence that it stands in: the name of the slot is enough then.
std::string brief(std::string title)
{
    constexpr std::size_t kMost = 34;
    return title.size() > kMost ? std::string{} : title;
}

/// "drugs"; a single letter says too little alone: "medicine d", "sign f".
std::string nameOf(rules::Slot slot, Rule const& rule)
{
    auto const& name = rule.names[slot.index()];
    if (name.size() > 1) return name;
    std::string kind = "medicine";
    rules::forEachRoot(rule, [&](rules::RulePart, rules::Condition const& root) {
        rules::forEachClause(root, [&](rules::Condition const& clause) {
            if (clause.as != slot) return;
            if (std::holds_alternative<rules::FindingTest>(clause.test)) kind = "sign";
            if (std::holds_alternative<rules::ProblemTest>(clause.test)) kind = "problem";
            if (std::holds_alternative<rules::LabTest>(clause.test)) kind = "result";
        });
    });
    return kind + " " + name;
}

std::string slotTitle(rules::Slot slot, Rule const& rule, RuleSet const& set)
{
    for (auto const& show : rule.show) {
        if (show.name != slot) continue;
        if (show.kind == rules::Show::Kind::Lab)
            return (show.before.known() ? "earlier " : "") + set.terms->analyte(show.analyte).title;
        if (show.kind == rules::Show::Kind::Med && show.meds.size() == 1 &&
            show.meds.front().classes.size() == 1 && show.meds.front().ingredients.empty())
            if (auto title = brief(set.terms->set(show.meds.front().classes.front()).title);
                !title.empty())
                return title;
        if (show.sets.size() == 1)
            if (auto title = brief(set.terms->set(show.sets.front()).title); !title.empty())
                return title;
    }
    std::string title;
    rules::forEachRoot(rule, [&](rules::RulePart, rules::Condition const& root) {
        rules::forEachClause(root, [&](rules::Condition const& clause) {
            if (clause.as == slot && title.empty()) title = brief(boundName(clause, set));
        });
    });
    return title.empty() ? nameOf(slot, rule) : title;
}

std::string fieldText(rules::TemplatePiece const& piece, Rule const& rule, RuleSet const& set)
{
    if (piece.field == rules::Field::Onset) return "complaint: begin";
    return slotTitle(piece.name, rule, set) + ": " + std::string{fieldWord(piece.field)};
}

Item shownItem(rules::Show const& show, Rule const& rule, RuleSet const& set)
{
    Inline line{code(rule.names[show.name.index()])};
    line += ": ";
    if (show.kind == rules::Show::Kind::Lab) {
        line += show.before.known() ? "the result before the one called "
                                    : std::string{"latest result of "};
        if (show.before.known()) {
            line += code(rule.names[show.before.index()]);
            line += ", of ";
        }
        line += analyteLinks({show.analyte}, set);
        return {std::move(line)};
    }
    if (show.kind != rules::Show::Kind::Med) {
        line += show.kind == rules::Show::Kind::Finding ? "signs: " : "problems: ";
        line += setLinks(show.sets, set);
        return {std::move(line)};
    }
    for (auto const& med : show.meds) {
        rules::Condition clause;
        clause.test = med;
        if (&med != &show.meds.front()) line += "; or ";
        line += withLinks(rules::describe(clause, &rule, set), set);
    }
    return {std::move(line)};
}

void addTemplate(std::vector<Block>& blocks, Rule const& rule, RuleSet const& set)
{
    addTitle(blocks, "Card text");
    Facts texts;
    auto const add = [&](std::string name, rules::Template const& pieces) {
        if (!pieces.empty())
            texts.rows.emplace_back(std::move(name), templateLine(pieces, rule, set));
    };
    add("Summary", rule.card.summary);
    add("Findings", rule.card.findings);
    if (rule.card.why.empty())
        texts.rows.emplace_back("Why", plain(rule.meta.mechanism));
    else
        add("Why", rule.card.why);
    add("Options", rule.card.options);
    blocks.push_back({std::move(texts)});
    if (!rule.card.also.empty()) {
        List also;
        for (auto const& text : rule.card.also) {
            Inline line = plain("Also \u201c");
            line += templateLine(text.say, rule, set);
            line += "\u201d";
            Item item;
            if (text.when) {
                item = statementOf(*text.when, &rule, set);
                line += " when ";
                line += item.text;
            }
            also.items.push_back({std::move(line), std::move(item.parts)});
        }
        blocks.push_back({std::move(also)});
    }
    if (rule.show.empty()) return;
    blocks.push_back(
        {Paragraph{plain("Shown on the card, without any part in whether the rule fires:")}});
    List shown;
    for (auto const& show : rule.show) shown.items.push_back(shownItem(show, rule, set));
    blocks.push_back({std::move(shown)});
}

bool expectsFiring(cases::Case const& test, Rule const& rule)
{
    return std::ranges::find(test.expect.fired, rule.id, &cases::ExpectedFiring::rule) !=
           test.expect.fired.end();
}

/// The first case whose answer has a card that the rule leads, else one that it is part of.
std::optional<std::pair<std::string, rules::Card>> exampleOf(Rule const& rule,
                                                             Sources const& sources)
{
    std::optional<std::pair<std::string, rules::Card>> found;
    auto const file = std::ranges::find(sources.cases, rule.id, &cases::CaseFile::rule);
    if (file == sources.cases.end()) return found;
    for (auto const& test : file->cases) {
        if (!expectsFiring(test, rule)) continue;
        Problems problems;
        auto const request = cases::writeRequest(test, sources.rules, problems);
        if (problems.hasErrors()) continue;
        auto const decision = cases::answerTo(test, request, sources.rules, false);
        if (!decision) continue;
        for (auto const& card : decision->cards) {
            if (card.lead == rule.index) return std::pair{test.name, card};
            if (!found && std::ranges::find(card.rules, rule.index, &rules::RuleOnCard::rule) !=
                              card.rules.end())
                found.emplace(test.name, card);
        }
    }
    return found;
}

void addExample(std::vector<Block>& blocks, Rule const& rule, Sources const& sources)
{
    auto const example = exampleOf(rule, sources);
    if (!example) return;
    auto const& [name, card] = *example;
    addTitle(blocks, "Example card");
    Inline about = plain("The answer to the test case \"" + name + "\"");
    if (card.lead != rule.index && card.lead.known()) {
        about += "; the card is led by ";
        about += anchor(sources.rules.rule(card.lead).id, sources.rules.rule(card.lead).id);
    }
    about += ".";
    if (card.level != card.indicator)
        about += " Its level is " + std::string{rules::toText(card.level)} + ", shown as " +
                 std::string{rules::toText(card.indicator)} +
                 " unless a site allows critical cards.";
    blocks.push_back({Paragraph{std::move(about)}});
    CardBox box;
    box.level = rules::toText(card.indicator);
    box.summary = plain(card.summary);
    box.blocks = detailBlocks(card.detail);
    List offers;
    for (auto const& suggestion : card.suggestions)
        offers.items.push_back({plain(suggestion.label)});
    if (!offers.items.empty()) {
        box.blocks.push_back({Paragraph{{strong("Offers:")}}});
        box.blocks.push_back({std::move(offers)});
    }
    blocks.push_back({std::move(box)});
}

std::string_view systemName(std::string_view system)
{
    if (system == "http://loinc.org") return "LOINC";
    if (system == "http://snomed.info/sct") return "SNOMED CT";
    if (system == "http://hl7.org/fhir/sid/icd-10-cm") return "ICD-10-CM";
    if (system == "http://www.nlm.nih.gov/research/umls/rxnorm") return "RxNorm";
    return system;
}

std::vector<Inline> suggestionRow(rules::Suggest const& offered, Rule const& rule,
                                  RuleSet const& set)
{
    Inline what;
    Inline how;
    if (offered.kind == rules::Suggest::Kind::Test) {
        auto const& test = set.suggestions[offered.test];
        what = plain(test.label + " (" + test.id + ")");
        how = plain(std::string{systemName(test.system)} + " ");
        how += code(test.code);
        how += " " + test.display;
        if (!test.analytes.empty()) {
            how += "; not offered while ";
            how += analyteLinks(test.analytes, set);
            how += " is younger than " + durationText(test.freshFor);
        }
    } else if (offered.kind == rules::Suggest::Kind::Review) {
        what = offered.label.empty()
                   ? plain("Review of each medicine called " + rule.names[offered.review.index()])
                   : templateLine(offered.label, rule, set);
        how = plain("draft task on the order");
    } else {
        what = templateLine(offered.label, rule, set);
        how = plain("a label without an action");
    }
    if (offered.recommended) what += " (recommended)";
    Inline when = plain("always");
    if (offered.when) when = withLinks(rules::describe(*offered.when, &rule, set), set);
    return {std::move(what), std::move(how), std::move(when)};
}

void addSuggestions(std::vector<Block>& blocks, Rule const& rule, RuleSet const& set)
{
    addTitle(blocks, "Offers");
    if (rule.suggest.empty()) {
        blocks.push_back({Paragraph{plain("None.")}});
        return;
    }
    Table table{"What the card offers", {"Offer", "As", "When"}, {}};
    for (auto const& offered : rule.suggest)
        table.rows.push_back(suggestionRow(offered, rule, set));
    blocks.push_back({std::move(table)});
}

void addReasons(std::vector<Block>& blocks, Rule const& rule, RuleSet const& set)
{
    addTitle(blocks, "Override reasons");
    Inline line;
    for (auto const index : rule.overrideReasons) {
        auto const& reason = set.overrideReasons[index];
        if (!line.empty()) line += "; ";
        line += reason.display + " (";
        line += code(reason.code);
        line += ")";
    }
    if (line.empty()) line = plain("None.");
    blocks.push_back({Paragraph{std::move(line)}});
}

} // namespace

Inline templateLine(rules::Template const& pieces, Rule const& rule, RuleSet const& set)
{
    Inline line;
    auto isStrong = false;
    for (auto const& piece : pieces) {
        if (piece.name.known() || piece.field == rules::Field::Onset) {
            auto text = fieldText(piece, rule, set);
            if (piece.fallback) text += ", else \u201c" + *piece.fallback + "\u201d";
            line += Span{Span::Kind::Field, std::move(text)};
            continue;
        }
        // The literal parts hold the card's own marks of emphasis.
        for (auto rest = std::string_view{piece.literal}; !rest.empty();) {
            auto const mark = std::min(rest.find("**"), rest.size());
            if (mark > 0)
                line += isStrong ? strong(std::string{rest.substr(0, mark)})
                                 : plain(std::string{rest.substr(0, mark)}).front();
            if (mark == rest.size()) break;
            isStrong = !isStrong;
            rest.remove_prefix(mark + 2);
        }
    }
    return line;
}

std::vector<Block> cardBlocks(Rule const& rule, Sources const& sources)
{
    std::vector<Block> blocks;
    addTemplate(blocks, rule, sources.rules);
    addExample(blocks, rule, sources);
    addSuggestions(blocks, rule, sources.rules);
    addReasons(blocks, rule, sources.rules);
    return blocks;
}

} // namespace tcds::rulebook
