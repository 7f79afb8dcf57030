#include "server/doctor/key_sets.hpp"

#include "fhir/base/json.hpp"
#include "server/auth/key_set.hpp"

#include <algorithm>

namespace tcds::doctor {

namespace {

/// Whether a member that only private and symmetric keys have stands in any key (RFC 7518, 6).
bool publishesSecret(std::string text)
{
    auto const document = json::Document::parse(std::move(text));
    if (!document) return false;
    return std::ranges::any_of(json::items(document->root(), "keys"), [](json::Value const& key) {
        return json::child(key, "d") != nullptr || json::child(key, "k") != nullptr;
    });
}

std::vector<auth::Algorithm> algorithmsOf(std::vector<std::string> const& names)
{
    std::vector<auth::Algorithm> algorithms;
    for (auto const& name : names)
        if (auto const algorithm = auth::algorithmOf(name)) algorithms.push_back(*algorithm);
    return algorithms;
}

std::string namesOf(auth::Key const& key, std::vector<auth::Algorithm> const& algorithms)
{
    std::string names;
    for (auto const algorithm : algorithms)
        if (key.fits(algorithm))
            names += (names.empty() ? "" : ", ") + std::string{auth::toText(algorithm)};
    return names;
}

std::string joined(std::vector<std::string> const& names)
{
    std::string text;
    for (auto const& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

void judgeKeys(std::string_view where, auth::KeySet const& keys,
               std::vector<std::string> const& names, Findings& findings)
{
    using auth::Algorithm;
    std::vector const all{Algorithm::Es384, Algorithm::Rs384, Algorithm::Es256, Algorithm::Rs256};
    auto const wanted = algorithmsOf(names);
    std::string usable;
    std::string others;
    for (auto const& key : keys.keys()) {
        auto const kid = "\"" + shown(key->kid()) + "\"";
        auto const fits = namesOf(*key, wanted);
        auto& list = fits.empty() ? others : usable;
        list += (list.empty() ? "kid " : "; kid ") + kid + " for " +
                (fits.empty() ? namesOf(*key, all) : fits);
    }
    if (usable.empty())
        return findings.problem(
            where, "no key fits the algorithms of the entry, " + joined(names) + ": " + others,
            "let the client publish a key for one of them, or add to clients.algorithms what it "
            "signs with");
    findings.ok(where, "tokens can be verified with " + usable);
    if (!others.empty())
        findings.note(where, "the entry takes no token signed with " + others,
                      "add the algorithm to clients.algorithms if the client signs with it");
}

} // namespace

void judgeKeySet(std::string_view where, std::string text,
                 std::vector<std::string> const& algorithms, Findings& findings)
{
    if (text.find_first_not_of(" \t\r\n") != std::string::npos &&
        text[text.find_first_not_of(" \t\r\n")] == '<')
        return findings.problem(where, "there is a web page (HTML), not a JSON key set",
                                "ask the client for the URL of the key set itself; it often ends "
                                "in /jwks.json, and a log-in page or portal stands here");
    if (publishesSecret(text))
        return findings.problem(
            where, "PRIVATE KEY PUBLISHED: whoever reads this can sign tokens as the client",
            "tell the client's security officer now: take it down, make a new pair, publish its "
            "public part alone; remove the entry until that is done");
    auto const keys = auth::KeySet::parse(std::move(text), "key set");
    if (!keys)
        return findings.problem(where, shown(keys.error().where) + ": " + keys.error().what,
                                keys.error().fix);
    for (auto const& line : keys->leftOut())
        findings.note(where, shown(line),
                      "nothing, unless the client signs with it: then it has to publish the key "
                      "again without this fault");
    judgeKeys(where, *keys, algorithms, findings);
}

} // namespace tcds::doctor
