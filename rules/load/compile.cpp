#include "rules/load/compile.hpp"

#include "rules/load/hook_needs.hpp"
#include "rules/load/index_keys.hpp"
#include "rules/load/read_rule_set.hpp"
#include "rules/load/references.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

/// The terminology together with the product table that it looks into.
struct TermsWithProducts {
    std::shared_ptr<void const> products;
    std::shared_ptr<terms::Terminology const> terms;
};

std::shared_ptr<terms::Terminology const> loadTerms(Content const& content, Problems& problems)
{
    terms::TerminologySources sources;
    for (auto const& tree : content.valueSets) sources.valueSets.push_back(&tree);
    if (content.analytes) sources.analytes = &*content.analytes;
    sources.ingredients = content.tables.ingredients;
    sources.names = content.tables.names;
    sources.products = content.tables.products;
    sources.units = content.tables.units;
    sources.routes = content.tables.routes;
    sources.doseForms = content.tables.doseForms;
    auto terms = terms::Terminology::load(sources, problems);
    if (!terms) return nullptr;
    auto both = std::make_shared<TermsWithProducts>(
        TermsWithProducts{content.productsOwner, std::move(terms)});
    auto const* const inside = both->terms.get();
    return {std::move(both), inside};
}

struct RuleFile {
    std::string_view id;
    Tree const* tree;
    std::size_t pack;
};

bool isInForce(Tree const& tree)
{
    auto const status = tree.root().find("status");
    return !status || (status->text() != "draft" && status->text() != "retired");
}

class Compiler
{
public:
    Compiler(Content const& content, Problems& problems, CompileOptions const& options)
        : content_{content}, problems_{problems}, options_{options}
    {
    }

    std::shared_ptr<RuleSet const> run()
    {
        set_->digest = content_.digest;
        set_->day = options_.day;
        set_->signer = content_.signer;
        set_->terms = loadTerms(content_, problems_);
        if (!set_->terms) return nullptr;
        for (auto const& analyte : set_->terms->analytes())
            set_->labSubjects.push_back("lab:" + analyte.key);

        auto const defaults = readRuleSet(content_, *set_, problems_);
        checkPopulations(content_, *set_, problems_);
        choosePacks();
        chooseLocalPack();
        if (content_.overlay)
            problems_.error(
                "L01", content_.overlay->file(),
                "the overlay was not applied: the program is built with the shipped rules alone",
                "keep pack.yaml, overlay.yaml, rules/, valuesets/ and tests/ in a folder of its "
                "own, and roll "
                "it out as a bundle: twitch-cds rules build FOLDER");
        listRules();
        Dictionary const words{*set_, ruleIds(), drafts_};
        readConditions(content_, *set_, words, content_.positions, problems_);
        findPopulations();
        findWellKnown();
        readRules(words, defaults);
        orderRules(*set_, problems_);
        if (problems_.hasErrors()) return nullptr;
        indexRules(*set_);
        collectNeeds(*set_);
        return set_;
    }

private:
    void chooseLocalPack()
    {
        auto const at = std::ranges::find(content_.packs, kLocalPack, &Content::Pack::folder);
        if (at != content_.packs.end() && std::ranges::find(packs_, &*at) == packs_.end())
            packs_.push_back(&*at);
    }

    /// The packs that the rule set names, in its order, and a hospital's own behind them.
    void choosePacks()
    {
        auto const list = content_.ruleSet ? content_.ruleSet->root().find("packs") : std::nullopt;
        if (!list) return;
        for (auto const item : list->items()) {
            auto const at = std::ranges::find(content_.packs, item.text(), &Content::Pack::folder);
            if (at != content_.packs.end())
                packs_.push_back(&*at);
            else
                problems_.error("L03", item.where(),
                                "pack \"" + std::string{item.text()} + "\" does not exist",
                                "add packs/" + std::string{item.text()} + "/pack.yaml");
        }
    }

