#include "server/rulebook/book.hpp"

#include "rules/load/uses.hpp"
#include "server/rulebook/statement.hpp"
#include "server/rulebook/stretches.hpp"

#include <algorithm>
#include <array>

namespace tcds::rulebook {

namespace {

using rules::RuleSet;

Block heading(int depth, std::string id, std::string text)
{
    return {Heading{depth, std::move(id), plain(std::move(text))}};
}

Section glossary(RuleSet const& set)
{
    Section section{Section::Kind::Appendix, "glossary", "Glossary", {}, {}};
    section.blocks.push_back(heading(2, "glossary", "Glossary"));
    Facts facts;
    auto const add = [&facts](std::string_view name, std::string_view text) {
        facts.rows.emplace_back(std::string{name}, plain(std::string{text}));
    };
    add("Level info", "Worth knowing; nothing has to be done now.");
    add("Level warning", "Should be looked at during this contact.");
    add("Level critical",
        "Should be looked at now. Cards show it as a warning unless a site allows critical cards.");
    add("Tier definite", "An abnormality is present now of a size that is known to make nerve and "
                         "muscle excitable. The card says \"likely cause\", never \"the cause\".");
    add("Tier probable", "A recognised cause, supported by a result, a level, the timing or "
                         "reduced clearance by the kidney.");
    add("Tier possible",
        "A recognised cause with nothing but the exposure to support it, or a weak mechanism.");
    add("Tier safety", "No cause of twitching, but dangerous in this situation.");
    add("Tier", "Orders findings and informs; it never decides whether a rule fires.");
    add("Fires", "All its clauses hold and nothing stands against it.");
    add("Not met", "A clause is false, or no band is true.");
    add("Unknown", "Something that decides is not on record or could not be read.");
    add("Suppressed", "The rule would fire, but its \"unless\", the hook, another rule or a draft "
                      "that treats it stands against it.");
    add("Lower or upper limit",
        "The laboratory's own limit of that very result where it can be believed, else the limit "
        "of the appendix for the patient's age, sex or pregnancy.");
    add("Latest result",
        "The newest readable one. If it is older than the time that the rule looks back, the "
        "clause is unknown; an older value is never used in its place.");
    add("Systemic route", "By mouth, by injection or infusion, through the skin, into the spinal "
                          "fluid; an unstated route counts as systemic, and the card says so.");
    section.blocks.push_back({std::move(facts)});
    Table clusters{"Clusters: what shares a card", {"Cluster", "Title", "Results"}, {}};
    for (auto const& cluster : set.clusters)
        clusters.rows.push_back(
            {{code(cluster.name)},
             plain(cluster.title + (cluster.oneCardEach ? " (one card each)" : "")),
             cluster.analytes.empty() ? plain("\u2013") : analyteLinks(cluster.analytes, set)});
    section.blocks.push_back({std::move(clusters)});
    return section;
}

/// The rules that name a set or an analyte, directly or through a class.
Inline usedBy(rules::Uses const& wanted, RuleSet const& set)
{
    Inline line;
    for (auto const& rule : set.rules) {
        if (!rules::usesAny(rule, set, wanted)) continue;
        if (!line.empty()) line += ", ";
        line += anchor(rule.id, rule.id);
    }
    return line.empty() ? plain("no rule of this book") : line;
}

std::string sideText(std::optional<terms::Limit> const& limit)
{
    return limit ? limitText(*limit) : "none";
}

Table limitTable(terms::Analyte const& analyte, RuleSet const& set)
{
    Table table{"Limits", {"For", "Lower", "Upper"}, {}};
    auto const& whom = set.populations[analyte.id.index()].limits;
    for (std::size_t i = 0; i < analyte.limits.size(); ++i) {
        auto const& row = analyte.limits[i];
        auto name = capital(populationText(whom[i], set));
        if (row.labRangeShownOnly) name += " (the laboratory's limits are shown, not used)";
        table.rows.push_back(
            {plain(std::move(name)), plain(sideText(row.low)), plain(sideText(row.high))});
    }
    return table;
}

std::string guardSide(std::optional<terms::Measure> const& from,
                      std::optional<terms::Measure> const& to, std::string_view side)
{
    if (!from || !to) return {};
    return std::string{side} + " limit within " + from->text + " to " + to->text;
}

std::string guardText(terms::Analyte const& analyte, RuleSet const& set)
{
    if (analyte.guards.empty()) return "believed if it lies within 25 % of the limit below";
    std::string text = "believed with its ";
    auto const& whom = set.populations[analyte.id.index()].guards;
    for (std::size_t i = 0; i < analyte.guards.size(); ++i) {
        auto const& guard = analyte.guards[i];
        std::vector<std::string> sides;
        for (auto side : {guardSide(guard.lowFrom, guard.lowTo, "lower"),
                          guardSide(guard.highFrom, guard.highTo, "upper")})
            if (!side.empty()) sides.push_back(std::move(side));
        if (i > 0) text += "; ";
        text += joined(sides) + " (" + populationText(whom[i], set) + ")";
    }
    return text;
}

std::string windowText(terms::Analyte const& analyte)
{
    auto text = durationText(analyte.window);
    if (analyte.inpatientWindow)
        text += ", for inpatients " + durationText(*analyte.inpatientWindow);
    return text;
}

Folded analyteBlock(terms::Analyte const& analyte, RuleSet const& set)
{
    Folded folded;
    folded.id = "lab-" + analyte.key;
    folded.title = analyte.title + " (" + analyte.key + ")" +
                   (analyte.unit == "1" || analyte.unit.empty() ? "" : ", " + analyte.unit);
    Facts facts;
    rules::Uses wanted;
    wanted.analytes.push_back(analyte.id);
    facts.rows.emplace_back("Used by", usedBy(wanted, set));
    facts.rows.emplace_back("Looks back", plain(windowText(analyte)));
    if (analyte.plausibleLow && analyte.plausibleHigh)
        facts.rows.emplace_back("Read from", plain(analyte.plausibleLow->text + " to " +
                                                   analyte.plausibleHigh->text +
                                                   "; other values are taken for errors"));
    if (!analyte.limits.empty())
        facts.rows.emplace_back("Laboratory's limit", plain(guardText(analyte, set)));
    std::vector<std::string> units;
    for (auto const& unit : analyte.units) units.push_back(unit.ucum);
    if (!units.empty()) facts.rows.emplace_back("Other units", plain(joined(units)));
    if (!analyte.of.empty())
        facts.rows.emplace_back("Computed from", analyteLinks(analyte.of, set));
    folded.blocks.push_back({std::move(facts)});
    if (!analyte.limits.empty()) folded.blocks.push_back({limitTable(analyte, set)});
    Table codes{"LOINC codes", {"Code", "Name"}, {}};
    for (auto const& one : analyte.codes)
        codes.rows.push_back({{code(one.code)}, plain(one.display)});
    if (!codes.rows.empty()) folded.blocks.push_back({std::move(codes)});
    return folded;
}

Section analytes(RuleSet const& set)
{
    Section section{Section::Kind::Appendix, "analytes", "Results and their limits", {}, {}};
    section.blocks.push_back(heading(2, "analytes", "Results and their limits"));
    section.blocks.push_back(
        {Paragraph{plain("The codes under which a result is found, the units in which it is read, "
                         "and the limits that "
                         "hold where the laboratory gives none that can be believed.")}});
    for (auto const& analyte : set.terms->analytes())
        section.blocks.push_back({analyteBlock(analyte, set)});
    return section;
}

std::string shortSystem(std::string const& system)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kNames{{
        {"http://www.nlm.nih.gov/research/umls/rxnorm", "RxNorm"},
        {"http://www.whocc.no/atc", "ATC"},
        {"http://snomed.info/sct", "SNOMED CT"},
        {"http://loinc.org", "LOINC"},
        {"http://hl7.org/fhir/sid/icd-10-cm", "ICD-10-CM"},
        {"http://hl7.org/fhir/sid/icd-10", "ICD-10"},
        {"http://www.cms.gov/Medicare/Coding/ICD10", "ICD-10-PCS"},
        {"http://www.ama-assn.org/go/cpt", "CPT"},
    }};
    auto const found = std::ranges::find(kNames, std::string_view{system},
                                         &std::pair<std::string_view, std::string_view>::first);
    return found == kNames.end() ? system : std::string{found->second};
}

Table memberTable(terms::ValueSet const& valueSet, RuleSet const& set)
{
    Table table{"Members", {"System", "Code", "Name"}, {}};
    for (auto const& member : valueSet.ingredients) {
        auto const& ingredient = set.terms->ingredient(member.ingredient);
        table.rows.push_back(
            {plain(ingredient.rxnorm.empty() ? "by name" : "RxNorm"),
             ingredient.rxnorm.empty() ? plain("\u2013") : Inline{code(ingredient.rxnorm)},
             plain(ingredient.name)});
    }
    for (auto const& member : valueSet.codes)
        table.rows.push_back(
            {plain(shortSystem(member.system)), {code(member.code)}, plain(member.display)});
    return table;
}

std::string countText(std::size_t count, std::string_view word)
{
    return std::to_string(count) + ' ' + std::string{word} + (count == 1 ? "" : "s");
}

Folded valueSetBlock(terms::ValueSet const& valueSet, RuleSet const& set)
{
    Folded folded;
    folded.id = "set-" + valueSet.name;
    folded.title = valueSet.title + " (" + valueSet.name + "): ";
    if (!valueSet.ingredients.empty())
        folded.title += countText(valueSet.ingredients.size(), "ingredient") + ", ";
    folded.title += countText(valueSet.codes.size(), "code");
    Facts facts;
    facts.rows.emplace_back("Kind", plain(std::string{terms::toText(valueSet.kind)}));
    if (valueSet.draft) facts.rows.emplace_back("Status", plain("draft: never matches"));
    rules::Uses wanted;
    wanted.sets.add(valueSet.id);
    facts.rows.emplace_back("Used by", usedBy(wanted, set));
    if (!valueSet.includes.empty())
        facts.rows.emplace_back("Takes in", setLinks(valueSet.includes, set, "and"));
    if (valueSet.window)
        facts.rows.emplace_back("Looks back", plain(durationText(*valueSet.window)));
    if (valueSet.hasPhrases)
        facts.rows.emplace_back(
            "Phrases", plain("also found by words in the chart; see the file of the value set"));
    if (!valueSet.source.empty()) facts.rows.emplace_back("Source", plain(valueSet.source));
    if (!valueSet.date.empty()) facts.rows.emplace_back("Date", plain(valueSet.date));
    folded.blocks.push_back({std::move(facts)});
    if (auto members = memberTable(valueSet, set); !members.rows.empty())
        folded.blocks.push_back({std::move(members)});
    return folded;
}

Section valueSets(RuleSet const& set)
{
    Section section{Section::Kind::Appendix, "value-sets", "Value sets", {}, {}};
    section.blocks.push_back(heading(2, "value-sets", "Value sets"));
    section.blocks.push_back(
        {Paragraph{plain("Drug classes, problems, signs, complaints, orders and visits that the "
                         "rules name, with their "
                         "members. Products are found through their ingredients.")}});
    for (auto const& valueSet : set.terms->sets())
        if (valueSet.kind != terms::SetKind::Cues)
            section.blocks.push_back({valueSetBlock(valueSet, set)});
    return section;
}

} // namespace

std::vector<Section> appendixSections(Sources const& sources)
{
    return {glossary(sources.rules), analytes(sources.rules), valueSets(sources.rules)};
}

} // namespace tcds::rulebook
