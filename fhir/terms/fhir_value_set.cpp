#include "fhir/terms/fhir_value_set.hpp"

#include "fhir/terms/authored.hpp"
#include "fhir/terms/code_systems.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

namespace tcds::terms {
namespace {

constexpr std::string_view kTooCostly =
    "http://hl7.org/fhir/StructureDefinition/valueset-toocostly";
constexpr unsigned kDeepest = 32; // of nested `contains`; the reader of files has this limit too

std::string_view textOf(Node const& node, std::string_view key)
{
    auto const found = node.find(key);
    return found ? found->text() : std::string_view{};
}

std::vector<Node> itemsOf(Node const& node, std::string_view key)
{
    auto const found = node.find(key);
    return found ? found->items() : std::vector<Node>{};
}

class FhirReader
{
public:
    FhirReader(Tree const& tree, Problems& problems) : tree_{tree}, problems_{problems} {}

    std::optional<FhirSet> run()
    {
        auto const root = tree_.root();
        set_.where = root.where();
        if (!isUsable(root)) return std::nullopt;
        readHead(root);
        auto const expansion = root.find("expansion");
        bool const read = expansion ? readExpansion(*expansion) : readCompose(root);
        if (!read) return std::nullopt;
        if (!set_.codes.empty()) return std::move(set_);
        problems_.error("L04", set_.where, "the ValueSet lists no codes",
                        "save it with its expansion, as $expand returns it");
        return std::nullopt;
    }

private:
    bool fail(Node const& at, std::string what, std::string fix)
    {
        problems_.error("L01", at.where(), std::move(what), std::move(fix));
        return false;
    }

    bool isUsable(Node const& root)
    {
        if (auto const type = textOf(root, "resourceType"); type != "ValueSet")
            return fail(root, "a FHIR " + std::string{type} + " is no value set",
                        "put a ValueSet resource here (FHIR R4, JSON)");
        if (auto const rules = root.find("implicitRules"))
            return fail(*rules, "implicitRules change what the resource means",
                        "export the ValueSet without them");
        return hasNoModifier(root);
    }

    /// A modifierExtension turns the meaning of what holds it: what is not known must not be passed
    /// over (hl7.org/fhir/R4/extensibility.html#modifierExtension).
    bool hasNoModifier(Node const& node)
    {
        auto const modifier = node.find("modifierExtension");
        return !modifier || fail(*modifier, "a modifierExtension changes what the codes mean",
                                 "export the ValueSet without it");
    }

    void readHead(Node const& root)
    {
        auto stem = tree_.file();
        if (auto const slash = stem.rfind('/'); slash != std::string::npos)
            stem.erase(0, slash + 1);
        stem.erase(std::min(stem.rfind('.'), stem.size()));
        for (auto const& [ending, mode] :
             {std::pair{std::string_view{".replace"}, FhirSetMode::Replace},
              std::pair{std::string_view{".extend"}, FhirSetMode::Extend}})
            if (stem.ends_with(ending)) {
                stem.erase(stem.size() - ending.size());
                set_.mode = mode;
                break;
            }
        auto const url = textOf(root, "url");
        set_.names = {stem, std::string{textOf(root, "name")},
                      std::string{url.substr(url.rfind('/') + 1)}};
        set_.source = "FHIR ValueSet " + std::string{url.empty() ? std::string_view{stem} : url};
        if (auto const version = textOf(root, "version"); !version.empty())
            set_.source += '|' + std::string{version};
        set_.date = textOf(root, "date").substr(0, std::string_view{"2026-01-31"}.size());
        if (auto const status = root.find("status"); status && status->text() == "retired")
            problems_.warning("L34", status->where(), "the ValueSet is retired",
                              "ask its publisher what took its place");
    }

    void add(Node const& node, std::string_view system, std::string_view code)
    {
        if (system.empty() || code.empty()) {
            (void)fail(node, "an entry has no system or no code", "export the ValueSet again");
            return;
        }
        if (code.find('*') != std::string_view::npos) {
            (void)fail(node, quoted(code) + " is no code",
                       "list codes; a FHIR ValueSet has no prefixes");
            return;
        }
        set_.codes.push_back({std::string{canonicalSystem(system)},
                              std::string{code},
                              std::string{textOf(node, "display")},
                              set_.source,
                              {}});
    }

