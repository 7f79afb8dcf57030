#include "rules/load/bundle.hpp"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <array>

namespace tcds::rules {

namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr std::string_view kFormat = "1";

struct SmallTable {
    std::string_view file;
    std::string_view Tables::*place;
};
constexpr std::array kSmallTables{
    SmallTable{"terms/dose_forms.tsv", &Tables::doseForms},
    SmallTable{"terms/ingredients.tsv", &Tables::ingredients},
    SmallTable{"terms/names.tsv", &Tables::names},
    SmallTable{"terms/routes.tsv", &Tables::routes},
    SmallTable{"terms/units.tsv", &Tables::units},
};

void key(Writer& writer, std::string_view text)
{
    writer.Key(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void member(Writer& writer, std::string_view name, std::string_view text)
{
    key(writer, name);
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void member(Writer& writer, Tree const& tree)
{
    key(writer, tree.file());
    tree.root().raw().Accept(writer);
}

std::string_view textOf(std::optional<Tree> const& tree, std::string_view name)
{
    if (!tree) return {};
    auto const node = tree->root().find(name);
    return node ? node->text() : std::string_view{};
}

std::string_view view(rapidjson::Value const& value)
{
    return {value.GetString(), value.GetStringLength()};
}

Error notABundle(std::string what)
{
    return Error{Error::Kind::BadRequest, "bundle", std::move(what),
                 "make it anew with: twitch-cds rules build"};
}

/// A member that must be an object; nullptr otherwise.
rapidjson::Value const* object(rapidjson::Value const& bundle, char const* name)
{
    auto const at = bundle.FindMember(name);
    return at != bundle.MemberEnd() && at->value.IsObject() ? &at->value : nullptr;
}

std::string_view text(rapidjson::Value const& bundle, char const* name)
{
    auto const at = bundle.FindMember(name);
    return at != bundle.MemberEnd() && at->value.IsString() ? view(at->value) : std::string_view{};
}

struct Text {
    std::string json;
    rapidjson::Document document;
};

} // namespace

std::string writeBundle(Content const& content)
{
    rapidjson::StringBuffer buffer;
    Writer writer{buffer};
    writer.StartObject();
    member(writer, "format", kFormat);
    member(writer, "id", textOf(content.ruleSet, "id"));
    member(writer, "version", textOf(content.ruleSet, "version"));
    member(writer, "digest", content.digest);
    key(writer, "files");
    writer.StartObject();
    for (auto const& [path, sum] : content.files) member(writer, path, sum);
    writer.EndObject();

    key(writer, "trees");
    writer.StartObject();
    for (auto const* const tree :
         {&content.ruleSet, &content.analytes, &content.suggestions, &content.overrideReasons})
        if (*tree) member(writer, **tree);
    for (auto const& tree : content.valueSets) member(writer, tree);
    for (auto const& pack : content.packs) {
        if (pack.manifest) member(writer, *pack.manifest);
        for (auto const& tree : pack.rules) member(writer, tree);
    }
    writer.EndObject();

    key(writer, "tables");
    writer.StartObject();
    for (auto const& table : kSmallTables) member(writer, table.file, content.tables.*table.place);
    writer.EndObject();
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

Result<Content> readBundle(std::string json, std::string_view products, std::string signer)
{
    auto owner = std::make_shared<Text>();
    owner->json = std::move(json);
    owner->document.ParseInsitu(owner->json.data());
    auto const& bundle = owner->document;
    if (bundle.HasParseError())
        return notABundle("byte " + std::to_string(bundle.GetErrorOffset()) + ": " +
                          rapidjson::GetParseError_En(bundle.GetParseError()));
    if (!bundle.IsObject() || text(bundle, "format") != kFormat)
        return notABundle("no bundle of format " + std::string{kFormat});
    auto const* const trees = object(bundle, "trees");
    auto const* const tables = object(bundle, "tables");
    auto const* const files = object(bundle, "files");
    if (trees == nullptr || tables == nullptr || files == nullptr)
        return notABundle("\"files\", \"trees\" or \"tables\" is missing");

    Content content;
    content.positions = false;
    content.digest = text(bundle, "digest");
    content.signer = std::move(signer);
    for (auto const& file : files->GetObject())
        if (file.value.IsString()) content.files.emplace_back(view(file.name), view(file.value));
    for (auto const& tree : trees->GetObject()) {
        std::string const path{view(tree.name)};
        if (!content.add(path, Tree::view(tree.value, path)))
            return notABundle("no file is expected at \"" + path + "\"");
    }
    for (auto const& table : kSmallTables)
        content.tables.*table.place = text(*tables, std::string{table.file}.c_str());
    content.tables.products = products;
    content.owners.push_back(std::move(owner));
    return content;
}

} // namespace tcds::rules