    /// Rules in the order of their ids; those not in force are left out unless asked for.
    void listRules()
    {
        for (std::size_t pack = 0; pack < packs_.size(); ++pack)
            for (auto const& tree : packs_[pack]->rules) {
                auto const id = tree.root().find("id");
                auto const name = id ? id->text() : std::string_view{};
                if (packs_[pack]->folder == kLocalPack && !name.empty() &&
                    !name.starts_with(kLocalRule))
                    problems_.error("L02", id->where(),
                                    "the id \"" + std::string{name} +
                                        "\" of a hospital's rule does not begin with LOCAL-",
                                    "call it LOCAL-" + std::string{name} +
                                        ", or change a rule of the core pack in overlay.yaml");
                if (options_.allowDraftRules || isInForce(tree))
                    files_.push_back({name, &tree, pack});
                else
                    drafts_.emplace_back(name);
            }
        std::ranges::stable_sort(files_, {}, &RuleFile::id);
        for (std::size_t i = 1; i < files_.size(); ++i)
            if (!files_[i].id.empty() && files_[i].id == files_[i - 1].id)
                problems_.error("L02", files_[i].tree->root().find("id")->where(),
                                "rule \"" + std::string{files_[i].id} + "\" stands in " +
                                    files_[i - 1].tree->file() + " as well",
                                "give one of them another id");
    }

    [[nodiscard]] std::vector<std::string> ruleIds() const
    {
        std::vector<std::string> ids;
        for (auto const& file : files_) ids.emplace_back(file.id);
        return ids;
    }

    void findWellKnown()
    {
        auto& known = set_->known;
        auto const& terms = *set_->terms;
        known.pregnancy = terms.setNamed("PREGNANCY");
        known.postpartum = terms.setNamed("POSTPARTUM");
        known.dialysisStatus = terms.setNamed("DIALYSIS_STATUS");
        known.dialysisProcedure = terms.setNamed("DIALYSIS_PROCEDURE");
        known.ckd3 = terms.setNamed("CKD_STAGE_3");
        known.ckd4 = terms.setNamed("CKD_STAGE_4");
        known.ckd5 = terms.setNamed("CKD_STAGE_5");
        known.calcium = terms.analyteNamed("CA");
        known.adjustedCalcium = terms.analyteNamed("CA_ADJ");
        known.ionisedCalcium = terms.analyteNamed("ICA");
        known.albumin = terms.analyteNamed("ALB");
        known.egfr = terms.analyteNamed("EGFR");
        known.magnesium = terms.analyteNamed("MG");
        known.potassium = terms.analyteNamed("K");
        known.dialysis = conditionNamed("DIALYSIS");
        known.pregnant = conditionNamed("pregnancy");
    }

    [[nodiscard]] NamedIndex conditionNamed(std::string_view name) const
    {
        auto const at = std::ranges::find(set_->conditions, name, &NamedCondition::name);
        if (at == set_->conditions.end()) return {};
        return NamedIndex{static_cast<std::uint16_t>(at - set_->conditions.begin())};
    }

    /// The names were checked by checkPopulations().
    void findPopulations()
    {
        for (auto const& analyte : set_->terms->analytes()) {
            auto& populations = set_->populations.emplace_back();
            for (auto const& row : analyte.limits)
                populations.limits.push_back(conditionNamed(row.population));
            for (auto const& row : analyte.guards)
                populations.guards.push_back(conditionNamed(row.population));
        }
    }

    void readRules(Dictionary const& words, RuleDefaults const& defaults)
    {
        std::vector<PackDefaults> packs;
        for (auto const* pack : packs_) {
            packs.push_back(readPack(*pack, words, problems_));
            set_->packs.push_back(packs.back().info);
        }
        set_->rules.reserve(files_.size());
        for (auto const& file : files_) {
            auto rule = readRule(*file.tree, packs[file.pack], defaults, words, problems_);
            rule.index = RuleIndex{static_cast<std::uint16_t>(set_->rules.size())};
            if (rule.status == RuleStatus::Active && !isEffective(rule.meta)) {
                rule.status = RuleStatus::Shadow;
                rule.outsidePeriod = true;
            }
            set_->rules.push_back(std::move(rule));
        }
    }

    [[nodiscard]] bool isEffective(Meta const& meta) const
    {
        if (options_.day.empty()) return true;
        return meta.effectiveFrom <= options_.day &&
               (meta.effectiveTo.empty() || options_.day <= meta.effectiveTo);
    }

    Content const& content_;
    Problems& problems_;
    CompileOptions const& options_;
    std::shared_ptr<RuleSet> set_ = std::make_shared<RuleSet>();
    std::vector<Content::Pack const*> packs_;
    std::vector<RuleFile> files_; // by id: the place is the rule's index
    std::vector<std::string> drafts_;
};

} // namespace

std::shared_ptr<RuleSet const> compile(Content const& content, Problems& problems,
                                       CompileOptions const& options)
{
    return Compiler{content, problems, options}.run();
}

} // namespace tcds::rules
