#include "server/audit/record_page.hpp"
#include "server/audit/record_text.hpp"

#include <array>
#include <utility>

namespace tcds::audit {

namespace {

using json::Value;

std::string inputText(Value const& input)
{
    auto text = at(input, {"key"}) + ": " + at(input, {"status"});
    auto const count = at(input, {"count"});
    if (at(input, {"status"}) != "absent")
        text += around(", ", count, count == "1" ? " resource" : " resources");
    text += around(", via ", at(input, {"via"}));
    text += around(", asked ", at(input, {"query"}));
    text += around(", answered ", at(input, {"http"}));
    text += around(" after ", at(input, {"ms"}), " ms");
    text += around(", request id ", at(input, {"requestId"}));
    text += around(", sha256 ", at(input, {"sha256"}));
    return text + around(", keyed digest ", at(input, {"hmac"}));
}

/// "EL-MG-LOW 1.2.0: fired, critical, definite, severe; facts f1, f2; 31 us"
std::string ruleText(Value const& rule)
{
    auto text = at(rule, {"id"}) + " " + at(rule, {"version"}) + ": " + at(rule, {"outcome"});
    text += around(", ", at(rule, {"level"}));
    text += around(", ", at(rule, {"tier"}));
    text += around(", band ", at(rule, {"band"}));
    text += around(", because: ", at(rule, {"why"}));
    text += around(" (", at(rule, {"what"}), ")");
    text += around("; facts ", listed(rule, "facts"));
    return text + around("; ", at(rule, {"us"}), " us");
}

bool fired(Value const& rule) { return at(rule, {"outcome"}) == "fired"; }

void addInputs(Page& page)
{
    page.heading("What was delivered");
    for (auto const& input : json::items(page.part("inputs"))) page.item(inputText(input));
    auto const* const missing = page.part("missing");
    auto const lacking = missing == nullptr ? std::string{} : flat(*missing);
    page.item("asked for and not there: " + (lacking.empty() ? std::string{"nothing"} : lacking));
}

void addFacts(Page& page)
{
    page.heading("What was understood");
    auto const* const facts = page.part("facts");
    if (facts == nullptr) page.item("not recorded: audit.level was digest");
    for (auto const& fact : json::items(facts)) page.item(at(fact, {"id"}) + " " + factText(fact));
}

void addRules(Page& page)
{
    auto const rules = json::items(page.part("rules"));
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
    page.item("and " + page.at({"idle"}) + " of which no code, class or analyte was present");
}

/// A text of several lines, further in.
void addText(Page& page, std::string_view text)
{
    std::string indented;
    for (auto const c : text) {
        if (indented.empty() || indented.back() == '\n')
            if (c != '\n') indented += "  ";
        indented += c;
    }
    page.item(indented);
}

void addSuggestions(Page& page, Value const& card)
{
    for (auto const& suggestion : json::items(card, "suggestions")) {
        std::string actions;
        for (auto const& action : json::items(suggestion, "actions"))
            actions += around(actions.empty() ? "" : ", ", at(action, {"type"})) +
                       around(" ", at(action, {"resource", "resourceType"})) +
                       around(" for ", at(action, {"resource", "focus", "reference"}));
        page.item("  suggests: " + at(suggestion, {"label"}) + around(" (", actions, ")") +
                  around("; suggestion ", at(suggestion, {"uuid"})));
    }
    std::string reasons;
    for (auto const& reason : json::items(card, "overrideReasons"))
        reasons += around(reasons.empty() ? "" : ", ", at(reason, {"code"}));
    if (!reasons.empty()) page.item("  reasons to override: " + reasons);
    for (auto const& link : json::items(card, "links"))
        page.item("  link: " + at(link, {"label"}) + around(", ", at(link, {"url"})));
}

void addCard(Page& page, Value const& sent)
{
    auto const level = at(sent, {"level"});
    auto const shown = at(sent, {"indicator"});
    auto const* const card = json::child(sent, "card");
    page.item(level + (shown == level ? std::string{} : " (returned as " + shown + ")") + ": " +
              (card == nullptr ? "text not recorded" : at(*card, {"summary"})));
    page.item("  rules " + listed(sent, "rules") + around(", topic ", at(sent, {"topic"})) +
              "; card " + at(sent, {"uuid"}) + around(", sha256 ", at(sent, {"sha256"})));
    if (card == nullptr) return;
    if (auto const detail = at(*card, {"detail"}); !detail.empty()) addText(page, detail);
    addSuggestions(page, *card);
}

void addCards(Page& page)
{
    page.heading("Cards");
    auto const cards = json::items(page.part("cards"));
    if (cards.empty()) page.item("none");
    for (auto const& card : cards) addCard(page, card);
}

void addTiming(Page& page)
{
    constexpr std::array kPhases{
        std::pair{"authUs", "token"}, std::pair{"parseUs", "reading the request"},
        std::pair{"fetchUs", "reading the FHIR server"}, std::pair{"evalUs", "rules"}};
    auto text = page.at({"timing", "totalUs"}) + " microseconds";
    auto separator = ": ";
    for (auto const& [name, word] : kPhases) {
        auto const time = page.at({"timing", name});
        if (time.empty()) continue;
        text += separator + std::string{word} + " " + time;
        separator = ", ";
    }
    page.item(text);
}

void addAnswer(Page& page)
{
    page.heading("Answer");
    auto const degraded = page.at({"response", "degraded"}) == "yes";
    page.item("HTTP " + page.at({"response", "http"}) + ", " + page.at({"response", "bytes"}) +
              " bytes" + around(", sha256 ", page.at({"response", "sha256"})) +
              (degraded ? "; some source failed or was cut short" : ""));
    addTiming(page);
    if (auto const* const sealed = page.part("sealed"))
        page.item("sealed with key " + at(*sealed, {"key"}) + ": " +
                  std::to_string(at(*sealed, {"jwe"}).size()) +
                  " characters; `twitch-cds audit unseal` opens it" +
                  around("; too large and left out: ", listed(*sealed, "leftOut")));
    auto const* const redacted = page.part("redacted");
    auto const left = redacted == nullptr ? std::string{} : flat(*redacted);
    page.item("left out or replaced: " + (left.empty() ? std::string{"nothing"} : left));
}

void addHead(Page& page)
{
    page.member("decisionId", "decision").member("retryOf", "retry of");
    page.member("evaluatedAt", "evaluated");
    page.row("call", page.at({"hook"}) + " to " + page.at({"service"}) + ", instance " +
                         page.at({"hookInstance"}));
    page.row("client",
             page.at({"client", "name"}) + around(", event ", page.at({"client", "trigger"})));
    page.row("token", around("of ", page.at({"client", "iss"})) +
                          around(", key ", page.at({"client", "kid"})) +
                          around(", jti digest ", page.at({"client", "jtiDigest"})));
    page.member("user").member("audience").member("traceId", "trace");
    page.row("patient", page.at({"subject", "patientKey"}) +
                            around(", encounter ", page.at({"subject", "encounterKey"})));
    page.member("fhirServer", "fhir server");
    page.row("request", page.at({"request", "bytes"}) + " bytes" +
                            around(", sha256 ", page.at({"request", "sha256"})));
    page.row("content", page.at({"pack", "id"}) + " " + page.at({"pack", "version"}) +
                            around(", sha256 ", page.at({"pack", "sha256"})) +
                            around(", signed by ", page.at({"pack", "signer"})) +
                            around(", loaded ", page.at({"pack", "day"})));
    page.row("program",
             page.at({"engine", "version"}) + around(" ", page.at({"engine", "commit"})));
    page.row("mode", page.at({"mode"}) + around(", settings ", page.at({"settings"})) +
                         around(", level ", page.at({"phi"})));
}

} // namespace

std::string decisionText(Value const& record)
{
    Page page{record};
    addHead(page);
    addInputs(page);
    addFacts(page);
    addRules(page);
    addCards(page);
    addAnswer(page);
    return page.take();
}

} // namespace tcds::audit
