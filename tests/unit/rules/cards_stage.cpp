#include "cards_stage.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace tcds::rules::test {

namespace {

constexpr char const* kAnalytes = R"yaml(
K:
  title: Potassium
  unit: mmol/L
  codes: [{code: 2823-3, display: Potassium, source: test}]
  units: {meq/L: 1}
  limits: [{low: 3.5 mmol/L, high: 5.0 mmol/L}]
  plausible: [0.8 mmol/L, 20 mmol/L]
  window: {default: 30 d}
MG:
  title: Magnesium
  unit: mmol/L
  codes: [{code: 19123-9, display: Magnesium, source: test}]
  units: {mg/dL: 0.4114}
  limits: [{low: 0.70 mmol/L | 1.7 mg/dL, high: 1.05 mmol/L}]
  plausible: [0.05 mmol/L, 15 mmol/L]
  window: {default: 30 d}
CA_ADJ:
  title: Calcium, albumin-adjusted
  unit: mmol/L
  codes: [{code: 29265-6, display: Adjusted calcium, source: test}]
  units: {mg/dL: 0.2495}
  limits: [{low: 2.12 mmol/L, high: 2.60 mmol/L}]
  plausible: [0.4 mmol/L, 7 mmol/L]
  window: {default: 30 d}
TSH:
  title: TSH
  unit: m[IU]/L
  codes: [{code: 3016-3, display: TSH, source: test}]
  limits: [{low: "0.40 m[IU]/L", high: "4.00 m[IU]/L"}]
  plausible: ["0 m[IU]/L", "1000 m[IU]/L"]
  window: {default: 90 d}
)yaml";

struct File {
    char const* name;
    char const* text;
};

