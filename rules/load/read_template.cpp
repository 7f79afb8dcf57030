#include "rules/load/read_template.hpp"

#include "rules/load/fields.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

/// A field, the bindings that have it, whether it can be empty although the name is bound, and how
/// long it usually is (result "0.48 mmol/L", ISO date, one long drug name).
struct FieldRow {
    std::string_view name;
    Field field;
    NameKinds kinds;
    bool canBeEmpty;
    std::size_t length;
};

constexpr auto kResult = static_cast<NameKinds>(NameKind::Result);
constexpr auto kMeds = static_cast<NameKinds>(NameKind::Medications);
constexpr auto kFindings = static_cast<NameKinds>(NameKind::Findings);
constexpr auto kMissing = static_cast<NameKinds>(NameKind::Missing);
constexpr auto kComplaint = static_cast<NameKinds>(NameKind::Complaint);

constexpr std::array kFields{
    FieldRow{"value", Field::Value, kResult, false, 11},
    FieldRow{"date", Field::Date, kResult, false, 10},
    FieldRow{"dated", Field::Dated, kResult, false, 24},
    FieldRow{"date", Field::Date, kFindings, true, 10},
    FieldRow{"limit", Field::Limit, kResult, false, 11},
    FieldRow{"range", Field::Range, kResult, true, 15},
    FieldRow{"note", Field::Note, kResult, true, 10},
    FieldRow{"times_limit", Field::TimesLimit, kResult, true, 4},
    FieldRow{"name", Field::Name, kResult, false, 24},
    FieldRow{"from", Field::From, kResult, true, 24},
    FieldRow{"display", Field::Display, kMeds, false, 19},
    FieldRow{"list", Field::List, static_cast<NameKinds>(kMeds | kFindings), false, 19},
    FieldRow{"since", Field::Since, static_cast<NameKinds>(kMeds | kMissing), true, 10},
    FieldRow{"changed", Field::Changed, kMeds, true, 10},
    FieldRow{"stopped", Field::Stopped, kMeds, true, 10},
    FieldRow{"given", Field::Given, kMeds, true, 10},
    FieldRow{"dose", Field::Dose, kMeds, true, 8},
    FieldRow{"route", Field::Route, kMeds, true, 8},
    FieldRow{"duration", Field::Duration, kMeds, true, 9},
    FieldRow{"analytes", Field::Analytes, kMissing, false, 20},
    FieldRow{"drugs", Field::Drugs, kMissing, false, 19},
    FieldRow{"onset", Field::Onset, kComplaint, true, 10},
};

FieldRow const* rowOf(std::string_view name, NameKind kind)
{
    auto const at = std::ranges::find_if(kFields, [&](FieldRow const& row) {
        return row.name == name && (row.kinds & static_cast<NameKinds>(kind)) != 0;
    });
    return at == kFields.end() ? nullptr : &*at;
}

/// Show bindings without data print as "not on record" where they have no date or the like.
bool saysNotOnRecord(Field field)
{
    return field == Field::Value || field == Field::Dated || field == Field::Display ||
           field == Field::List;
}

class TemplateReader
{
public:
    TemplateReader(Node node, TextScope& scope) : node_{node}, scope_{scope} {}

    Template read()
    {
        if (!readText(node_, scope_.problems)) return {};
        auto rest = node_.text();
        while (!rest.empty()) {
            auto const open = rest.find('{');
            addLiteral(rest.substr(0, open));
            if (open == std::string_view::npos) break;
            auto const close = closing(rest, open);
            if (close == std::string_view::npos) {
                fail("a \"{\" that is never closed", "close it with }");
                break;
            }
            addField(rest.substr(open + 1, close - open - 1));
            rest = rest.substr(close + 1);
        }
        return std::move(pieces_);
    }

private:
    /// The brace that closes a field; one inside a quoted default does not.
    static std::size_t closing(std::string_view text, std::size_t open)
    {
        auto quoted = false;
        for (auto i = open + 1; i < text.size(); ++i) {
            if (text[i] == '"') quoted = !quoted;
            if (text[i] == '}' && !quoted) return i;
        }
        return std::string_view::npos;
    }

    void fail(std::string what, std::string fix)
    {
        scope_.problems.error("L10", node_.where(), std::move(what), std::move(fix));
    }

    void addLiteral(std::string_view text)
    {
        if (text.find('}') != std::string_view::npos) fail("a \"}\" without a \"{\"", "remove it");
        if (text.empty()) return;
        TemplatePiece piece;
        piece.literal = text;
        pieces_.push_back(std::move(piece));
    }

