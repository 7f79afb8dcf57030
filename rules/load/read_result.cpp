#include "rules/load/fields.hpp"
#include "rules/load/read_condition.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

constexpr std::array<Word<Event>, 4> kEvents{Word<Event>{"start", Event::Start},
                                             {"change", Event::Change},
                                             {"given", Event::Given},
                                             {"stop", Event::Stop}};

constexpr std::array<Word<Direction>, 3> kDirections{Word<Direction>{"fall", Direction::Fall},
                                                     {"rise", Direction::Rise},
                                                     {"either", Direction::Either}};

constexpr NameKinds kDated = static_cast<NameKinds>(NameKind::Result | NameKind::Medications) |
                             static_cast<NameKinds>(NameKind::Missing);

After readAfter(Node node, ReadScope& scope)
{
    After after;
    auto const readNames = [&](Node names) {
        for (auto const item : names.items())
            if (auto const slot = readReference(item, kDated, scope); slot.known())
                after.of.push_back(slot);
    };
    if (!node.isMap()) {
        readNames(node);
        return after;
    }
    Fields fields{node, "after", scope.problems};
    if (auto const of = fields.need("of")) readNames(*of);
    if (auto const event = fields.find("event"))
        after.event = readWord(*event, "event", kEvents, scope.problems).value_or(after.event);
    if (auto const by = fields.find("by")) after.by = readDuration(*by, scope.problems, true);
    fields.finish();
    return after;
}

/// `within`, `near` and `after`, which lab and missing share.
void readPlaceInTime(Fields& fields, ReadScope& scope, LabScope& lab)
{
    lab.within = fields.duration("within");
    if (auto const near = fields.find("near")) {
        lab.near = readReference(*near, static_cast<NameKinds>(NameKind::Result), scope);
        if (!fields.find("within"))
            scope.problems.error("L19", near->where(), "\"near\" needs \"within\"",
                                 "say how far before or after: within: 24 h");
    }
    if (auto const after = fields.find("after")) lab.after = readAfter(*after, scope);
}

class Comparisons
{
public:
    Comparisons(Fields& fields, AnalyteId analyte, ReadScope& scope, LabTest& test)
        : fields_{fields}, analyte_{scope.words.terms().analyte(analyte)}, scope_{scope}, test_{
                                                                                              test}
    {
    }

    void read()
    {
        one("below", Compare::Below);
        one("at_most", Compare::AtMost);
        one("above", Compare::Above);
        one("at_least", Compare::AtLeast);
        if (auto const between = pair("between")) {
            test_.all.push_back({Compare::AtLeast, between->first});
            test_.all.push_back({Compare::AtMost, between->second});
        }
        if (auto const outside = pair("outside")) test_.outside = *outside;
        test_.belowReference = reference("below_reference");
        test_.aboveReference = reference("above_reference");
        if (!asked_)
            scope_.problems.error("L01", fields_.where(), "a lab clause that compares nothing",
                                  "add for example below: 3.5 " + analyte_.unit +
                                      " or below_reference: true");
    }

private:
    void one(std::string_view key, Compare how)
    {
        auto const node = fields_.find(key);
        if (!node) return;
        asked_ = true;
        if (auto threshold = readThreshold(*node, analyte_, scope_.parameters, scope_.problems))
            test_.all.push_back({how, std::move(*threshold)});
    }

    std::optional<std::pair<Threshold, Threshold>> pair(std::string_view key)
    {
        auto const node = fields_.find(key);
        if (!node) return std::nullopt;
        asked_ = true;
        auto const ends = node->items();
        if (!node->isList() || ends.size() != 2) {
            scope_.problems.error("L01", node->where(),
                                  '"' + std::string{key} + "\" must be a list of two quantities",
                                  "write [lower, upper]");
            return std::nullopt;
        }
        auto low = readThreshold(ends[0], analyte_, scope_.parameters, scope_.problems);
        auto high = readThreshold(ends[1], analyte_, scope_.parameters, scope_.problems);
        if (!low || !high) return std::nullopt;
        auto const fixed = !low->limit.empty() && !high->limit.empty();
        if (fixed && low->limit.front().value > high->limit.front().value)
            scope_.problems.error("L08", node->where(),
                                  "the first quantity is greater than the second",
                                  "write [lower, upper]");
        return std::pair{std::move(*low), std::move(*high)};
    }

    bool reference(std::string_view key)
    {
        auto const node = fields_.find(key);
        if (!node) return false;
        asked_ = true;
        if (readFlag(*node, scope_.problems).value_or(true)) return true;
        scope_.problems.error("L01", node->where(), '"' + std::string{key} + "\" can only be true",
                              "leave the key out");
        return false;
    }

