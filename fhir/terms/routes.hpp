#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/facts/facts.hpp"
#include "fhir/terms/words.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tcds::terms {

struct RouteName {
    std::string_view text;
    Route route;
};

/// The words for routes in authored files.
inline constexpr std::array kRouteNames{
    RouteName{"oral", Route::Oral},
    RouteName{"injected", Route::Injected},
    RouteName{"inhaled", Route::Inhaled},
    RouteName{"nebulised", Route::Nebulised},
    RouteName{"nasal", Route::Nasal},
    RouteName{"topical", Route::Topical},
    RouteName{"ophthalmic", Route::Ophthalmic},
    RouteName{"otic", Route::Otic},
    RouteName{"rectal", Route::Rectal},
    RouteName{"vaginal", Route::Vaginal},
    RouteName{"intra-articular", Route::IntraArticular},
    RouteName{"transdermal", Route::Transdermal},
    RouteName{"intrathecal", Route::Intrathecal},
    RouteName{"intravenous", Route::Intravenous},
};
std::optional<Route> parseRoute(std::string_view text);
std::string_view routeText(Route route); // "" for Unknown

/// Words and codes that name a route: one table for administration routes, one for dose forms.
class RouteTable
{
public:
    /// @param wordColumn  the column that holds the words
    /// @param withCodes   the table has a column `system`; rows with a system hold a code (or an
    /// ATC
    ///                    prefix that ends in `*`) instead of words
    void load(std::string_view text, std::string_view file, std::string_view wordColumn,
              bool withCodes, Problems& problems);

    /// By code first, then the displays of the codings, then `text`.
    [[nodiscard]] Route find(std::span<Coding const> codes, std::string_view text) const;
    /// The longest words that stand in the text win; of equal length the most local route
    /// ("rectal cream" is rectal).
    [[nodiscard]] Route findWords(Words const& words) const;
    /// Of a code or of its longest listed prefix.
    [[nodiscard]] Route findCode(std::string_view system, std::string_view code) const;
    /// Is this single word one of the table's?
    [[nodiscard]] bool hasWord(std::string_view word) const;

private:
    TextMap<Route> words_;       // folded
    TextMap<std::size_t> first_; // first word -> most words of an entry that begins with it
    TextMap<Route> codes_;       // "system|code", prefixes with `*`
};

} // namespace tcds::terms
