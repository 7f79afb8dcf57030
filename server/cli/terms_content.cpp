#include "server/cli/terms_content.hpp"

#include "rules/load/overlay.hpp"
#include "server/audit/digest.hpp"
#include "server/cli/console.hpp"
#include "server/cli/rule_source.hpp"

#include <array>
#include <filesystem>
#include <memory>

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

/// The tables of a folder over those of the embedded pack.
Result<TermsContent> fromTables(fs::path const& folder)
{
    TermsContent terms{embeddedContent(), false};
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
    if (named.empty() || named == "built-in") return TermsContent{embeddedContent(), false};
    bool const hospital = rules::isHospitalFolder(named);
    if (!hospital && fs::is_directory(named) && !fs::exists(fs::path{named} / "ruleset.yaml"))
        return fromTables(named);
    auto content = contentIn(named, problems);
    if (!content) return content.error();
    return TermsContent{rules::applyOverlay(std::move(*content), audit::sha256, problems),
                        !hospital};
}

} // namespace tcds::cli