    bool readExpansion(Node const& expansion)
    {
        if (!hasNoModifier(expansion)) return false;
        for (auto const& extension : itemsOf(expansion, "extension"))
            if (textOf(extension, "url") == kTooCostly)
                return fail(extension, "the expansion was cut short by the server (too costly)",
                            "ask the server for the whole expansion, page by page");
        if (auto const offset = expansion.find("offset"); offset && offset->text() != "0")
            return fail(*offset, "the expansion is a page of a longer one",
                        "save the whole expansion, from offset 0");
        entries_ = 0;
        if (!readContained(expansion, 0)) return false;
        auto const total = expansion.find("total");
        if (!total || total->text().empty()) return true;
        std::size_t stated = 0;
        auto const text = total->text();
        auto const read = std::from_chars(text.data(), text.data() + text.size(), stated);
        if (read.ec == std::errc{} && stated <= entries_) return true;
        return fail(*total,
                    "the expansion states " + std::string{text} + " codes and holds " +
                        std::to_string(entries_),
                    "save the whole expansion");
    }

    bool readContained(Node const& node, unsigned depth)
    {
        if (depth == kDeepest) return fail(node, "the entries are nested too deep", "flatten them");
        for (auto const& entry : itemsOf(node, "contains")) {
            if (!hasNoModifier(entry)) return false;
            ++entries_;
            if (textOf(entry, "abstract") != "true") // a heading cannot be recorded
                add(entry, textOf(entry, "system"), textOf(entry, "code"));
            if (!readContained(entry, depth + 1)) return false;
        }
        return true;
    }

    bool readCompose(Node const& root)
    {
        auto const compose = root.find("compose");
        if (!compose)
            return fail(root, "the ValueSet has neither expansion nor compose",
                        "save it with its expansion, as $expand returns it");
        if (!hasNoModifier(*compose)) return false;
        for (auto const& include : itemsOf(*compose, "include"))
            if (!readList(include, "include")) return false;
        auto included = std::move(set_.codes);
        set_.codes.clear();
        for (auto const& exclude : itemsOf(*compose, "exclude"))
            if (!readList(exclude, "exclude")) return false;
        std::set<std::pair<std::string, std::string>> out;
        for (auto const& code : set_.codes) out.emplace(code.system, code.code);
        set_.codes.clear();
        for (auto& code : included)
            if (!out.contains({code.system, code.code})) set_.codes.push_back(std::move(code));
        return true;
    }

    bool readList(Node const& list, std::string const& what)
    {
        if (!hasNoModifier(list)) return false;
        constexpr std::string_view kExpand =
            "save the ValueSet with its expansion, as $expand returns it";
        if (auto const filter = list.find("filter"))
            return fail(*filter,
                        "the codes of this " + what + " are defined by a filter, not listed",
                        std::string{kExpand});
        if (auto const other = list.find("valueSet"))
            return fail(*other, "this " + what + " names another value set", std::string{kExpand});
        auto const concepts = list.find("concept");
        if (!concepts)
            return fail(list, "this " + what + " names a whole code system", std::string{kExpand});
        for (auto const& entry : concepts->items())
            add(entry, textOf(list, "system"), textOf(entry, "code"));
        return true;
    }

