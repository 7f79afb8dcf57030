#include "rules/load/bundle_file.hpp"

#include "rules/load/bundle_members.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

constexpr std::string_view kFormat = "2";
constexpr std::size_t kDeepest = 64; // trees may be 32 deep
constexpr std::string_view kWholeBegin = ",\"sha256\":\"";
constexpr std::string_view kWholeEnd = "\"}";
constexpr std::size_t kHexDigits = 64;

void writeWarnings(JsonWriter& writer, std::vector<Diagnostic> const& warnings)
{
    writeKey(writer, "lint");
    writer.StartObject();
    writeKey(writer, "warnings");
    writer.StartArray();
    for (auto const& warning : warnings) {
        writer.StartObject();
        writeMember(writer, "code", warning.code);
        writeMember(writer, "where", warning.where);
        writeMember(writer, "what", warning.what);
        writeMember(writer, "fix", warning.fix);
        writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
}

void writeChecks(JsonWriter& writer, BundleChecks const& checks)
{
    writeKey(writer, "built");
    writer.StartObject();
    writeMember(writer, "engine", checks.engine);
    writeMember(writer, "day", checks.day);
    writer.EndObject();
    writeWarnings(writer, checks.warnings);
    writeKey(writer, "tests");
    writer.StartArray();
    for (auto const& cases : checks.cases) {
        writer.StartObject();
        writeMember(writer, "rule", cases.rule);
        writeKey(writer, "passed");
        writer.Uint64(cases.passed);
        writer.EndObject();
    }
    writer.EndArray();
}

template <class Visit>
void eachTreeAndTest(Content const& content, Visit const& visit)
{
    eachTree(content, visit);
    for (auto const& tree : content.tests) visit(tree);
}

template <class Visit>
void eachTable(Content const& content, Visit const& visit)
{
    for (auto const& table : kSmallTables) visit(table.path, content.tables.*table.place);
    visit(kProductTable.path, content.tables.*kProductTable.place);
}

void writeParts(JsonWriter& writer, Content const& content, Digest const& digest)
{
    writeKey(writer, "parts");
    writer.StartObject();
    eachTreeAndTest(content, [&](Tree const& tree) {
        writeMember(writer, tree.file(), digest(tree.toJson()));
    });
    eachTable(content, [&](std::string_view path, std::string_view text) {
        writeMember(writer, path, digest(text));
    });
    writer.EndObject();
}

/// Nesting deeper than any bundle has would exhaust the stack of whoever walks it.
bool isTooDeep(std::string_view json)
{
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        auto const c = json[i];
        if (quoted) {
            if (c == '\\') ++i;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > kDeepest) return true;
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return false;
}

/// Takes the digest of the whole off its end.
/// @return the digest of what is left, as the text says it; "" when it says none
std::string takeWhole(std::string& json)
{
    auto const length = kWholeBegin.size() + kHexDigits + kWholeEnd.size();
    if (json.size() < length || !std::string_view{json}.ends_with(kWholeEnd)) return {};
    auto const begin = json.size() - length;
    if (json.compare(begin, kWholeBegin.size(), kWholeBegin) != 0) return {};
    auto said = json.substr(begin + kWholeBegin.size(), kHexDigits);
    json.resize(begin);
    json += '}';
    return said;
}

BundleChecks checksIn(rapidjson::Value const& document)
{
    BundleChecks checks;
    if (auto const* const built = objectIn(document, "built")) {
        checks.engine = textIn(*built, "engine");
        checks.day = textIn(*built, "day");
    }
    auto const* const lint = objectIn(document, "lint");
    if (lint != nullptr && lint->HasMember("warnings") && (*lint)["warnings"].IsArray())
        for (auto const& each : (*lint)["warnings"].GetArray())
            if (each.IsObject())
                checks.warnings.push_back({Severity::Warning, std::string{textIn(each, "code")},
                                           std::string{textIn(each, "where")},
                                           std::string{textIn(each, "what")},
                                           std::string{textIn(each, "fix")}});
    auto const tests = document.FindMember("tests");
    if (tests == document.MemberEnd() || !tests->value.IsArray()) return checks;
    for (auto const& each : tests->value.GetArray())
        if (each.IsObject() && each.HasMember("passed") && each["passed"].IsUint64())
            checks.cases.push_back({std::string{textIn(each, "rule")},
                                    static_cast<std::size_t>(each["passed"].GetUint64())});
    return checks;
}

/// The first part that is not what its digest says, or that has none; "" when all are.
std::string alteredPart(Content const& content, rapidjson::Value const& parts, Digest const& digest)
{
    std::string altered;
    std::size_t seen = 0;
    auto const compare = [&](std::string const& path, std::string_view text) {
        ++seen;
        if (altered.empty() && textIn(parts, path.c_str()) != digest(text)) altered = path;
    };
    eachTreeAndTest(content, [&](Tree const& tree) { compare(tree.file(), tree.toJson()); });
    eachTable(content, [&](std::string_view path, std::string_view text) {
        compare(std::string{path}, text);
    });
    if (altered.empty() && seen != parts.MemberCount()) altered = "parts";
    return altered;
}

} // namespace

std::string writeBundleFile(Content const& content, BundleChecks const& checks,
                            Digest const& digest)
{
    rapidjson::StringBuffer buffer;
    JsonWriter writer{buffer};
    writer.StartObject();
    writeMember(writer, "format", kFormat);
    writeIdentity(writer, content);
    writeChecks(writer, checks);
    writeParts(writer, content, digest);
    writeKey(writer, "trees");
    writer.StartObject();
    eachTreeAndTest(content, [&](Tree const& tree) { writeMember(writer, tree); });
    writer.EndObject();
    writeKey(writer, "tables");
    writer.StartObject();
    eachTable(content, [&](std::string_view path, std::string_view text) {
        writeMember(writer, path, text);
    });
    writer.EndObject();
    writer.EndObject();

    std::string json{buffer.GetString(), buffer.GetSize()};
    auto const whole = digest(json);
    json.pop_back();
    return json.append(kWholeBegin).append(whole).append(kWholeEnd);
}

Result<BundleFile> readBundleFile(std::string json, std::string signer, Digest const& digest)
{
    auto whole = takeWhole(json);
    if (whole.empty())
        return notABundle("it does not end with its own digest: no bundle, or cut short");
    if (digest(json) != whole) return notABundle("it was altered: it differs from its own digest");
    if (isTooDeep(json)) return notABundle("it is nested too deep");

    auto text = std::make_shared<BundleText>();
    text->json = std::move(json);
    text->document.ParseInsitu(text->json.data());
    auto const& document = text->document;
    auto content = contentOf(text, kFormat, std::move(signer));
    if (!content) return content.error();
    // The rules in use look into the products: they keep this copy, not the whole file.
    auto products = std::make_shared<std::string const>(
        textIn(*objectIn(document, "tables"), std::string{kProductTable.path}.c_str()));
    content->tables.products = *products;
    content->productsOwner = std::move(products);

    auto const* const parts = objectIn(document, "parts");
    if (parts == nullptr) return notABundle("\"parts\" is missing");
    if (auto const altered = alteredPart(*content, *parts, digest); !altered.empty())
        return notABundle("\"" + altered + "\" differs from its digest");
    if (digestOf(*content, digest) != content->digest)
        return notABundle("\"digest\" is not that of \"files\"");
    return BundleFile{std::move(*content), checksIn(document), std::move(whole)};
}

} // namespace tcds::rules
