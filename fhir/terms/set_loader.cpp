#include "fhir/terms/set_loader.hpp"

#include "fhir/terms/authored.hpp"
#include "fhir/terms/code_systems.hpp"
#include "fhir/terms/routes.hpp"

#include <algorithm>
#include <array>

namespace tcds::terms {
namespace {

constexpr std::array kKinds{SetKind::DrugClass, SetKind::Condition, SetKind::Finding,
                            SetKind::Complaint, SetKind::Order,     SetKind::Visit,
                            SetKind::Cues};

constexpr std::array<std::pair<std::string_view, PhraseRole>, 6> kCueKeys{{
    {"negation", PhraseRole::Negation},
    {"negation_after", PhraseRole::NegationAfter},
    {"experiencer", PhraseRole::Experiencer},
    {"past", PhraseRole::Past},
    {"hypothetical", PhraseRole::Hypothetical},
    {"pseudo", PhraseRole::Pseudo},
}};

bool isSetName(std::string_view name)
{
    auto const upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    return !name.empty() && upper(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return upper(c) || c == '_' || (c >= '0' && c <= '9'); });
}

/// "valuesets/LOOP.yaml" -> "LOOP"
std::string_view stemOf(std::string_view file)
{
    if (auto const slash = file.rfind('/'); slash != std::string_view::npos)
        file.remove_prefix(slash + 1);
    return file.substr(0, file.rfind('.'));
}

class SetReader
{
public:
    SetReader(Tree const& tree, Problems& problems)
        : tree_{tree}, problems_{problems}, fields_{tree.root(),
                                                    "value set",
                                                    {"id", "title", "kind", "status", "source",
                                                     "date", "members", "includes", "phrases",
                                                     "unless", "window", "route", "look_back",
                                                     "shared_with",
                                                     "negation", "negation_after", "experiencer",
                                                     "past", "hypothetical", "pseudo"},
                                                    problems}
    {
    }

    std::optional<AuthoredSet> run()
    {
        if (!fields_.isMap() || !readHead()) return std::nullopt;
        for (auto const& node : fields_.list("members")) readMember(node);
        for (auto const& node : fields_.list("includes")) readInclude(node);
        readPhrases();
        readCues();
        return std::move(result_);
    }

private:
    bool readHead()
    {
        auto& set = result_.set;
        set.name = fields_.required("id");
        result_.where = tree_.root().where();
        if (set.name.empty()) return false;
        auto const idWhere = fields_.find("id")->where();
        if (!isSetName(set.name))
            problems_.error("L01", idWhere, quoted(set.name) + " is no name of a value set",
                            "use capitals, digits and _, beginning with a letter");
        if (auto const stem = stemOf(tree_.file()); stem != set.name)
            problems_.error("L02", idWhere,
                            "the file is called " + quoted(stem) + ", its id is " +
                                quoted(set.name),
                            "give file and id the same name");
        set.title = fields_.required("title");
        set.source = fields_.text("source");
        set.date = fields_.text("date");
        readKind();
        readStatus();
        set.window = fields_.duration("window");
        set.lookBack = fields_.duration("look_back");
        result_.routesGiven = fields_.find("route").has_value();
        set.routes =
            result_.routesGiven ? readRoutes(*fields_.find("route")) : RouteMask::systemic();
        return true;
    }

    void readKind()
    {
        auto const kind = fields_.required("kind");
        if (kind.empty()) return;
        auto const found = std::find_if(kKinds.begin(), kKinds.end(),
                                        [&](SetKind known) { return toText(known) == kind; });
        if (found != kKinds.end()) {
            result_.set.kind = *found;
            return;
        }
        std::vector<std::string_view> known;
        for (auto const each : kKinds) known.push_back(toText(each));
        problems_.error(
            "L01", fields_.find("kind")->where(), quoted(kind) + " is no kind of value set",
            didYouMean(kind, known,
                       "use drug-class, condition, finding, complaint, order, visit or cues"));
    }

    void readStatus()
    {
        auto const status = fields_.text("status");
        result_.set.draft = status == "draft";
        if (!status.empty() && status != "active" && status != "draft")
            problems_.error("L01", fields_.find("status")->where(),
                            quoted(status) + " is no status", "write active or draft");
    }

    RouteMask readRoutes(Node const& node)
    {
        RouteMask mask;
        for (auto const& item : node.items()) {
            if (item.text() == "systemic") {
                mask.addAll(RouteMask::systemic());
            } else if (item.text() == "any") {
                mask.addAll(RouteMask::any());
            } else if (auto const route = parseRoute(item.text())) {
                mask.add(*route);
            } else {
                std::vector<std::string_view> known{"systemic", "any"};
                for (auto const& each : kRouteNames) known.push_back(each.text);
                problems_.error(
                    "L01", item.where(), quoted(item.text()) + " is no route",
                    didYouMean(item.text(), known, "use systemic, any or a list of routes"));
            }
        }
        return mask;
    }

