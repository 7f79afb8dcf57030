#include "server/audit/record_text.hpp"

#include "server/audit/reader.hpp"
#include "server/audit/record_page.hpp"

#include <array>
#include <limits>
#include <utility>

namespace tcds::audit {

namespace {

using json::Value;

/// "3 bytes, sha256 .."
std::string requestOf(Page& page)
{
    return page.at({"request", "bytes"}) + " bytes" +
           around(", sha256 ", page.at({"request", "sha256"}));
}

std::string sealedOf(Page& page)
{
    auto const* const sealed = page.part("sealed");
    if (sealed == nullptr) return {};
    return "with key " + at(*sealed, {"key"}) + ", " + std::to_string(at(*sealed, {"jwe"}).size()) +
           " characters" + around("; too large and left out: ", listed(*sealed, "leftOut"));
}

std::string feedbackText(Value const& record)
{
    Page page{record};
    page.member("service").member("card").member("decisionId", "decision");
    page.part("rule"); // the first of them
    page.member("rules").member("outcome");
    page.row("reason", page.at({"reason", "code"}) + around(": ", page.at({"reason", "display"})) +
                           around(", of ", page.at({"reason", "system"})));
    page.member("reasonText", "comment").member("acceptedSuggestions", "accepted");
    page.member("outcomeTimestamp", "answered").member("receivedAt", "received");
    page.member("user").member("client").member("location");
    page.row("sealed", sealedOf(page));
    return page.take();
}

std::string rejectText(Value const& record)
{
    Page page{record};
    page.member("http").member("reason").member("where").member("client").member("service");
    page.member("remote");
    page.row("request", requestOf(page));
    return page.take();
}

/// "core 2026.11 (approval none), local 2027.01 (approval required)"
std::string partsOf(Page& page)
{
    std::string text;
    for (auto const& part : json::items(page.part("parts")))
        text += (text.empty() ? "" : ", ") + at(part, {"id"}) + around(" ", at(part, {"version"})) +
                around(" (approval ", at(part, {"approval"}), ")");
    return text;
}

/// "k26q2 in force, also there: k26q1"
std::string keysOf(Page& page)
{
    auto const* const keys = page.part("keys");
    if (keys == nullptr) return {};
    return at(*keys, {"inForce"}) + " in force" + around(", also there: ", listed(*keys, "kept"));
}

void addSettings(Page& page)
{
    if (auto const values = json::items(page.part("values")); !values.empty()) {
        page.heading("Settings that somebody set");
        for (auto const& value : values)
            page.item(at(value, {"key"}) + ": " + at(value, {"value"}) + " (" +
                      at(value, {"from"}) + ")");
    }
    if (auto const clients = json::items(page.part("clients")); !clients.empty()) {
        page.heading("Clients, and the digest of their settings in decisions");
        for (auto const& client : clients) {
            auto const name = at(client, {"name"});
            page.item((name.empty() ? "anybody" : name) + ": " + at(client, {"settings"}));
        }
        page.item("");
    }
}

std::string configText(Value const& record)
{
    Page page{record};
    page.member("change").member("outcome").member("via").member("actor").member("mode");
    page.row("pack", page.at({"pack", "id"}) + around(" ", page.at({"pack", "version"})) +
                         around(", sha256 ", page.at({"pack", "sha256"})) +
                         around(", signed by ", page.at({"pack", "signer"})) +
                         around(", loaded ", page.at({"pack", "day"})));
    page.row("parts", partsOf(page)).row("keys", keysOf(page));
    page.row("taken over", page.at({"acknowledged", "pack"}) +
                               around(" ", page.at({"acknowledged", "version"})) +
                               around(" by ", page.at({"acknowledged", "by"})) +
                               around(" on ", page.at({"acknowledged", "on"})));
    page.member("stored").member("before").member("where").member("why");
    page.row("removed", page.at({"removed", "file"}) +
                            around(": records ", page.at({"removed", "firstSeq"})) +
                            around(" to ", page.at({"removed", "lastSeq"})) +
                            around(", ", page.at({"removed", "records"}), " in all") +
                            around(", of ", page.at({"removed", "from"})) +
                            around(" to ", page.at({"removed", "to"})) +
                            around(", last hash ", page.at({"removed", "hash"})));
    page.row("period", around("", page.at({"days"}), " days"));
    addSettings(page);
    return page.take();
}

/// "from 2026-03-01, to 2026-03-02, rule EL-MG-LOW, at most 100"
std::string filterOf(Page& page)
{
    std::string text;
    for (auto const& [name, word] : {std::pair{"from", "from "}, std::pair{"to", "to "},
                                     std::pair{"rule", "rule "}, std::pair{"limit", "at most "}})
        text += around(text.empty() ? word : std::string{", "} + word, page.at({"filter", name}));
    return text;
}

std::string accessText(Value const& record)
{
    Page page{record};
    auto const actor = page.at({"actor"});
    page.row("who", (actor.empty() ? "nobody known" : actor) + around(", ", page.at({"role"})) +
                        around(" from ", page.at({"remote"})));
    page.row("asked for", page.at({"what"}) + around(" ", page.at({"decisionId"})) +
                              around(", ", filterOf(page)) + around(", as ", page.at({"as"})));
    page.row("answer", "HTTP " + page.at({"http"}) + around(", ", page.at({"reason"})) +
                           around(", records shown: ", page.at({"records"})));
    page.row("unrecorded", around("", page.at({"unrecorded"}), " attempts before it"));
    return page.take();
}

/// "1000 records, root .., peaks .."
std::string treeOf(Page& page)
{
    auto const* const tree = page.part("tree");
    if (tree == nullptr) return {};
    return at(*tree, {"size"}) + " records" + around(" from seq ", at(*tree, {"first"})) +
           around(", root ", at(*tree, {"root"})) + around(", peaks ", listed(*tree, "peaks"));
}

std::string lifeText(Value const& record)
{
    Page page{record};
    page.member("cause").member("records").member("lost");
    page.row("program",
             page.at({"engine", "version"}) + around(" ", page.at({"engine", "commit"})));
    page.member("sync");
    page.row("torn", around("", page.at({"torn"}), " bytes of an unfinished line were cut off"));
    page.row("tree", treeOf(page));
    return page.take();
}

std::string checkpointText(Value const& record)
{
    Page page{record};
    page.member("cause").row("tree", treeOf(page));
    auto const note = page.at({"note"});
    auto const isSigned = page.at({"signed"}) == "yes" || !note.empty();
    page.row("signed", isSigned ? "yes" : "no: the service had no key");
    if (!note.empty()) page.heading("The signed note").item(note);
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

json::Limits boundsOfRecords()
{
    constexpr auto kMost = std::numeric_limits<std::size_t>::max();
    return {kMost, 64, kMost, kMost, kMost, kMost, kMost};
}

std::string toText(std::string_view line)
{
    auto const document = json::Document::parse(std::string{line}, boundsOfRecords());
    if (!document) return "no record: " + tcds::toText(document.error()) + "\n";
    auto const& record = document->root();
    if (!record.IsObject()) return "no record: not a JSON object\n";
    auto const type = json::textOf(record, "type");
    for (auto const& known : kTypes)
        if (known.name == type) return known.write(record);
    return Page{record}.take(); // of a later version
}

} // namespace tcds::audit
