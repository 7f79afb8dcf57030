#include "server/audit/record_page.hpp"
#include "server/audit/record_text.hpp"

#include <array>
#include <initializer_list>
#include <set>

namespace tcds::audit {

namespace {

using json::Value;

/// Codes without their system where the system says nothing new to a reader of medicine.
std::string codesOf(Value const& fact)
{
    std::string text;
    for (auto const& pair : json::items(fact, "codes")) {
        auto const parts = json::items(&pair);
        if (parts.size() != 2) continue;
        auto system = json::text(parts.data()).value_or("");
        if (auto const slash = system.find_last_of("/:"); slash != std::string_view::npos)
            system.remove_prefix(slash + 1);
        text += text.empty() ? "" : ", ";
        text += json::text(parts.data() + 1).value_or("");
        if (!system.empty()) text += " (" + std::string{system} + ")";
    }
    return text;
}

/// Pieces of one line, joined by ", ".
class Phrase
{
public:
    explicit Phrase(Value const& fact) : fact_{fact}, used_{"id", "kind", "in"} {}

    Phrase& add(std::string_view text)
    {
        if (text.empty()) return *this;
        if (!text_.empty()) text_ += ", ";
        text_ += text;
        return *this;
    }
    /// "since 2025-06-14"; nothing without the member.
    Phrase& add(std::string_view before, std::string_view name)
    {
        used_.insert(name);
        auto const value = json::textOf(fact_, name);
        if (!value.empty()) add(std::string{before} + std::string{value});
        return *this;
    }
    Phrase& addList(std::string_view before, std::string_view name)
    {
        used_.insert(name);
        auto const list = listed(fact_, name);
        if (!list.empty()) add(std::string{before} + list);
        return *this;
    }
    Phrase& addIf(std::string_view name, std::string_view text)
    {
        used_.insert(name);
        if (json::flag(json::child(fact_, name)).value_or(false)) add(text);
        return *this;
    }
    Phrase& addNumber(std::string_view before, std::string_view name)
    {
        used_.insert(name);
        if (auto const value = json::number(json::child(fact_, name)))
            add(std::string{before} + std::string{*value});
        return *this;
    }
    /// The text of members that it names, phrased by the caller.
    Phrase& addSaid(std::string_view text, std::initializer_list<std::string_view> names)
    {
        used_.insert(names);
        return add(text);
    }
    /// The whole phrase, with what was not phrased as it is and the reference last.
    [[nodiscard]] std::string text()
    {
        used_.insert("ref");
        for (auto member = fact_.MemberBegin(); member != fact_.MemberEnd(); ++member) {
            std::string_view const name{member->name.GetString(), member->name.GetStringLength()};
            if (!used_.contains(name)) add(std::string{name} + " " + flat(member->value));
        }
        add("ref ", "ref");
        return text_;
    }

private:
    Value const& fact_;
    std::set<std::string_view> used_;
    std::string text_;
};

std::string quantity(Value const& object)
{
    std::string text{json::textOf(object, "comparator")};
    text += json::textOf(object, "value");
    auto const unit = json::textOf(object, "unit");
    if (!unit.empty()) text += " " + std::string{unit};
    return text;
}

std::string historyOf(Value const& fact)
{
    std::string text;
    for (auto const& change : json::items(fact, "history")) {
        auto const parts = json::items(&change);
        if (parts.empty()) continue;
        text += text.empty() ? "" : ", ";
        text += json::text(parts.data()).value_or("");
        if (parts.size() > 1) text += " " + std::string{json::text(parts.data() + 1).value_or("")};
    }
    return text.empty() ? text : "history: " + text;
}

/// "laboratory range 3.5-5.0 mmol/L", "laboratory range from 3.5 mmol/L"
std::string rangesOf(Value const& fact)
{
    std::string text;
    for (auto const& range : json::items(fact, "ranges")) {
        std::string const low{json::textOf(range, "low")}, high{json::textOf(range, "high")};
        std::string const unit{json::textOf(range, "unit")};
        text += text.empty() ? "laboratory range " : "; ";
        if (low.empty() || high.empty())
            text += low.empty() ? "to " + high : "from " + low;
        else
            text += low + "-" + high;
        if (!unit.empty()) text += " " + unit;
        std::string whose;
        for (auto const* const name :
             {"type", "sex", "ageFromDays", "ageToDays", "pregnancy", "highUnit", "ageFits"})
            if (auto const* const value = json::child(range, name))
                whose += (whose.empty() ? "" : ", ") + std::string{name} + " " + flat(*value);
        if (!whose.empty()) text += " (" + whose + ")";
    }
    return text;
}

std::string patient(Value const& fact)
{
    return Phrase{fact}
        .addNumber("age in years ", "ageYears")
        .addNumber("in days ", "ageDays")
        .add("", "sex")
        .addIf("deceased", "deceased")
        .text();
}

std::string complaint(Value const& fact)
{
    return Phrase{fact}
        .addList("", "kinds")
        .addList("site ", "sites")
        .addSaid(codesOf(fact), {"codes"})
        .add("onset ", "onset")
        .add("found by ", "by")
        .text();
}

std::string medication(Value const& fact)
{
    Phrase phrase{fact};
    phrase.addList("", "ingredients").addSaid(codesOf(fact), {"codes"}).add("", "use");
    phrase.add("", "state").add("status ", "status");
    if (auto const* const dose = json::child(fact, "dose"))
        phrase.addSaid(quantity(*dose) + " a day", {"dose"});
    phrase.add("", "route").addIf("prn", "as needed");
    phrase.add("from ", "start").add("to ", "stop").add("last given ", "lastGiven");
    phrase.add("supply until ", "supplyEnd")
        .addSaid(historyOf(fact), {"history"})
        .add("found by ", "by");
    return phrase.text();
}

std::string lab(Value const& fact)
{
    Phrase phrase{fact};
    phrase.add("", "analyte")
        .addSaid(codesOf(fact), {"codes"})
        .addSaid(quantity(fact), {"value", "unit", "comparator"})
        .add("not usable: ", "unusable");
    phrase.add("", "status").add("taken ", "at").add("issued ", "issued");
    phrase.addSaid(rangesOf(fact), {"ranges"})
        .addList("flags ", "flags")
        .addList("notes: ", "notes");
    return phrase.text();
}

std::string condition(Value const& fact)
{
    Phrase phrase{fact};
    phrase.addList("", "sets")
        .addSaid(codesOf(fact), {"codes"})
        .add("", "status")
        .add("", "verification");
    phrase.add("onset ", "onset").add("recorded ", "recorded").add("abated ", "abated");
    phrase.addNumber("weeks ", "weeks").addIf("encounter", "of this encounter");
    return phrase.add("found by ", "by").text();
}

std::string finding(Value const& fact)
{
    Phrase phrase{fact};
    phrase.addList("", "sets").add("at ", "at").add("onset ", "onset");
    phrase.addIf("complaint", "in the complaint").addIf("encounter", "of this encounter");
    return phrase.add("found by ", "by").text();
}

/// Orders, procedures, encounters, visits.
std::string event(Value const& fact)
{
    Phrase phrase{fact};
    phrase.addList("", "sets")
        .addSaid(codesOf(fact), {"codes"})
        .add("", "class")
        .addIf("icu", "intensive care");
    phrase.addIf("current", "current").addIf("draft", "draft").add("", "status");
    return phrase.add("authored ", "authored").add("from ", "start").add("to ", "stop").text();
}

std::string gap(Value const& fact)
{
    return Phrase{fact}
        .add("", "of")
        .add("", "analyte")
        .addSaid(codesOf(fact), {"codes"})
        .add("not used: ", "why")
        .text();
}

std::string recent(Value const& fact)
{
    return Phrase{fact}
        .add("", "what")
        .add("cluster ", "cluster")
        .add("led by ", "rule")
        .add("up to ", "level")
        .add("until ", "until")
        .add("key ", "key")
        .text();
}

struct Kind {
    std::string_view name;
    std::string (*write)(Value const&);
};
constexpr std::array kKinds{
    Kind{"patient", &patient},
    Kind{"complaint", &complaint},
    Kind{"medication", &medication},
    Kind{"lab", &lab},
    Kind{"condition", &condition},
    Kind{"finding", &finding},
    Kind{"procedure", &event},
    Kind{"order", &event},
    Kind{"encounter", &event},
    Kind{"visit", &event},
    Kind{"gap", &gap},
    Kind{"recent", &recent},
};

} // namespace

std::string listed(Value const& object, std::string_view name)
{
    std::string text;
    for (auto const& each : json::items(object, name)) {
        if (!text.empty()) text += ", ";
        text += json::text(&each).value_or("");
    }
    return text;
}

std::string factText(Value const& fact)
{
    auto const kind = json::textOf(fact, "kind");
    std::string text{kind};
    for (auto const& known : kKinds)
        if (known.name == kind) text += ": " + known.write(fact);
    if (auto const source = json::textOf(fact, "in"); !source.empty())
        text += " [" + std::string{source} + "]";
    return text;
}

} // namespace tcds::audit