constexpr std::array kSets{File{"TWITCH", R"yaml(
id: TWITCH
title: Twitching
kind: complaint
status: active
source: test
date: 2026-01-01
members: [{system: "http://hl7.org/fhir/sid/icd-10-cm", code: R25.3, display: Fasciculation, source: test}]
)yaml"},
                           File{"MND_SIGNS", R"yaml(
id: MND_SIGNS
title: "Weakness, wasting or bulbar signs"
kind: finding
status: active
source: test
date: 2026-01-01
includes: [MUSCLE_WEAKNESS]
members: [{system: "http://hl7.org/fhir/sid/icd-10-cm", code: "R13*", display: Aphagia and dysphagia, source: test}]
phrases: ["swallow*"]
)yaml"},
                           File{"MUSCLE_WEAKNESS", R"yaml(
id: MUSCLE_WEAKNESS
title: Muscle weakness
kind: finding
status: active
source: test
date: 2026-01-01
members: [{system: "http://hl7.org/fhir/sid/icd-10-cm", code: M62.81, display: Muscle weakness (generalized), source: test}]
phrases: ["weak*"]
)yaml"},
                           File{"TETANY_SIGN", R"yaml(
id: TETANY_SIGN
title: Sign of tetany
kind: finding
status: active
source: test
date: 2026-01-01
members: [{system: "http://snomed.info/sct", code: "124746006", display: Trousseau sign positive, source: test}]
)yaml"},
                           File{"NERVE_ROOT", R"yaml(
id: NERVE_ROOT
title: "Sciatica or radiculopathy"
kind: condition
status: active
source: test
date: 2026-01-01
members: [{system: "http://hl7.org/fhir/sid/icd-10-cm", code: "M54.3*", display: Sciatica, source: test}]
)yaml"},
                           File{"K_LOWERING", R"yaml(
id: K_LOWERING
title: Medicines that lower potassium
kind: drug-class
status: active
source: test
date: 2026-01-01
route: systemic
members:
  - {ingredient: furosemide, rxnorm: "4603", source: test}
  - {ingredient: hydrochlorothiazide, rxnorm: "5487", source: test}
  - {ingredient: prednisone, rxnorm: "8640", source: test}
)yaml"},
                           File{"PPI", R"yaml(
id: PPI
title: Proton pump inhibitors
kind: drug-class
status: active
source: test
date: 2026-01-01
route: systemic
members: [{ingredient: omeprazole, rxnorm: "7646", source: test}]
)yaml"}};

constexpr char const* kIngredients = "ingredient\trxnorm\tprecise_rxnorm\tatc\tsnomed\tmatch\n"
                                     "albuterol\t435\t\tR03AC02\t\tword\n"
                                     "furosemide\t4603\t\tC03CA01\t\tword\n"
                                     "hydrochlorothiazide\t5487\t\tC03AA03\t\tword\n"
                                     "omeprazole\t7646\t\tA02BC01\t\tword\n"
                                     "prednisone\t8640\t\tH02AB07\t\tword\n"
                                     "st_john's-wort*\t\t\t\t\tword\n";
constexpr char const* kNames = "name\tingredients\tmatch\nlasix\tfurosemide\tword\n";
constexpr char const* kProducts =
    "rxcui\ttype\tingredients\tothers\troute\tname\n"
    "313988\tSCD\tfurosemide\t0\toral\tFurosemide 40 MG Oral Tablet\n";
constexpr char const* kUnits = "unit\tucum\n"
                               "mmol/L\tmmol/L\nmEq/L\tmeq/L\nmg/dL\tmg/dL\nmU/L\tm[IU]/L\n";
constexpr char const* kRoutes = "system\tcode_or_word\troute\n\toral\toral\n";
constexpr char const* kForms = "word\troute\ntablet\toral\n";

std::shared_ptr<terms::Terminology const> stageTerms()
{
    static auto const loaded = [] {
        Problems problems;
        std::vector<Tree> trees;
        for (auto const& file : kSets)
            if (auto tree = Tree::fromYaml(file.text, std::string{file.name} + ".yaml", problems))
                trees.push_back(std::move(*tree));
        auto const analytes = Tree::fromYaml(kAnalytes, "analytes.yaml", problems);
        terms::TerminologySources sources;
        for (auto const& tree : trees) sources.valueSets.push_back(&tree);
        sources.analytes = &analytes.value();
        sources.ingredients = kIngredients;
        sources.names = kNames;
        sources.products = kProducts;
        sources.units = kUnits;
        sources.routes = kRoutes;
        sources.doseForms = kForms;
        auto made = terms::Terminology::load(sources, problems);
        if (problems.hasErrors()) throw std::runtime_error{toText(problems.asError())};
        return made;
    }();
    return loaded;
}

TimeSpan at(std::string_view text) { return parseDateTime(text).value(); }

Cluster cluster(std::string name, std::string title, std::vector<AnalyteId> analytes)
{
    Cluster made;
    made.name = std::move(name);
    made.title = std::move(title);
    made.analytes = std::move(analytes);
    return made;
}

constexpr std::array kFields{std::pair{"value", Field::Value},
                             std::pair{"date", Field::Date},
                             std::pair{"dated", Field::Dated},
                             std::pair{"limit", Field::Limit},
                             std::pair{"range", Field::Range},
                             std::pair{"note", Field::Note},
                             std::pair{"times_limit", Field::TimesLimit},
                             std::pair{"name", Field::Name},
                             std::pair{"from", Field::From},
                             std::pair{"display", Field::Display},
                             std::pair{"list", Field::List},
                             std::pair{"since", Field::Since},
                             std::pair{"changed", Field::Changed},
                             std::pair{"stopped", Field::Stopped},
                             std::pair{"given", Field::Given},
                             std::pair{"dose", Field::Dose},
                             std::pair{"route", Field::Route},
                             std::pair{"duration", Field::Duration},
                             std::pair{"analytes", Field::Analytes},
                             std::pair{"drugs", Field::Drugs},
                             std::pair{"onset", Field::Onset}};

} // namespace

Instant stageNow() { return at("2026-01-31T08:00:00Z").first(); }

Stage::Stage()
{
    set.terms = stageTerms();
    set.groupRank = {Group::RF, Group::ORD, Group::CMB, Group::EL,
                     Group::WD, Group::MED, Group::WU,  Group::CTX};
    set.tierRank = {Tier::Safety, Tier::Definite, Tier::Probable, Tier::Possible};
    set.clusters = {cluster("K", "Potassium", {analyte("K")}),
                    cluster("MG", "Magnesium", {analyte("MG")}),
                    cluster("CA", "Calcium", {analyte("CA_ADJ")}),
                    cluster("THYROID", "Thyroid", {analyte("TSH")}),
                    cluster("LI", "Lithium", {}),
                    cluster("drug", "Medicines that may contribute", {}),
                    cluster("RF", "Red flags", {}),
                    cluster("CTX", "Also consider", {})};
    set.clusters[5].first = 4;
    set.clusters[6].oneCardEach = true;
    Gate open;
    open.name = "open";
    open.kinds.add(setNamed("TWITCH"));
    set.gates = {open};
    set.known.adjustedCalcium = analyte("CA_ADJ");
    for (auto const& each : set.terms->analytes()) {
        set.labSubjects.push_back("lab:" + each.key);
        auto& populations = set.populations.emplace_back(); // every row is for everybody
        populations.limits.resize(each.limits.size());
        populations.guards.resize(each.guards.size());
    }
    set.suggestions.push_back({"S-MG",
                               "Order magnesium",
                               "http://loinc.org",
                               "19123-9",
                               "Magnesium",
                               {"2601-3"},
                               {analyte("MG")},
                               Duration{24, Duration::Unit::Hour}});
    set.suggestions.push_back({"S-BMP",
                               "Order basic metabolic panel",
                               "http://loinc.org",
                               "51990-0",
                               "Basic metabolic panel",
                               {},
                               {analyte("K")},
                               Duration{24, Duration::Unit::Hour}});
    set.overrideReasons = {{"addressed", "Already addressed"}, {"not-related", "Not related"}};

    context.asOf = stageNow();
    Complaint complaint;
    complaint.id = nextFact();
    complaint.kinds.add(setNamed("TWITCH"));
    complaint.onset = at("2026-01-24");
    context.complaints.push_back(complaint);
    source("medications", SourceStatus::Ok);
    source("labs", SourceStatus::Ok);
}

