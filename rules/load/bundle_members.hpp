#pragma once

#include "rules/load/content.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

// What the embedded bundle (bundle.cpp) and a bundle file (bundle_file.cpp) have in common.

namespace tcds::rules {

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

struct NamedTable {
    std::string_view path;
    std::string_view Tables::*place;
};
/// All tables but the products, which are twenty times as large as the others together.
inline constexpr std::array kSmallTables{
    NamedTable{"terms/dose_forms.tsv", &Tables::doseForms},
    NamedTable{"terms/ingredients.tsv", &Tables::ingredients},
    NamedTable{"terms/names.tsv", &Tables::names},
    NamedTable{"terms/routes.tsv", &Tables::routes},
    NamedTable{"terms/units.tsv", &Tables::units},
};
inline constexpr NamedTable kProductTable{"terms/products.tsv", &Tables::products};

/// Visits every tree but those of tests, in the order of bundles.
template <class Visit>
void eachTree(Content const& content, Visit const& visit)
{
    for (auto const* const tree :
         {&content.ruleSet, &content.analytes, &content.suggestions, &content.overrideReasons})
        if (*tree) visit(**tree);
    for (auto const& tree : content.valueSets) visit(tree);
    for (auto const& pack : content.packs) {
        if (pack.manifest) visit(*pack.manifest);
        for (auto const& tree : pack.rules) visit(tree);
    }
    if (content.overlay) visit(*content.overlay);
}

void writeKey(JsonWriter& writer, std::string_view name);
void writeText(JsonWriter& writer, std::string_view text);
void writeMember(JsonWriter& writer, std::string_view name, std::string_view text);
/// The tree under its path.
void writeMember(JsonWriter& writer, Tree const& tree);
/// The members id, version, digest and files.
void writeIdentity(JsonWriter& writer, Content const& content);

/// The text of a bundle and what was read of it in place; contents keep it alive.
struct BundleText {
    std::string json;
    rapidjson::Document document;
};

std::string_view viewOf(rapidjson::Value const& text);
/// A member that must be an object; nullptr otherwise.
rapidjson::Value const* objectIn(rapidjson::Value const& value, char const* name);
/// A member that must be a text; "" otherwise.
std::string_view textIn(rapidjson::Value const& value, char const* name);

/// What a text is that is no bundle: BadRequest, `where` "bundle".
Error notABundle(std::string what);

/// The content of a parsed bundle but for the product table.
/// @param format  the one that is expected
/// @error as readBundle()
tcds::Result<Content> contentOf(std::shared_ptr<BundleText> bundle, std::string_view format,
                                std::string signer);

} // namespace tcds::rules
