#include "server/cli/terms_content.hpp"

#include "rules/load/bundle.hpp"
#include "server/app/embedded.hpp"
#include "server/audit/digest.hpp"
#include "server/cli/console.hpp"

#include <array>
#include <filesystem>
#include <memory>
#include <stdexcept>

namespace tcds::cli {

namespace {

namespace fs = std::filesystem;

struct TablePlace {
    std::string_view file;
    std::string_view rules::Tables::*place;
};
constexpr std::array kPlaces{
    TablePlace{"ingredients.tsv", &rules::Tables::ingredients},
    TablePlace{"names.tsv", &rules::Tables::names},
    TablePlace{"products.tsv", &rules::Tables::products},
    TablePlace{"units.tsv", &rules::Tables::units},
    TablePlace{"routes.tsv", &rules::Tables::routes},
    TablePlace{"dose_forms.tsv", &rules::Tables::doseForms},
};

rules::Content embedded()
{
    auto content =
        rules::readBundle(std::string{app::embeddedBundle()}, app::embeddedProducts(), "embedded");
    if (!content) throw std::runtime_error{"embedded pack: " + toText(content.error())};
    return std::move(*content);
}

/// The tables of a folder over those of the embedded pack.
Result<TermsContent> fromTables(fs::path const& folder)
{
    TermsContent terms{embedded(), false};
    bool any = false;
    for (auto const& table : kPlaces) {
        if (!fs::is_regular_file(folder / table.file)) continue;
        auto text = readText((folder / table.file).string());
        if (!text) return text.error();
        any = replaceTable(terms.content, table.file, std::move(*text));
    }
    if (any) return terms;
    return Error{Error::Kind::NotFound, folder.string(),
                 "neither rules nor tables are in this folder",
                 "name a rules folder, a folder with products.tsv, or built-in"};
}

} // namespace

bool replaceTable(rules::Content& content, std::string_view name, std::string text)
{
    for (auto const& table : kPlaces) {
        if (table.file != name) continue;
        auto owner = std::make_shared<std::string const>(std::move(text));
        content.tables.*table.place = *owner;
        if (table.place == &rules::Tables::products)
            content.productsOwner = std::move(owner);
        else
            content.owners.push_back(std::move(owner));
        return true;
    }
    return false;
}

Result<TermsContent> termsContent(std::string const& named, Problems& problems)
{
    if (named.empty() || named == "built-in") return TermsContent{embedded(), false};
    if (!fs::exists(fs::path{named} / "ruleset.yaml") && fs::is_directory(named))
        return fromTables(named);
    auto content = rules::loadFolder(named, audit::sha256, problems);
    if (!content) return content.error();
    return TermsContent{std::move(*content), true};
}

} // namespace tcds::cli
