#include "rules/exchange/fhir_value_sets.hpp"

#include "fhir/base/json_writer.hpp"
#include "rules/exchange/canonical.hpp"
#include "rules/exchange/cql_library.hpp"
#include "rules/exchange/membership.hpp"
#include "rules/exchange/notices.hpp"

#include <algorithm>
#include <map>

namespace tcds::rules::exchange {

namespace {

/// A prefix as the regular expression of the codes that begin with it.
std::string prefixPattern(std::string_view code)
{
    std::string pattern;
    for (auto const c : code.substr(0, code.size() - 1)) {
        if (c == '.') pattern += '\\';
        pattern += c;
    }
    return pattern + ".*";
}

/// What a ValueSet is composed of, while it is gathered.
class Compose
{
public:
    void add(std::string_view system, std::string_view code, std::string_view display)
    {
        auto const known = std::ranges::find(systems_, system);
        if (known == systems_.end()) systems_.emplace_back(system);
        codes_[std::string{system}].push_back({std::string{code}, std::string{display}});
    }
    void addPrefix(std::string_view system, std::string_view code)
    {
        prefixes_.emplace_back(system, prefixPattern(code));
    }

    /// Every system that a code or prefix is of.
    [[nodiscard]] std::vector<std::string> systems() const
    {
        auto all = systems_;
        for (auto const& [system, pattern] : prefixes_) all.push_back(system);
        return all;
    }

    void write(JsonFile& json) const
    {
        json.object("compose", [&] {
            json.array("include", [&] {
                for (auto const& system : systems_)
                    json.object([&] {
                        json.member("system", system);
                        json.array("concept", [&] {
                            for (auto const& member : codes_.at(system))
                                json.object([&] {
                                    json.member("code", member.first);
                                    json.given("display", member.second);
                                });
                        });
                    });
                for (auto const& prefix : prefixes_)
                    json.object([&] {
                        json.member("system", prefix.first);
                        json.listOfOne("filter", [&] {
                            json.member("property", "code");
                            json.member("op", "regex");
                            json.member("value", prefix.second);
                        });
                    });
            });
        });
    }

private:
    std::vector<std::string> systems_; // in the order in which they came
    std::map<std::string, std::vector<std::pair<std::string, std::string>>> codes_;
    std::vector<std::pair<std::string, std::string>> prefixes_;
};

struct Head {
    std::string name, title, description, date;
    bool draft = false;
};

ExportedFile write(RuleSet const& rules, std::string_view base, Head const& head,
                   Compose const& compose)
{
    JsonFile json;
    auto const id = fhirId(head.name);
    json.object([&] {
        json.member("resourceType", "ValueSet");
        json.member("id", id);
        json.member("url", canonicalUrl(base, "ValueSet", head.name));
        json.member("version", rules.version);
        json.member("name", computableName(head.name));
        json.member("title", head.title);
        json.member("status", head.draft ? "draft" : "active");
        json.given("date", head.date);
        json.given("description", head.description);
        json.given("copyright", noticesFor(compose.systems()));
        compose.write(json);
    });
    return {"ValueSet-" + id + ".json", json.text()};
}

void addIngredient(Compose& compose, terms::Terminology const& terms, IngredientId id)
{
    auto const code = codeOf(terms.ingredient(id));
    compose.add(code.system, code.code, code.display);
}

std::string descriptionOf(terms::ValueSet const& set)
{
    std::string text;
    if (!set.source.empty()) text += "Source: " + set.source + ". ";
    auto const beside = std::ranges::count_if(
        set.codes, [](terms::CodeMember const& member) { return !member.withText.empty(); });
    if (beside > 0)
        text += std::to_string(beside) +
                " code(s) count only beside a text and are left to the "
                "code " +
                set.name + " of " + std::string{kValueSetSystem} + ". ";
    if (set.hasPhrases)
        text += "The code " + set.name + " of " + std::string{kValueSetSystem} +
                " stands for a text that was understood as a member. ";
    if (!text.empty()) text.pop_back();
    return text;
}

ExportedFile wholeSet(RuleSet const& rules, std::string_view base, terms::ValueSet const& set)
{
    Compose compose;
    for (auto const& member : set.ingredients)
        addIngredient(compose, *rules.terms, member.ingredient);
    for (auto const& member : codesOf(*rules.terms, set.id)) {
        if (!member.withText.empty()) continue;
        if (member.code.ends_with('*'))
            compose.addPrefix(member.system, member.code);
        else
            compose.add(member.system, member.code, member.display);
    }
    compose.add(kValueSetSystem, set.name, set.title);
    return write(rules, base, {set.name, set.title, descriptionOf(set), set.date, set.draft},
                 compose);
}

ExportedFile scopeSet(RuleSet const& rules, std::string_view base, terms::ValueSet const& set,
                      ScopeGroup const& group)
{
    Compose compose;
    for (auto const id : group.ingredients) addIngredient(compose, *rules.terms, id);
    return write(rules, base,
                 {group.name, set.title + ", members of one scope",
                  "Members of " + set.name +
                      " for which the same routes count and single doses "
                      "count as long.",
                  set.date, set.draft},
                 compose);
}

ExportedFile analyteSet(RuleSet const& rules, std::string_view base, terms::Analyte const& analyte)
{
    Compose compose;
    for (auto const& code : analyte.codes) compose.add(kLoinc, code.code, code.display);
    compose.add(kAnalyteSystem, analyte.key, analyte.title);
    return write(rules, base,
                 {analyteSetName(analyte),
                  analyte.title,
                  "Results that are the analyte " + analyte.key + ", kept in " + analyte.unit + ".",
                  {},
                  false},
                 compose);
}

} // namespace

std::string computableName(std::string_view name)
{
    std::string computable;
    for (auto const c : name) {
        auto const allowed =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        computable += allowed ? c : '_';
    }
    if (computable.empty() || !(computable.front() >= 'A' && computable.front() <= 'Z'))
        computable.insert(computable.begin(), 'T');
    return computable;
}

std::vector<ExportedFile> valueSetFiles(RuleSet const& rules, std::string_view base)
{
    std::vector<ExportedFile> files;
    for (auto const& set : rules.terms->sets()) {
        if (set.kind == terms::SetKind::Cues) continue; // words that negate: nothing for a code
        files.push_back(wholeSet(rules, base, set));
        if (set.kind != terms::SetKind::DrugClass) continue;
        for (auto const& group : scopeGroupsOf(set))
            if (group.name != set.name) files.push_back(scopeSet(rules, base, set, group));
    }
    for (auto const& analyte : rules.terms->analytes())
        files.push_back(analyteSet(rules, base, analyte));
    return files;
}

} // namespace tcds::rules::exchange