FactId Stage::nextFact() { return FactId{context.factCount++}; }

Rule& Stage::rule(std::string id, Group group, std::string_view clusterName)
{
    auto& made = set.rules.emplace_back();
    made.version = "1.0.0";
    made.title = "Title of " + id;
    made.group = group;
    auto const where = std::ranges::find(set.clusters, clusterName, &Cluster::name);
    made.cluster = static_cast<std::size_t>(where - set.clusters.begin());
    made.card.summary = text(made, "Summary of " + id);
    made.card.findings = text(made, "Finding of " + id + ".");
    made.card.options = text(made, "Option of " + id + ".");
    made.meta.mechanism = "Mechanism of " + id + ".";
    made.meta.evidence.push_back({"E" + id, "Citation of " + id, "", "judgement", "seen"});
    made.when.test = AllOf{};
    made.id = std::move(id);
    return made;
}

Slot Stage::name(Rule& rule, std::string_view wanted)
{
    auto const known = std::ranges::find(rule.names, wanted);
    auto const place = static_cast<std::uint16_t>(known - rule.names.begin());
    if (known == rule.names.end()) rule.names.emplace_back(wanted);
    return Slot{place};
}

Template Stage::text(Rule& rule, std::string_view authored)
{
    Template pieces;
    while (!authored.empty()) {
        auto const open = authored.find('{');
        TemplatePiece literal;
        literal.literal = authored.substr(0, open);
        if (!literal.literal.empty()) pieces.push_back(literal);
        if (open == std::string_view::npos) break;
        auto const close = authored.find('}', open);
        auto field = authored.substr(open + 1, close - open - 1);
        authored.remove_prefix(close + 1);
        TemplatePiece piece;
        if (auto const bar = field.find('|'); bar != std::string_view::npos) {
            piece.fallback = std::string{field.substr(bar + 1)};
            field = field.substr(0, bar);
        }
        auto const dot = field.find('.');
        piece.name = name(rule, field.substr(0, dot));
        auto const word = field.substr(dot + 1);
        piece.field = std::ranges::find_if(kFields, [&](auto const& each) {
                          return each.first == word;
                      })->second;
        pieces.push_back(piece);
    }
    return pieces;
}

MedicationUse& Stage::med(std::string_view ingredient, std::string_view start)
{
    auto& use = context.medications.emplace_back();
    use.id = nextFact();
    use.ingredients = {terms().ingredientNamed(ingredient)};
    use.state = UseState::Active;
    use.matchedBy = MatchedBy::RxNorm;
    use.route = Route::Oral;
    if (!start.empty()) use.start = at(start);
    use.source.input = InputId{0};
    return use;
}

LabResult& Stage::lab(std::string_view key, std::string_view value, std::string_view unit,
                      std::string_view taken)
{
    auto& result = context.labs.emplace_back();
    result.id = nextFact();
    result.analyte = analyte(key);
    result.value = Quantity{Decimal::parse(value).value(), std::string{unit}};
    result.ucum = terms().ucum({}, unit).value_or(terms().analyte(result.analyte).unit);
    result.canonical =
        terms::toCanonical(terms().analyte(result.analyte), result.value->value, result.ucum);
    result.taken = at(taken);
    result.source.input = InputId{1};
    result.source.resource = "r" + std::to_string(context.factCount);
    return result;
}

Finding& Stage::finding(std::string_view setName, std::string_view system, std::string_view code,
                        std::string_view when)
{
    auto& made = context.findings.emplace_back();
    made.id = nextFact();
    made.sets.add(setNamed(setName));
    if (!code.empty()) made.codes.push_back({std::string{system}, std::string{code}, "from chart"});
    if (!when.empty()) made.at = at(when);
    return made;
}

