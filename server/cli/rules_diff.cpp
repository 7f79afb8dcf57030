#include "rules/diff/diff.hpp"
#include "rules/load/compile.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/rule_source.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <iostream>

namespace tcds::cli {

namespace {

using rules::Change;

constexpr std::string_view kBuiltIn = "built-in";

/// Drafts and retired rules are shown too: a diff is what a reviewer reads before they go live.
std::optional<PreparedRules> sideOf(std::string const& named, int& code)
{
    rules::CompileOptions options;
    options.allowDraftRules = true;
    Problems problems;
    if (named == kBuiltIn) {
        PreparedRules loaded;
        loaded.content = embeddedContent();
        loaded.rules = rules::compile(loaded.content, problems, options);
        if (loaded.rules) return loaded;
    } else {
        auto loaded = rulesInFolder(named, problems, options);
        if (!loaded) {
            complain(loaded.error());
            code = Exit::kBadInput;
            return std::nullopt;
        }
        if (loaded->rules) return std::move(*loaded);
    }
    complain(problems);
    code = Exit::kConfiguration;
    return std::nullopt;
}

std::string_view wordOf(Change::About about)
{
    switch (about) {
    case Change::About::Rule:
        return "rule";
    case Change::About::ValueSet:
        return "value set";
    case Change::About::Analyte:
        return "analyte";
    case Change::About::RuleSet:
        return "rule set";
    }
    return {};
}

std::string versionOf(rules::RuleSet const& rules, std::string const& id)
{
    auto const* const rule = rules.find(id);
    return rule == nullptr ? std::string{} : rule->version;
}

/// "EL-K-LOW Low potassium (1.0.0, was 0.9.0)"
std::string headingOf(Change const& change, PreparedRules const& before, PreparedRules const& after)
{
    if (change.about != Change::About::Rule)
        return std::string{wordOf(change.about)} + ' ' + change.id;
    auto const was = versionOf(*before.rules, change.id);
    auto const is = versionOf(*after.rules, change.id);
    auto const* const rule = after.rules->find(change.id);
    auto text = change.id;
    if (rule != nullptr) text += ' ' + rule->title;
    if (was.empty() || is.empty()) return text + " (" + (is.empty() ? was : is) + ')';
    return text + " (" + is + (was == is ? ", version as before" : ", was " + was) + ')';
}

bool isSameSubject(Change const& a, Change const& b) { return a.about == b.about && a.id == b.id; }

std::string escaped(std::string_view text)
{
    constexpr std::string_view kSigns = "\\`*_[]<>|#";
    std::string plain;
    for (auto const c : text) {
        if (kSigns.find(c) != std::string_view::npos) plain += '\\';
        plain += c;
    }
    return plain;
}

void printText(std::vector<Change> const& changes, PreparedRules const& before,
               PreparedRules const& after)
{
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (i == 0 || !isSameSubject(changes[i - 1], changes[i]))
            std::cout << (i == 0 ? "" : "\n") << headingOf(changes[i], before, after) << '\n';
        std::cout << "  " << changes[i].says << '\n';
    }
}

void printMarkdown(std::vector<Change> const& changes, PreparedRules const& before,
                   PreparedRules const& after)
{
    std::cout << "# Changes of the rules\n";
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (i == 0 || !isSameSubject(changes[i - 1], changes[i]))
            std::cout << "\n## " << escaped(headingOf(changes[i], before, after)) << "\n\n";
        std::cout << "- " << changes[i].kind << ": " << escaped(changes[i].says) << '\n';
    }
}

void printJson(std::vector<Change> const& changes, PreparedRules const& before,
               PreparedRules const& after)
{
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> json{buffer};
    auto const member = [&json](char const* name, std::string_view value) {
        if (value.empty()) return;
        json.Key(name);
        json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    };
    auto const side = [&](char const* name, PreparedRules const& pack) {
        json.Key(name);
        json.StartObject();
        member("id", pack.rules->id);
        member("version", pack.rules->version);
        member("digest", pack.rules->digest);
        json.EndObject();
    };
    json.StartObject();
    side("old", before);
    side("new", after);
    json.Key("changes");
    json.StartArray();
    for (auto const& change : changes) {
        json.StartObject();
        member("about", wordOf(change.about));
        member("id", change.id);
        member("kind", change.kind);
        member("says", change.says);
        if (change.about == Change::About::Rule) {
            member("oldVersion", versionOf(*before.rules, change.id));
            member("newVersion", versionOf(*after.rules, change.id));
        }
        json.EndObject();
    }
    json.EndArray();
    json.EndObject();
    std::cout << std::string_view{buffer.GetString(), buffer.GetSize()} << '\n';
}

} // namespace

int diff(DiffArguments const& arguments)
{
    auto code = static_cast<int>(Exit::kDone);
    auto const before = sideOf(arguments.before, code);
    auto const after = before ? sideOf(arguments.after, code) : std::nullopt;
    if (!before || !after) return code;
    auto const changes =
        rules::diff({before->content, *before->rules}, {after->content, *after->rules});
    if (arguments.format == "json") {
        printJson(changes, *before, *after);
    } else if (arguments.format == "markdown") {
        printMarkdown(changes, *before, *after);
    } else {
        printText(changes, *before, *after);
        std::cout << (changes.empty() ? "" : "\n") << changes.size() << " difference(s)\n";
    }
    return changes.empty() ? Exit::kDone : Exit::kCheckFailed;
}

} // namespace tcds::cli
