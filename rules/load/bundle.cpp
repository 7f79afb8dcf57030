#include "rules/load/bundle.hpp"

#include "rules/load/bundle_members.hpp"

#include <rapidjson/error/en.h>

namespace tcds::rules {

namespace {

constexpr std::string_view kFormat = "1";

std::string_view topText(std::optional<Tree> const& tree, std::string_view name)
{
    if (!tree) return {};
    auto const node = tree->root().find(name);
    return node ? node->text() : std::string_view{};
}

} // namespace

void writeKey(JsonWriter& writer, std::string_view name)
{
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
}

void writeText(JsonWriter& writer, std::string_view text)
{
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void writeMember(JsonWriter& writer, std::string_view name, std::string_view text)
{
    writeKey(writer, name);
    writeText(writer, text);
}

void writeMember(JsonWriter& writer, Tree const& tree)
{
    writeKey(writer, tree.file());
    tree.root().raw().Accept(writer);
}

void writeIdentity(JsonWriter& writer, Content const& content)
{
    writeMember(writer, "id", topText(content.ruleSet, "id"));
    writeMember(writer, "version", topText(content.ruleSet, "version"));
    writeMember(writer, "digest", content.digest);
    writeKey(writer, "files");
    writer.StartObject();
    for (auto const& [path, sum] : content.files) writeMember(writer, path, sum);
    writer.EndObject();
}

std::string_view viewOf(rapidjson::Value const& text)
{
    return {text.GetString(), text.GetStringLength()};
}

rapidjson::Value const* objectIn(rapidjson::Value const& value, char const* name)
{
    auto const at = value.FindMember(name);
    return at != value.MemberEnd() && at->value.IsObject() ? &at->value : nullptr;
}

std::string_view textIn(rapidjson::Value const& value, char const* name)
{
    auto const at = value.FindMember(name);
    return at != value.MemberEnd() && at->value.IsString() ? viewOf(at->value) : std::string_view{};
}

Error notABundle(std::string what)
{
    return Error{Error::Kind::BadRequest, "bundle", std::move(what),
                 "make it anew with: twitch-cds rules build"};
}

Result<Content> contentOf(std::shared_ptr<BundleText> bundle, std::string_view format,
                          std::string signer)
{
    auto const& document = bundle->document;
    if (document.HasParseError())
        return notABundle("byte " + std::to_string(document.GetErrorOffset()) + ": " +
                          rapidjson::GetParseError_En(document.GetParseError()));
    if (!document.IsObject() || textIn(document, "format") != format)
        return notABundle("no bundle of format " + std::string{format});
    auto const* const trees = objectIn(document, "trees");
    auto const* const tables = objectIn(document, "tables");
    auto const* const files = objectIn(document, "files");
    if (trees == nullptr || tables == nullptr || files == nullptr)
        return notABundle("\"files\", \"trees\" or \"tables\" is missing");

    Content content;
    content.positions = false;
    content.digest = textIn(document, "digest");
    content.signer = std::move(signer);
    for (auto const& file : files->GetObject())
        if (file.value.IsString())
            content.files.emplace_back(viewOf(file.name), viewOf(file.value));
    for (auto const& tree : trees->GetObject()) {
        std::string const path{viewOf(tree.name)};
        if (!content.add(path, Tree::view(tree.value, path)))
            return notABundle("no file is expected at \"" + path + "\"");
    }
    for (auto const& table : kSmallTables)
        content.tables.*table.place = textIn(*tables, std::string{table.path}.c_str());
    content.owners.push_back(std::move(bundle));
    return content;
}

std::string writeBundle(Content const& content)
{
    rapidjson::StringBuffer buffer;
    JsonWriter writer{buffer};
    writer.StartObject();
    writeMember(writer, "format", kFormat);
    writeIdentity(writer, content);

    writeKey(writer, "trees");
    writer.StartObject();
    eachTree(content, [&](Tree const& tree) { writeMember(writer, tree); });
    writer.EndObject();

    writeKey(writer, "tables");
    writer.StartObject();
    for (auto const& table : kSmallTables)
        writeMember(writer, table.path, content.tables.*table.place);
    writer.EndObject();
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

Result<Content> readBundle(std::string json, std::string_view products, std::string signer)
{
    auto bundle = std::make_shared<BundleText>();
    bundle->json = std::move(json);
    bundle->document.ParseInsitu(bundle->json.data());
    auto content = contentOf(std::move(bundle), kFormat, std::move(signer));
    if (content) content->tables.products = products;
    return content;
}

} // namespace tcds::rules