    std::optional<std::string> defaultOf(std::string_view filter)
    {
        constexpr std::string_view kStart = "default:\"";
        if (filter.starts_with(kStart) && filter.size() > kStart.size() && filter.back() == '"')
            return std::string{filter.substr(kStart.size(), filter.size() - kStart.size() - 1)};
        fail("unknown filter \"" + std::string{filter} + '"', "write |default:\"words\"");
        return std::nullopt;
    }

    void addField(std::string_view inside)
    {
        auto const bar = inside.find('|');
        auto const path = inside.substr(0, bar);
        auto const dot = path.find('.');
        if (dot == std::string_view::npos) {
            fail("\"{" + std::string{path} + "}\" names no field", "write {name.field}");
            return;
        }
        TemplatePiece piece;
        auto const filtered = bar != std::string_view::npos;
        if (filtered) piece.fallback = defaultOf(inside.substr(bar + 1));
        auto const name = path.substr(0, dot);
        auto const field = path.substr(dot + 1);
        constexpr NameKinds kAny = 0xFF;
        piece.name = scope_.names.mention(name, node_.where(), kAny);
        auto const kind = scope_.names.kindOf(piece.name);
        if (!kind) return; // reported when the names are checked
        auto const* const row = rowOf(field, *kind);
        if (row == nullptr) {
            std::vector<std::string_view> known;
            for (auto const& each : kFields)
                if ((each.kinds & static_cast<NameKinds>(*kind)) != 0) known.push_back(each.name);
            fail("\"" + std::string{name} + "\" has no field \"" + std::string{field} + '"',
                 suggestion(field, known));
            return;
        }
        piece.field = row->field;
        if (!filtered) checkDefault(piece.name, *row, path);
        pieces_.push_back(std::move(piece));
    }

    void checkDefault(Slot name, FieldRow const& row, std::string_view path)
    {
        auto const isShow = scope_.names.isShow(name);
        auto const slot = name.index();
        auto const bound =
            isShow ? saysNotOnRecord(row.field) : slot < scope_.sure.size() && scope_.sure[slot];
        if (bound && !row.canBeEmpty) return;
        fail("{" + std::string{path} + "} can be empty and has no default",
             "write {" + std::string{path} + "|default:\"not known\"} with fitting words");
    }

    Node node_;
    TextScope& scope_;
    Template pieces_;
};

std::size_t characters(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

using Slots = std::vector<Slot>;

Slots unite(Slots a, Slots const& b)
{
    a.insert(a.end(), b.begin(), b.end());
    std::ranges::sort(a);
    a.erase(std::unique(a.begin(), a.end()), a.end());
    return a;
}

/// Names that more than `missing` of the conditions bind surely.
Slots boundByMoreThan(std::vector<Condition> const& conditions, std::size_t missing)
{
    std::vector<Slots> each;
    Slots any;
    for (auto const& condition : conditions) {
        each.push_back(surelyBound(condition));
        any = unite(std::move(any), each.back());
    }
    std::erase_if(any, [&](Slot slot) {
        auto const binding = std::ranges::count_if(each, [&](Slots const& slots) {
            return std::ranges::find(slots, slot) != slots.end();
        });
        return static_cast<std::size_t>(binding) <= missing;
    });
    return any;
}

} // namespace

Template readTemplate(Node node, TextScope& scope) { return TemplateReader{node, scope}.read(); }

std::string_view fieldName(Field field)
{
    auto const at = std::ranges::find(kFields, field, &FieldRow::field);
    return at == kFields.end() ? std::string_view{} : at->name;
}

std::size_t usualLength(Template const& text, RuleNames const& names)
{
    std::size_t length = 0;
    for (auto const& piece : text) {
        length += characters(piece.literal);
        if (!piece.name.known()) continue;
        auto const kind = names.kindOf(piece.name);
        auto const row = std::ranges::find_if(kFields, [&](FieldRow const& each) {
            return kind && each.field == piece.field &&
                   (each.kinds & static_cast<NameKinds>(*kind)) != 0;
        });
        auto const fallback = piece.fallback ? characters(*piece.fallback) : 0;
        length += std::max(row == kFields.end() ? 0 : row->length, fallback);
    }
    return length;
}

Slots surelyBound(Condition const& condition)
{
    Slots slots;
    if (auto const* all = std::get_if<AllOf>(&condition.test)) {
        for (auto const& part : all->of) slots = unite(std::move(slots), surelyBound(part));
    } else if (auto const* any = std::get_if<AnyOf>(&condition.test)) {
        if (!any->of.empty()) slots = boundByMoreThan(any->of, any->of.size() - 1);
    } else if (auto const* some = std::get_if<AtLeastOf>(&condition.test)) {
        if (some->n <= some->of.size())
            slots = boundByMoreThan(some->of, some->of.size() - some->n);
    }
    if (condition.as.known()) slots = unite(std::move(slots), {condition.as});
    return slots;
}

} // namespace tcds::rules