    void readMember(Node const& node)
    {
        if (node.isMap() && node.find("ingredient")) {
            Fields const member{node, "member", {"ingredient", "rxnorm", "source"}, problems_};
            result_.ingredients.push_back({member.required("ingredient"), member.text("rxnorm"),
                                           member.text("source"), node.where()});
            if (result_.set.kind != SetKind::DrugClass)
                problems_.error("L01", node.where(), "only a drug-class holds ingredients",
                                "write system and code, or make the set a drug-class");
            return;
        }
        Fields const member{
            node, "member", {"system", "code", "display", "source", "with_text"}, problems_};
        if (!member.isMap()) return;
        CodeMember code{std::string{canonicalSystem(member.required("system"))},
                        std::string{member.required("code")},
                        std::string{member.text("display")},
                        std::string{member.text("source")},
                        {}};
        for (auto const& word : member.list("with_text")) {
            if (readPhrase(word)) code.withText.emplace_back(word.text());
        }
        if (code.code.ends_with('*') && !allowsPrefix(code.system))
            problems_.error("L01", node.where(), "only ICD and ATC codes can be prefixes",
                            "list the codes one by one");
        if (!code.system.empty() && !code.code.empty())
            result_.set.codes.push_back(std::move(code));
    }

    void readInclude(Node const& node)
    {
        if (node.isText()) {
            result_.includes.push_back({node.text(), std::nullopt, std::nullopt, node.where()});
            return;
        }
        Fields const include{node, "included set", {"set", "route", "look_back"}, problems_};
        if (!include.isMap()) return;
        auto const name = include.required("set");
        auto const route = include.find("route");
        result_.includes.push_back({name, route ? std::optional{readRoutes(*route)} : std::nullopt,
                                    include.duration("look_back"), node.where()});
    }

    std::optional<Phrase> readPhrase(Node const& node)
    {
        auto phrase = node.isText() ? parsePhrase(node.text()) : std::nullopt;
        if (!phrase)
            problems_.error(
                "L01", node.where(), quoted(node.text()) + " is no phrase",
                "write words, parted by blanks; * ends a word, | parts alternatives of one word");
        return phrase;
    }

    void readPhrases()
    {
        for (auto const& node : fields_.list("phrases")) {
            if (node.isMap())
                readAllOf(node);
            else if (auto phrase = readPhrase(node))
                result_.phrases.stating.push_back(std::move(*phrase));
        }
        for (auto const& node : fields_.list("unless"))
            if (auto phrase = readPhrase(node))
                result_.phrases.unless.push_back(std::move(*phrase));
        result_.set.hasPhrases = !result_.phrases.stating.empty() || !result_.phrases.allOf.empty();
    }

    void readAllOf(Node const& node)
    {
        constexpr std::size_t kMaxGroups = 32;
        Fields const fields{node, "phrase", {"all_of"}, problems_};
        PhraseGroups groups;
        for (auto const& group : fields.list("all_of")) {
            std::vector<Phrase> phrases;
            for (auto const& item : group.items())
                if (auto phrase = readPhrase(item)) phrases.push_back(std::move(*phrase));
            if (!phrases.empty()) groups.push_back(std::move(phrases));
        }
        if (groups.size() < 2 || groups.size() > kMaxGroups)
            problems_.error("L01", node.where(), "all_of needs two groups of phrases or more",
                            "write all_of: [[weak*], [arm, leg]]");
        else
            result_.phrases.allOf.push_back(std::move(groups));
    }

    void readCues()
    {
        for (auto const& [key, role] : kCueKeys) {
            auto const node = fields_.find(key);
            if (!node) continue;
            if (result_.set.kind != SetKind::Cues)
                problems_.error("L01", node->where(),
                                quoted(key) + " belongs to a set of kind cues",
                                "move it to the cue set, or use phrases and unless");
            for (auto const& item : node->items())
                if (auto phrase = readPhrase(item))
                    result_.cues.emplace_back(role, std::move(*phrase));
        }
    }

    Tree const& tree_;
    Problems& problems_;
    Fields fields_;
    AuthoredSet result_;
};

} // namespace

std::optional<AuthoredSet> readValueSet(Tree const& tree, Problems& problems)
{
    return SetReader{tree, problems}.run();
}

void refuseEmpty(AuthoredSet const& authored, Problems& problems)
{
    bool const empty = authored.set.codes.empty() && authored.ingredients.empty() &&
                       authored.includes.empty() && !authored.set.hasPhrases &&
                       authored.cues.empty();
    if (empty)
        problems.error("L04", authored.where,
                       "value set " + quoted(authored.set.name) + " is empty",
                       "add members, includes or phrases, or remove the file");
}

} // namespace tcds::terms
