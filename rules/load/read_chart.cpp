#include "rules/load/fields.hpp"
#include "rules/load/read_condition.hpp"

namespace tcds::rules {

namespace {

using terms::SetKind;

std::vector<SetId> readSets(Fields& fields, Dictionary::Kinds kinds, ReadScope& scope)
{
    auto const sets = fields.need("valueset");
    return sets ? scope.words.sets(*sets, kinds, scope.problems) : std::vector<SetId>{};
}

SetBits readBits(Node list, SetKind kind, ReadScope& scope)
{
    SetBits bits;
    for (auto const id : scope.words.sets(list, {kind}, scope.problems)) bits.add(id);
    return bits;
}

/// Completed weeks of pregnancy: `20 wk`.
std::optional<int> readWeeks(Fields& fields, std::string_view key, ReadScope& scope)
{
    auto const node = fields.find(key);
    if (!node) return std::nullopt;
    auto const duration = readDuration(*node, scope.problems);
    if (!duration) return std::nullopt;
    if (duration->unit == Duration::Unit::Week) return duration->count;
    scope.problems.error("L01", node->where(), "pregnancy is counted in weeks", "write 20 wk");
    return std::nullopt;
}

} // namespace

ComplaintTest readComplaint(Node node, ReadScope& scope)
{
    Fields fields{node, "complaint clause", scope.problems};
    ComplaintTest test;
    if (auto const kinds = fields.find("kinds")) {
        test.anyKind = false;
        test.kinds = readBits(*kinds, SetKind::Complaint, scope);
    }
    if (auto const site = fields.find("site")) {
        test.anySite = false;
        test.sites = readBits(*site, SetKind::Finding, scope);
    }
    test.onsetBefore = fields.duration("onset_before");
    test.onsetWithin = fields.duration("onset_within");
    fields.finish();
    return test;
}

ProblemTest readProblem(Node node, ReadScope& scope)
{
    static constexpr std::array<Word<bool>, 2> kStates{Word<bool>{"active", false}, {"any", true}};
    Fields fields{node, "condition clause", scope.problems};
    ProblemTest test;
    test.sets = readSets(fields, {SetKind::Condition}, scope);
    if (auto const state = fields.find("state"))
        test.anyState = readWord(*state, "state", kStates, scope.problems).value_or(false);
    test.within = fields.duration("within");
    test.onsetWithin = fields.duration("onset_within");
    fields.finish();
    return test;
}

FindingTest readFinding(Node node, ReadScope& scope)
{
    static constexpr std::array<Word<bool>, 1> kPlaces{Word<bool>{"complaint", true}};
    Fields fields{node, "finding clause", scope.problems};
    FindingTest test;
    test.sets = readSets(fields, {SetKind::Finding}, scope);
    test.within = fields.duration("within");
    test.onsetWithin = fields.duration("onset_within");
    test.onsetBefore = fields.duration("onset_before");
    if (auto const in = fields.find("in"))
        test.inComplaint = readWord(*in, "place", kPlaces, scope.problems).value_or(false);
    fields.finish();
    return test;
}

ProcedureTest readProcedure(Node node, ReadScope& scope)
{
    Fields fields{node, "procedure clause", scope.problems};
    ProcedureTest test;
    test.sets = readSets(fields, {SetKind::Condition}, scope);
    test.within = fields.duration("within");
    fields.finish();
    return test;
}

OrderTest readOrder(Node node, ReadScope& scope)
{
    using enum OrderState;
    static constexpr std::array kStates{Word<OrderState>{"active", Active},
                                        Word<OrderState>{"draft", Draft}};
    Fields fields{node, "order clause", scope.problems};
    OrderTest test;
    test.sets = readSets(fields, {SetKind::Order}, scope);
    if (auto const state = fields.find("state"))
        test.state = readWord(*state, "state", kStates, scope.problems).value_or(Placed);
    test.within = fields.duration("within");
    fields.finish();
    return test;
}

VisitTest readVisit(Node node, ReadScope& scope)
{
    Fields fields{node, "visit clause", scope.problems};
    VisitTest test;
    test.sets = readSets(fields, {SetKind::Visit}, scope);
    test.within = fields.duration("within");
    fields.finish();
    return test;
}

EncounterTest readEncounter(Node node, ReadScope& scope)
{
    static constexpr std::array<Word<EncounterClass>, 5> kClasses{
        Word<EncounterClass>{"inpatient", EncounterClass::Inpatient},
        {"ambulatory", EncounterClass::Ambulatory},
        {"emergency", EncounterClass::Emergency},
        {"home", EncounterClass::Home},
        {"virtual", EncounterClass::Virtual}};
    static constexpr std::array<Word<bool>, 1> kUnits{Word<bool>{"icu", true}};
    Fields fields{node, "encounter clause", scope.problems};
    EncounterTest test;
    auto const cls = fields.find("class");
    auto const unit = fields.find("unit");
    if (cls) test.cls = readWord(*cls, "class of encounter", kClasses, scope.problems);
    if (unit) test.icu = readWord(*unit, "unit", kUnits, scope.problems).value_or(false);
    if (fields.isMap() && !cls && !unit)
        scope.problems.error("L01", node.where(), "an encounter clause that asks nothing",
                             "add class or unit");
    fields.finish();
    return test;
}

PregnancyTest readPregnancy(Node node, ReadScope& scope)
{
    static constexpr std::array<Word<bool>, 1> kCounts{Word<bool>{"counts", true}};
    Fields fields{node, "pregnancy clause", scope.problems};
    PregnancyTest test;
    test.fromWeeks = readWeeks(fields, "from", scope);
    test.toWeeks = readWeeks(fields, "to", scope);
    test.postpartum = fields.duration("postpartum");
    if (auto const unknown = fields.find("weeks_unknown")) {
        test.weeksUnknownCounts =
            readWord(*unknown, "answer", kCounts, scope.problems).value_or(false);
        if (!test.fromWeeks && !test.toWeeks)
            scope.problems.error("L19", unknown->where(), "\"weeks_unknown\" needs from or to",
                                 "leave it out: without bounds any pregnancy counts");
    }
    fields.finish();
    return test;
}

AgeTest readAge(Node node, ReadScope& scope)
{
    Fields fields{node, "age clause", scope.problems};
    AgeTest test;
    test.atLeast = fields.duration("at_least");
    test.below = fields.duration("below");
    if (fields.isMap() && fields.empty())
        scope.problems.error("L01", node.where(), "an age clause that asks nothing",
                             "add at_least or below");
    fields.finish();
    return test;
}

SexTest readSex(Node node, ReadScope& scope)
{
    static constexpr std::array<Word<Sex>, 4> kSexes{Word<Sex>{"female", Sex::Female},
                                                     {"male", Sex::Male},
                                                     {"other", Sex::Other},
                                                     {"unknown", Sex::Unknown}};
    return {readWord(node, "sex", kSexes, scope.problems).value_or(Sex::Unknown)};
}

} // namespace tcds::rules
