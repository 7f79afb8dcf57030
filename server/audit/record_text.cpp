#include "server/audit/record_text.hpp"

#include "server/audit/reader.hpp"

#include <array>
#include <limits>
#include <utility>

namespace tcds::audit {

namespace {

using json::Value;

constexpr std::size_t kLabel = 12; // width of the first column

/// A record is our own: bounds of requests do not apply to it.
json::Limits withoutBounds()
{
    constexpr auto kMost = std::numeric_limits<std::size_t>::max();
    return {kMost, 64, kMost, kMost, kMost, kMost, kMost};
}

class Page
{
public:
    explicit Page(Value const& record) : record_{record} {}

    /// "user        PractitionerRole/x"; nothing for an empty text.
    Page& row(std::string_view label, std::string_view text)
    {
        if (text.empty()) return *this;
        text_ += label;
        text_.append(label.size() < kLabel ? kLabel - label.size() : 1, ' ');
        text_ += text;
        text_ += '\n';
        return *this;
    }
    Page& row(std::string_view label, Value const* value)
    {
        if (auto const text = json::text(value)) return row(label, *text);
        if (auto const number = json::number(value)) return row(label, *number);
        return *this;
    }
    Page& member(std::string_view name) { return row(name, json::child(record_, name)); }
    Page& heading(std::string_view text)
    {
        text_ += '\n';
        text_ += text;
        text_ += '\n';
        return *this;
    }
    Page& item(std::string_view text)
    {
        text_ += "  ";
        text_ += text;
        text_ += '\n';
        return *this;
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    Value const& record_;
    std::string text_;
};

std::string at(Value const& object, std::initializer_list<std::string_view> names)
{
    auto const* const value = json::path(object, names);
    if (auto const text = json::text(value)) return std::string{*text};
    if (auto const number = json::number(value)) return std::string{*number};
    return {};
}

/// "before" + text + "after", or nothing without the text.
std::string around(std::string_view before, std::string const& text, std::string_view after = {})
{
    return text.empty() ? text : std::string{before} + text + std::string{after};
}

std::string title(Value const& record)
{
    return std::string{json::textOf(record, "type")} + " " + at(record, {"seq"}) + ", " +
           std::string{json::textOf(record, "ts")} + ", node " +
           std::string{json::textOf(record, "node")} + ", tenant " +
           std::string{json::textOf(record, "tenant")};
}

std::string inputText(Value const& input)
{
    std::string text{json::textOf(input, "key")};
    text += ": " + std::string{json::textOf(input, "status")};
    if (json::textOf(input, "status") == "absent") return text;
    auto const count = at(input, {"count"});
    text += around(", ", count, count == "1" ? " resource" : " resources");
    text += around(", via ", at(input, {"via"}));
    text += around(", asked ", at(input, {"query"}));
    text += around(", answered ", at(input, {"http"}));
    text += around(" after ", at(input, {"ms"}), " ms");
    return text;
}

/// "EL-MG-LOW 1.2.0: fired, critical, definite, severe; used f1, f2"
std::string ruleText(Value const& rule)
{
    std::string text{json::textOf(rule, "id")};
    text += " " + std::string{json::textOf(rule, "version")};
    text += ": " + std::string{json::textOf(rule, "outcome")};
    text += around(", ", at(rule, {"level"}));
    text += around(", ", at(rule, {"tier"}));
    text += around(", band ", at(rule, {"band"}));
    text += around(", because: ", at(rule, {"why"}));
    text += around(" (", at(rule, {"what"}), ")");
    text += around("; facts ", listed(rule, "facts"));
    return text;
}

bool fired(Value const& rule) { return json::textOf(rule, "outcome") == "fired"; }

void addInputs(Page& page, Value const& record)
{
    page.heading("What was delivered");
    for (auto const& input : json::items(record, "inputs")) page.item(inputText(input));
    auto const missing = listed(record, "missing");
    page.item("asked for and not there: " + (missing.empty() ? std::string{"nothing"} : missing));
}

void addFacts(Page& page, Value const& record)
{
    page.heading("What was understood");
    for (auto const& fact : json::items(record, "facts"))
        page.item(std::string{json::textOf(fact, "id")} + " " + factText(fact));
}

void addRules(Page& page, Value const& record)
{
    auto const rules = json::items(record, "rules");
    page.heading("Rules that fired");
    auto any = false;
    for (auto const& rule : rules) {
        if (!fired(rule)) continue;
        page.item(ruleText(rule));
        any = true;
    }
    if (!any) page.item("none");
    page.heading("Rules that were looked at and did not fire");
    for (auto const& rule : rules)
        if (!fired(rule)) page.item(ruleText(rule));
    page.item("and " + at(record, {"idle"}) + " of which no code, class or analyte was present");
}

void addCards(Page& page, Value const& record)
{
    page.heading("Cards");
    auto const cards = json::items(record, "cards");
    if (cards.empty()) page.item("none");
    for (auto const& card : cards) {
        auto const level = at(card, {"level"});
        auto const shown = at(card, {"indicator"});
        page.item(level + (shown == level ? std::string{} : " (returned as " + shown + ")") + ": " +
                  at(card, {"card", "summary"}));
        page.item("  rules " + listed(card, "rules") + "; card " + at(card, {"uuid"}));
    }
}

std::string decisionText(Value const& record)
{
    Page page{record};
    page.row("record", title(record));
    page.row("decision", json::child(record, "decisionId"));
    page.row("evaluated", json::child(record, "evaluatedAt"));
    page.row("call", at(record, {"hook"}) + " to " + at(record, {"service"}) + ", instance " +
                         at(record, {"hookInstance"}));
    page.row("client", at(record, {"client", "name"}));
    page.member("user");
    page.row("patient", at(record, {"subject", "patientKey"}) +
                            around(", encounter ", at(record, {"subject", "encounterKey"})));
    page.row("fhir server", json::child(record, "fhirServer"));
    page.row("content", at(record, {"pack", "id"}) + " " + at(record, {"pack", "version"}) +
                            around(", sha256 ", at(record, {"pack", "sha256"})) +
                            around(", signed by ", at(record, {"pack", "signer"})));
    page.row("program",
             at(record, {"engine", "version"}) + around(" ", at(record, {"engine", "commit"})));
    page.row("mode", at(record, {"mode"}) + around(", settings ", at(record, {"settings"})));
    addInputs(page, record);
    addFacts(page, record);
    addRules(page, record);
    addCards(page, record);
    page.heading("Answer");
    auto const degraded = json::flag(json::path(record, {"response", "degraded"})).value_or(false);
    page.item("HTTP " + at(record, {"response", "http"}) + ", " +
              at(record, {"response", "bytes"}) + " bytes, " + at(record, {"timing", "totalUs"}) +
              " microseconds" + (degraded ? "; some source failed or was cut short" : ""));
    return page.take();
}

std::string feedbackText(Value const& record)
{
    Page page{record};
    page.row("record", title(record)).member("service").member("card").member("outcome");
    page.row("reason",
             at(record, {"reason", "code"}) + around(": ", at(record, {"reason", "display"})));
    page.row("comment", at(record, {"reasonText"}));
    page.row("accepted", listed(record, "acceptedSuggestions"));
    page.row("answered", json::child(record, "outcomeTimestamp"));
    page.row("received", json::child(record, "receivedAt")).member("user");
    return page.take();
}

std::string rejectText(Value const& record)
{
    Page page{record};
    page.row("record", title(record)).member("http").member("reason").member("where");
    page.member("service").member("remote");
    page.row("request", at(record, {"request", "bytes"}) + " bytes" +
                            around(", sha256 ", at(record, {"request", "sha256"})));
    return page.take();
}

/// "core 2026.11 (approval none), local 2027.01 (approval required)"
std::string partsOf(Value const& record)
{
    std::string text;
    for (auto const& part : json::items(record, "parts"))
        text += (text.empty() ? "" : ", ") + at(part, {"id"}) + around(" ", at(part, {"version"})) +
                around(" (approval ", at(part, {"approval"}), ")");
    return text;
}

/// "k26q2 in force, also there: k26q1"
std::string keysOf(Value const& record)
{
    auto const* const keys = json::child(record, "keys");
    if (keys == nullptr) return {};
    return at(*keys, {"inForce"}) + " in force" + around(", also there: ", listed(*keys, "kept"));
}

std::string configText(Value const& record)
{
    Page page{record};
    page.row("record", title(record)).member("change").member("outcome").member("via");
    page.member("actor");
    page.row("pack", at(record, {"pack", "id"}) + around(" ", at(record, {"pack", "version"})) +
                         around(", sha256 ", at(record, {"pack", "sha256"})) +
                         around(", signed by ", at(record, {"pack", "signer"})));
    page.row("parts", partsOf(record));
    page.row("keys", keysOf(record));
    page.row("taken over", at(record, {"acknowledged", "pack"}) +
                               around(" ", at(record, {"acknowledged", "version"})) +
                               around(" by ", at(record, {"acknowledged", "by"})) +
                               around(" on ", at(record, {"acknowledged", "on"})));
    page.member("before").member("where").member("why");
    page.row("removed", at(record, {"removed", "file"}) +
                            around(": records ", at(record, {"removed", "firstSeq"})) +
                            around(" to ", at(record, {"removed", "lastSeq"})) +
                            around(", of ", at(record, {"removed", "from"})) +
                            around(" to ", at(record, {"removed", "to"})) +
                            around(", last hash ", at(record, {"removed", "hash"})));
    page.row("period", around("", at(record, {"days"}), " days"));
    return page.take();
}

/// "from 2026-03-01, to 2026-03-02, rule EL-MG-LOW, at most 100"
std::string filterOf(Value const& record)
{
    std::string text;
    for (auto const& [name, word] : {std::pair{"from", "from "}, std::pair{"to", "to "},
                                     std::pair{"rule", "rule "}, std::pair{"limit", "at most "}})
        text +=
            around(text.empty() ? word : std::string{", "} + word, at(record, {"filter", name}));
    return text;
}

std::string accessText(Value const& record)
{
    Page page{record};
    page.row("record", title(record));
    auto const actor = at(record, {"actor"});
    page.row("who", (actor.empty() ? "nobody known" : actor) + around(", ", at(record, {"role"})) +
                        around(" from ", at(record, {"remote"})));
    page.row("asked for", at(record, {"what"}) + around(" ", at(record, {"decisionId"})) +
                              around(", ", filterOf(record)) + around(", as ", at(record, {"as"})));
    page.row("answer", "HTTP " + at(record, {"http"}) + around(", ", at(record, {"reason"})) +
                           around(", records shown: ", at(record, {"records"})));
    page.row("unrecorded", around("", at(record, {"unrecorded"}), " attempts before it"));
    return page.take();
}

std::string lifeText(Value const& record)
{
    Page page{record};
    page.row("record", title(record)).member("cause").member("records").member("lost");
    page.row("program", at(record, {"engine", "version"})).member("sync");
    page.row("torn", around("", at(record, {"torn"}), " bytes of an unfinished line were cut off"));
    return page.take();
}

std::string checkpointText(Value const& record)
{
    Page page{record};
    page.row("record", title(record)).member("cause");
    page.row("tree",
             at(record, {"tree", "size"}) + " records, root " + at(record, {"tree", "root"}));
    page.row("signed", at(record, {"note"}).empty() ? "no: the service had no key" : "yes");
    return page.take();
}

struct Type {
    std::string_view name;
    std::string (*write)(Value const&);
};
constexpr std::array kTypes{Type{"decision", &decisionText}, Type{"feedback", &feedbackText},
                            Type{"reject", &rejectText},     Type{"config", &configText},
                            Type{"access", &accessText},     Type{"start", &lifeText},
                            Type{"stop", &lifeText},         Type{"checkpoint", &checkpointText}};

} // namespace

std::string toText(std::string_view line)
{
    auto const document = json::Document::parse(std::string{line}, withoutBounds());
    if (!document) return "no record: " + tcds::toText(document.error()) + "\n";
    auto const& record = document->root();
    auto const type = json::textOf(record, "type");
    for (auto const& known : kTypes)
        if (known.name == type) return known.write(record);
    return title(record) + "\n";
}

} // namespace tcds::audit