    Tree const& tree_;
    Problems& problems_;
    FhirSet set_;
    std::size_t entries_ = 0;
};

/// Codes of one kind that deserve a word, named once for all.
struct Noted {
    std::size_t count = 0;
    std::string first;
    void add(CodeMember const& code)
    {
        constexpr std::size_t kNamed = 5;
        if (++count > kNamed) return;
        first += first.empty() ? "" : ", ";
        first += std::string{systemTitle(code.system)} + ' ' + code.code;
    }
    [[nodiscard]] std::string text() const
    {
        return std::to_string(count) + (count == 1 ? " code (" : " codes (") + first +
               (count > 5 ? ", ...)" : ")");
    }
};

bool isRead(SetKind kind, std::string_view system)
{
    constexpr std::array kMedicines{kRxNorm, kAtc, kSnomed};
    constexpr std::array kOthers{kIcd10Cm, kIcd10, kSnomed, kLoinc};
    if (kind == SetKind::DrugClass)
        return std::find(kMedicines.begin(), kMedicines.end(), system) != kMedicines.end();
    return isIcd(system) || kind == SetKind::Order || kind == SetKind::Visit ||
           std::find(kOthers.begin(), kOthers.end(), system) != kOthers.end();
}

/// The ingredient of ours that a code of a drug class names.
std::optional<std::string> ingredientOf(CodeMember const& code, DrugTables const& drugs)
{
    auto const id = code.system == kRxNorm   ? drugs.byRxcui(code.code)
                    : code.system == kSnomed ? drugs.bySnomed(code.code)
                                             : IngredientId{};
    if (!id.known()) return std::nullopt;
    return drugs.ingredients()[id.index()].name;
}

void addCodes(FhirSet const& resource, AuthoredSet& set, DrugTables const& drugs,
              Problems& problems)
{
    Noted unread, unknown;
    std::set<std::string, std::less<>> taken;
    for (auto const& each : set.ingredients) taken.emplace(each.name);
    for (auto const& code : resource.codes) {
        bool const drugClass = set.set.kind == SetKind::DrugClass;
        if (auto name = drugClass ? ingredientOf(code, drugs) : std::nullopt) {
            if (!taken.insert(*name).second) continue;
            auto const& kept = set.texts.emplace_back(std::move(*name));
            auto const& source = set.texts.emplace_back(code.source);
            set.ingredients.push_back({kept, {}, source, resource.where});
            continue;
        }
        if (!isRead(set.set.kind, code.system)) unread.add(code);
        if (drugClass && code.system == kRxNorm && !drugs.product(code.code)) unknown.add(code);
        set.set.codes.push_back(code);
    }
    if (unread.count > 0)
        problems.warning("L34", resource.where,
                         unread.text() + " of code systems that nothing looks at in a " +
                             std::string{toText(set.set.kind)},
                         "map them, or take them out");
    if (unknown.count > 0)
        problems.warning("L34", resource.where,
                         unknown.text() +
                             " in no table: each counts where a record has this very number",
                         "import a newer RxNorm release: twitch-cds terms import-rxnorm");
}

} // namespace

bool isFhirResource(Tree const& tree) { return tree.root().find("resourceType").has_value(); }

std::optional<FhirSet> readFhirSet(Tree const& tree, Problems& problems)
{
    return FhirReader{tree, problems}.run();
}

void settleNumbers(AuthoredSet& set, DrugTables const& drugs, Problems& problems)
{
    if (set.set.kind != SetKind::DrugClass || set.set.codes.empty()) return;
    FhirSet own;
    own.where = set.where;
    own.codes.swap(set.set.codes);
    addCodes(own, set, drugs, problems);
}

void layOver(FhirSet const& resource, std::vector<AuthoredSet>& sets, DrugTables const& drugs,
             Problems& problems)
{
    auto found = sets.end();
    for (auto const& name : resource.names)
        if (found == sets.end())
            found = std::find_if(sets.begin(), sets.end(),
                                 [&](AuthoredSet const& each) { return each.set.name == name; });
    if (found == sets.end()) {
        std::vector<std::string_view> known;
        for (auto const& each : sets) known.emplace_back(each.set.name);
        auto const& stem = resource.names.front();
        problems.error(
            "L03", resource.where, "value set " + quoted(stem) + " does not exist",
            didYouMean(stem, known,
                       "write valuesets/" + stem +
                           ".yaml with id, title and kind beside it; members can be absent"));
        return;
    }
    if (resource.mode == FhirSetMode::Replace) {
        found->set.codes.clear();
        found->ingredients.clear();
        found->includes.clear();
    }
    if (!resource.date.empty()) found->set.date = resource.date;
    addCodes(resource, *found, drugs, problems);
}

} // namespace tcds::terms
