#include "rules/load/rule_names.hpp"

#include "rules/load/fields.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

std::string_view wordFor(NameKind kind)
{
    switch (kind) {
    case NameKind::Result:
        return "a result";
    case NameKind::Medications:
        return "medications";
    case NameKind::Findings:
        return "findings";
    case NameKind::Missing:
        return "missing tests";
    case NameKind::Complaint:
        return "the complaint";
    }
    return "";
}

std::string wordsFor(NameKinds kinds)
{
    std::string words;
    for (auto const kind : {NameKind::Result, NameKind::Medications, NameKind::Findings,
                            NameKind::Missing, NameKind::Complaint}) {
        if ((kinds & static_cast<NameKinds>(kind)) == 0) continue;
        if (!words.empty()) words += " or ";
        words += wordFor(kind);
    }
    return words;
}

bool isName(std::string_view text)
{
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
    constexpr std::string_view kMore = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    return !text.empty() && kLetters.find(text.front()) != std::string_view::npos &&
           text.find_first_not_of(kMore) == std::string_view::npos;
}

} // namespace

Slot RuleNames::slotOf(std::string_view name)
{
    auto const at = std::ranges::find(entries_, name, &Entry::name);
    auto const place = at - entries_.begin();
    if (at == entries_.end()) entries_.push_back({std::string{name}, std::nullopt, false, {}});
    return Slot{static_cast<std::uint16_t>(place)};
}

Slot RuleNames::define(Node name, NameKind kind, bool byShow, Problems& problems)
{
    auto const text = std::string{name.text()};
    if (!isName(text) || text == kComplaint) {
        problems.error("L01", name.where(), '"' + text + "\" cannot be a bound name",
                       text == kComplaint
                           ? "choose another word: this one means the complaint itself"
                           : "use small letters, digits, - and _");
        return {};
    }
    auto const slot = slotOf(text);
    auto& entry = entries_[slot.index()];
    // Several branches of a condition may bind the same name; a show binding is unique.
    if (entry.kind && (byShow || entry.byShow))
        problems.error("L02", name.where(),
                       "name \"" + text + "\" is bound twice, first at " + entry.where,
                       "choose another name");
    else if (entry.kind && *entry.kind != kind)
        problems.error("L02", name.where(),
                       "name \"" + text + "\" is bound to " + std::string{wordFor(kind)} +
                           " here and to " + std::string{wordFor(*entry.kind)} + " at " +
                           entry.where,
                       "use two names");
    if (!entry.kind) {
        entry.kind = kind;
        entry.byShow = byShow;
        entry.where = name.where();
    }
    return slot;
}

Slot RuleNames::refer(Node name, NameKinds wanted)
{
    auto const slot = slotOf(name.text());
    references_.push_back({slot, name.where(), wanted, true});
    return slot;
}

Slot RuleNames::mention(std::string_view name, std::string where, NameKinds wanted)
{
    auto const slot = slotOf(name);
    if (name == kComplaint) entries_[slot.index()].kind = NameKind::Complaint;
    references_.push_back({slot, std::move(where), wanted, false});
    return slot;
}

void RuleNames::dependsOn(Slot bound, std::size_t since)
{
    for (auto i = since; i < references_.size(); ++i)
        dependencies_.emplace_back(bound, references_[i].slot);
}

std::optional<NameKind> RuleNames::kindOf(Slot slot) const { return entries_[slot.index()].kind; }

std::vector<std::string_view> RuleNames::known() const
{
    std::vector<std::string_view> names;
    for (auto const& entry : entries_)
        if (entry.kind) names.emplace_back(entry.name);
    return names;
}

void RuleNames::check(Problems& problems) const
{
    for (auto const& reference : references_) {
        auto const& entry = entries_[reference.slot.index()];
        if (!entry.kind) {
            problems.error("L03", reference.where, "no clause binds the name \"" + entry.name + '"',
                           suggestion(entry.name, known()));
        } else if ((static_cast<NameKinds>(*entry.kind) & reference.wanted) == 0) {
            problems.error("L19", reference.where,
                           "\"" + entry.name + "\" is bound to " +
                               std::string{wordFor(*entry.kind)} + ", here " +
                               wordsFor(reference.wanted) + " is wanted",
                           "name a binding of that kind");
        } else if (reference.byClause && entry.byShow) {
            problems.error("L03", reference.where,
                           "\"" + entry.name + "\" is a show binding, which clauses cannot use",
                           "bind the data with `as` in a clause");
        }
    }
    checkCycles(problems);
}

void RuleNames::checkCycles(Problems& problems) const
{
    // Follow each binding through what it refers to; a way back to itself can never be evaluated.
    for (std::size_t start = 0; start < entries_.size(); ++start) {
        std::vector<std::size_t> open{start};
        std::vector<bool> seen(entries_.size(), false);
        while (!open.empty()) {
            auto const current = open.back();
            open.pop_back();
            for (auto const& [bound, used] : dependencies_) {
                if (bound.index() != current) continue;
                if (used.index() == start) {
                    problems.error("L09", entries_[start].where,
                                   "the binding \"" + entries_[start].name + "\" refers to itself",
                                   "let it look at another name");
                    open.clear();
                    break;
                }
                if (!seen[used.index()]) open.push_back(used.index());
                seen[used.index()] = true;
            }
        }
    }
}

std::vector<std::string> RuleNames::list() const
{
    std::vector<std::string> names;
    for (auto const& entry : entries_) names.push_back(entry.name);
    return names;
}

} // namespace tcds::rules
