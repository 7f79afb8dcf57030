#include "rules/exchange/export.hpp"

#include "rules/exchange/fhir_libraries.hpp"
#include "rules/exchange/fhir_rules.hpp"
#include "rules/exchange/fhir_value_sets.hpp"
#include "rules/exchange/libraries.hpp"

#include <algorithm>

namespace tcds::rules::exchange {

namespace {

/// TYPE/ID of a file that is named TYPE-ID.json.
std::string addressOf(std::string const& path)
{
    auto address = path.substr(0, path.size() - std::string_view{".json"}.size());
    address[address.find('-')] = '/';
    return address;
}

/// A transaction that lays every resource under its own id.
ExportedFile bundleOf(std::vector<ExportedFile> const& resources)
{
    std::string text = "{\n  \"resourceType\": \"Bundle\",\n  \"type\": \"transaction\",\n"
                       "  \"entry\": [";
    for (std::size_t i = 0; i < resources.size(); ++i) {
        auto const& file = resources[i];
        text += i > 0 ? ",\n" : "\n";
        text += "{\"request\": {\"method\": \"PUT\", \"url\": \"" + addressOf(file.path) +
                "\"}, \"resource\": " + file.text.substr(0, file.text.size() - 1) + "}";
    }
    return {"bundle.json", text + "\n  ]\n}\n"};
}

} // namespace

std::vector<ExportedFile> exportFiles(RuleSet const& rules, ExportOptions const& options)
{
    auto const cql = cqlOf(rules, options.base);
    auto files = valueSetFiles(rules, options.base);
    auto const add = [&files](std::vector<ExportedFile> more) {
        std::ranges::move(more, std::back_inserter(files));
    };
    add(ruleFiles(rules, options.base));
    add(activityFiles(rules, options.base));
    files.push_back(logicLibrary(rules, options.base, kFactsLibrary, cql.facts, {}));
    files.push_back(logicLibrary(rules, options.base, kRulesLibrary, cql.rules, cql.valueSets));
    std::ranges::sort(files, {}, &ExportedFile::path);
    files.push_back(manifestLibrary(rules, options.base, files));
    std::ranges::sort(files, {}, &ExportedFile::path);

    files.push_back(bundleOf(files));
    files.push_back({"cql/" + std::string{kFactsLibrary} + ".cql", cql.facts});
    files.push_back({"cql/" + std::string{kRulesLibrary} + ".cql", cql.rules});
    std::ranges::sort(files, {}, &ExportedFile::path);
    return files;
}

} // namespace tcds::rules::exchange
