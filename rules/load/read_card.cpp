#include "rules/load/read_card.hpp"

#include "rules/load/fields.hpp"

namespace tcds::rules {

namespace {

constexpr NameKinds kDrugs = NameKind::Medications | NameKind::Missing;

std::vector<MedTest> readSelections(Node node, ReadScope& scope)
{
    std::vector<MedTest> selections;
    for (auto const item : node.items()) selections.push_back(readMed(item, scope));
    return selections;
}

/// `finding: SET`, a list of sets, or `finding: {valueset: ..}`.
std::vector<SetId> readShownSets(Node node, terms::SetKind kind, ReadScope& scope)
{
    if (!node.isMap()) return scope.words.sets(node, {kind}, scope.problems);
    Fields fields{node, "show binding", scope.problems};
    auto const sets = fields.need("valueset");
    fields.finish();
    return sets ? scope.words.sets(*sets, {kind}, scope.problems) : std::vector<SetId>{};
}

Show readBinding(Node::Member const& member, ReadScope& scope)
{
    Fields fields{member.value, "show binding", scope.problems};
    Show show;
    auto kind = NameKind::Result;
    auto const lab = fields.find("lab");
    auto const med = fields.find("med");
    auto const finding = fields.find("finding");
    auto const problem = fields.find("condition");
    auto const before = fields.find("before");
    auto const mark = scope.names->mark();
    if (lab) {
        show.kind = Show::Kind::Lab;
        show.analyte = scope.words.analyte(*lab, scope.problems).value_or(AnalyteId{});
        if (before)
            show.before = scope.names->mention(before->text(), before->where(),
                                               NameKind::Result | NameKind::Medications);
    } else if (med) {
        show.kind = Show::Kind::Med;
        kind = NameKind::Medications;
        show.meds = readSelections(*med, scope);
    } else if (finding) {
        show.kind = Show::Kind::Finding;
        kind = NameKind::Findings;
        show.sets = readShownSets(*finding, terms::SetKind::Finding, scope);
    } else if (problem) {
        show.kind = Show::Kind::Problem;
        kind = NameKind::Findings;
        show.sets = readShownSets(*problem, terms::SetKind::Condition, scope);
    }
    auto const constructs = static_cast<int>(lab.has_value()) + static_cast<int>(med.has_value()) +
                            static_cast<int>(finding.has_value()) +
                            static_cast<int>(problem.has_value());
    if (fields.isMap() && constructs != 1)
        scope.problems.error("L01", member.keyNode.where(),
                             "a show binding needs exactly one of lab, med, finding, condition",
                             "write for example {lab: MG}");
    if (before && !lab)
        scope.problems.error("L19", before->where(), "\"before\" needs lab",
                             "name the analyte whose earlier result is meant");
    fields.finish();
    show.name = scope.names->define(member.keyNode, kind, true, scope.problems);
    if (show.name.known()) scope.names->dependsOn(show.name, mark);
    return show;
}

AlsoText readAlso(Node node, ReadScope& scope, TextScope& text)
{
    Fields fields{node, "also entry", scope.problems};
    AlsoText also;
    also.when = readOptionalCondition(fields, "when", scope);
    if (auto const say = fields.need("say")) also.say = readTemplate(*say, text);
    fields.finish();
    return also;
}

Suggest readReview(Node name, Fields& fields, ReadScope& scope, TextScope& text)
{
    Suggest suggest;
    suggest.kind = Suggest::Kind::Review;
    if (readText(name, scope.problems))
        suggest.review = scope.names->mention(name.text(), name.where(), kDrugs);
    if (auto const label = fields.find("label")) suggest.label = readTemplate(*label, text);
    return suggest;
}

Suggest readEntry(Node node, ReadScope& scope, TextScope& text)
{
    Suggest suggest;
    if (!node.isMap()) {
        suggest.test = scope.words.suggestion(node, scope.problems).value_or(0);
        return suggest;
    }
    Fields fields{node, "suggestion", scope.problems};
    auto const id = fields.find("id");
    auto const review = fields.find("review");
    auto const label = fields.find("text");
    if (id) {
        suggest.test = scope.words.suggestion(*id, scope.problems).value_or(0);
        suggest.recommended = fields.flag("recommended");
    } else if (review) {
        suggest = readReview(*review, fields, scope, text);
    } else if (label) {
        suggest.kind = Suggest::Kind::Text;
        suggest.label = readTemplate(*label, text);
    }
    if (static_cast<int>(id.has_value()) + static_cast<int>(review.has_value()) +
            static_cast<int>(label.has_value()) !=
        1)
        scope.problems.error("L01", node.where(),
                             "a suggestion needs exactly one of id, review, text",
                             "write for example S-BMP, {review: d} or {text: \"..\"}");
    suggest.when = readOptionalCondition(fields, "when", scope);
    fields.finish();
    return suggest;
}

} // namespace

std::vector<Show> readShow(Node node, ReadScope& scope)
{
    std::vector<Show> bindings;
    if (!node.isMap())
        scope.problems.error("L01", node.where(), "show must be a map of names",
                             "write name: {lab: MG}");
    for (auto const& member : node.members()) bindings.push_back(readBinding(member, scope));
    return bindings;
}

CardText readCard(Node node, ReadScope& scope, TextScope& text, std::size_t summaryMax)
{
    Fields fields{node, "card", scope.problems};
    CardText card;
    if (auto const summary = fields.need("summary")) {
        card.summary = readTemplate(*summary, text);
        if (auto const length = usualLength(card.summary, *scope.names); length > summaryMax)
            scope.problems.error("L10", summary->where(),
                                 "the summary comes to about " + std::to_string(length) +
                                     " characters when filled, more than " +
                                     std::to_string(summaryMax),
                                 "shorten the words around the values");
    }
    if (auto const findings = fields.need("findings"))
        card.findings = readTemplate(*findings, text);
    if (auto const why = fields.find("why")) card.why = readTemplate(*why, text);
    if (auto const options = fields.find("options")) card.options = readTemplate(*options, text);
    if (auto const also = fields.find("also"))
        for (auto const item : also->items()) card.also.push_back(readAlso(item, scope, text));
    fields.finish();
    return card;
}

std::vector<Suggest> readSuggest(Node node, ReadScope& scope, TextScope& text)
{
    std::vector<Suggest> list;
    for (auto const item : node.items()) list.push_back(readEntry(item, scope, text));
    return list;
}

} // namespace tcds::rules