    Fields& fields_;
    terms::Analyte const& analyte_;
    ReadScope& scope_;
    LabTest& test_;
    bool asked_ = false;
};

std::optional<AnalyteId> neededAnalyte(Fields& fields, std::string_view key, ReadScope& scope)
{
    auto const node = fields.need(key);
    return node ? scope.words.analyte(*node, scope.problems) : std::nullopt;
}

} // namespace

LabTest readLab(Node node, ReadScope& scope)
{
    Fields fields{node, "lab clause", scope.problems};
    LabTest test;
    auto const analyte = neededAnalyte(fields, "analyte", scope);
    readPlaceInTime(fields, scope, test.scope);
    // Without the analyte the limits cannot be judged; the keys still can.
    if (analyte) {
        test.scope.analyte = *analyte;
        Comparisons{fields, *analyte, scope, test}.read();
        fields.finish();
    }
    return test;
}

TrendTest readTrend(Node node, ReadScope& scope)
{
    Fields fields{node, "trend clause", scope.problems};
    TrendTest test;
    auto const analyte = neededAnalyte(fields, "analyte", scope);
    if (auto const direction = fields.need("direction"))
        test.direction =
            readWord(*direction, "direction", kDirections, scope.problems).value_or(test.direction);
    auto const by = fields.find("by");
    auto const factor = fields.find("factor");
    if (analyte) {
        test.analyte = *analyte;
        if (by)
            if (auto limit =
                    readDifference(*by, scope.words.terms().analyte(*analyte), scope.problems))
                test.by = std::move(*limit);
    }
    if (factor) {
        test.factor = readDecimal(*factor, scope.problems);
        if (test.factor && *test.factor <= Decimal{1, 0})
            scope.problems.error("L08", factor->where(), "a factor of 1 or less is always reached",
                                 "write a number above 1");
    }
    if (fields.isMap() && by.has_value() == factor.has_value())
        scope.problems.error("L01", node.where(), "a trend needs either by or factor",
                             "add by: 8 mmol/L or factor: 1.5");
    auto const since = fields.find("since");
    test.over = fields.duration("over");
    test.within = fields.duration("within");
    if (since)
        test.since = readReference(*since, static_cast<NameKinds>(NameKind::Medications), scope);
    if (fields.isMap() && since.has_value() == fields.find("over").has_value())
        scope.problems.error("L01", node.where(), "a trend needs either over or since",
                             "add over: 48 h, or since: the name of a medication");
    fields.finish();
    return test;
}

NormalTest readNormal(Node node, ReadScope& scope)
{
    if (scope.belowNot)
        scope.problems.error(
            "L16", node.where(),
            "\"normal\" below \"not\" is unknown without a result and silences the rule",
            "put normal into unless, or ask for the abnormal result itself");
    Fields fields{node, "normal clause", scope.problems};
    NormalTest test;
    if (auto const labs = fields.need("labs"))
        test.labs = scope.words.analytes(*labs, scope.problems);
    test.within = fields.duration("within");
    if (auto const after = fields.find("after")) test.after = readAfter(*after, scope);
    fields.finish();
    return test;
}

MissingTest readMissing(Node node, ReadScope& scope)
{
    Fields fields{node, "missing clause", scope.problems};
    MissingTest test;
    if (auto const analyte = neededAnalyte(fields, "lab", scope)) test.scope.analyte = *analyte;
    readPlaceInTime(fields, scope, test.scope);
    fields.finish();
    return test;
}

NotedTest readNoted(Node node, ReadScope& scope)
{
    static constexpr std::array<Word<Note>, 9> kNotes{
        Word<Note>{"haemolysed", Note::Haemolysed},
        {"preliminary", Note::Preliminary},
        {"no-albumin", Note::NoAlbumin},
        {"low-albumin", Note::LowAlbumin},
        {"parsed-text", Note::ParsedText},
        {"unit-property", Note::UnitProperty},
        {"delayed-separation", Note::DelayedSeparation},
        {"post-dialysis", Note::PostDialysis},
        {"lab-critical", Note::LabCritical}};
    Fields fields{node, "noted clause", scope.problems};
    NotedTest test;
    if (auto const analyte = neededAnalyte(fields, "lab", scope)) test.analyte = *analyte;
    if (auto const is = fields.need("is"))
        for (auto const item : is->items())
            if (auto const note = readWord(item, "note", kNotes, scope.problems))
                test.any.push_back(*note);
    fields.finish();
    return test;
}

RenalTest readRenal(Node node, ReadScope& scope)
{
    Fields fields{node, "renal clause", scope.problems};
    RenalTest test;
    if (auto const below = fields.need("below"))
        test.below = readDecimal(*below, scope.problems).value_or(Decimal{});
    fields.finish();
    return test;
}

} // namespace tcds::rules