Problem& Stage::problem(std::string_view setName, std::string_view system, std::string_view code,
                        std::string_view recorded)
{
    auto& made = context.problems.emplace_back();
    made.id = nextFact();
    made.sets.add(setNamed(setName));
    if (!code.empty()) made.codes.push_back({std::string{system}, std::string{code}, "from chart"});
    if (!recorded.empty()) made.recorded = at(recorded);
    return made;
}

OrderFact& Stage::order(std::string_view loinc, std::string_view authored)
{
    auto& made = context.orders.emplace_back();
    made.id = nextFact();
    made.codes.push_back({"http://loinc.org", std::string{loinc}, ""});
    made.status = "active";
    if (!authored.empty()) made.authored = at(authored);
    return made;
}

void Stage::source(std::string_view key, SourceStatus status)
{
    auto const known = std::ranges::find(context.inputs, key, &InputStatus::key);
    if (known != context.inputs.end())
        known->status = status;
    else
        context.inputs.push_back({std::string{key}, "prefetch", status, 1});
}

void Stage::begin()
{
    std::ranges::sort(set.rules, {}, &Rule::id);
    for (std::size_t i = 0; i < set.rules.size(); ++i)
        set.rules[i].index = RuleIndex{static_cast<std::uint16_t>(i)};
    evaluation = std::make_unique<Evaluation>(context, set);
    evaluation->complaint = true;
}

RuleIndex Stage::index(std::string_view id) const { return set.find(id)->index; }

void Stage::refer(std::string_view id, std::initializer_list<std::string_view> others)
{
    AllOf all;
    for (auto const other : others) {
        Condition clause;
        clause.test = RuleTest{index(other), std::nullopt, false};
        all.of.push_back(clause);
    }
    set.rules[index(id).index()].when.test = all;
}

Judgement& Stage::fire(std::string_view id, Level level, Tier tier)
{
    auto& judgement = evaluation->judged.emplace_back(&evaluation->arena);
    judgement.rule = index(id);
    judgement.candidate = true;
    judgement.outcome = Outcome::Fired;
    judgement.level = level;
    judgement.tier = tier;
    judgement.offers = ~std::uint64_t{0};
    for (std::size_t i = 0; i < set.rule(judgement.rule).names.size(); ++i)
        judgement.bound.emplace_back(&evaluation->arena);
    evaluation->byRule[judgement.rule.index()] = &judgement;
    return judgement;
}

namespace {

Binding& named(Judgement& judgement, Stage& stage, std::string_view name)
{
    return judgement.bound[Stage::name(stage.set.rules[judgement.rule.index()], name).index()];
}

} // namespace

Binding& Stage::bindResult(Judgement& judgement, Stage& stage, std::string_view name,
                           std::string_view key)
{
    auto& binding = named(judgement, stage, name);
    binding.kind = Binding::Kind::Result;
    binding.result = stage.evaluation->chart.newest(stage.analyte(key));
    judgement.used.push_back(binding.result->facts[0]);
    std::ranges::sort(judgement.used);
    return binding;
}

Binding& Stage::bindMeds(Judgement& judgement, Stage& stage, std::string_view name,
                         std::initializer_list<std::string_view> ingredients)
{
    auto& binding = named(judgement, stage, name);
    binding.kind = Binding::Kind::Medications;
    for (auto const ingredient : ingredients)
        for (auto const& use : stage.context.medications) {
            auto const id = stage.terms().ingredientNamed(ingredient);
            if (std::ranges::find(use.ingredients, id) == use.ingredients.end()) continue;
            binding.meds.push_back({&use, id, stage.evaluation->chart.courseOf(use, id)});
            judgement.used.push_back(use.id);
        }
    std::ranges::sort(judgement.used);
    return binding;
}

Binding& Stage::bindFacts(Judgement& judgement, Stage& stage, std::string_view name,
                          std::initializer_list<FactId> facts)
{
    auto& binding = named(judgement, stage, name);
    binding.kind = Binding::Kind::Findings;
    binding.facts.assign(facts.begin(), facts.end());
    return binding;
}

std::vector<Card> Stage::cards(CardPolicy const& policy) const
{
    return compose(*evaluation, policy);
}

AnalyteId Stage::analyte(std::string_view key) const { return terms().analyteNamed(key); }

SetId Stage::setNamed(std::string_view wanted) const { return terms().setNamed(wanted); }

std::vector<std::string> idsOf(Stage const& stage, Card const& card)
{
    std::vector<std::string> ids;
    for (auto const& each : card.rules) ids.push_back(stage.set.rule(each.rule).id);
    return ids;
}

} // namespace tcds::rules::test
