#include "rules/load/fields.hpp"
#include "rules/load/read_condition.hpp"

#include <algorithm>

namespace tcds::rules {

namespace {

constexpr std::array<Word<Route>, 14> kRoutes{Word<Route>{"oral", Route::Oral},
                                              {"injected", Route::Injected},
                                              {"inhaled", Route::Inhaled},
                                              {"nebulised", Route::Nebulised},
                                              {"nasal", Route::Nasal},
                                              {"topical", Route::Topical},
                                              {"ophthalmic", Route::Ophthalmic},
                                              {"otic", Route::Otic},
                                              {"rectal", Route::Rectal},
                                              {"vaginal", Route::Vaginal},
                                              {"intra-articular", Route::IntraArticular},
                                              {"transdermal", Route::Transdermal},
                                              {"intrathecal", Route::Intrathecal},
                                              {"intravenous", Route::Intravenous}};

constexpr std::array<Word<MedState>, 5> kStates{Word<MedState>{"active", MedState::Active},
                                                {"stopped", MedState::Stopped},
                                                {"on-hold", MedState::OnHold},
                                                {"given", MedState::Given},
                                                {"draft", MedState::Draft}};

constexpr std::array<Word<bool>, 2> kDrafts{Word<bool>{"selected", false}, {"all", true}};

std::optional<terms::RouteMask> readRoutes(Node node, Problems& problems)
{
    if (node.text() == "systemic") return terms::RouteMask::systemic();
    if (node.text() == "any") return terms::RouteMask::any();
    terms::RouteMask mask;
    for (auto const item : node.items())
        if (auto const route = readWord(item, "route", kRoutes, problems)) mask.add(*route);
    return mask;
}

std::uint8_t readStates(Node node, Problems& problems)
{
    std::uint8_t states = 0;
    for (auto const item : node.items())
        if (auto const state = readWord(item, "state", kStates, problems))
            states = static_cast<std::uint8_t>(states | static_cast<std::uint8_t>(*state));
    return states;
}

/// Classes are spelt in capitals, ingredients in small letters.
bool isClassName(std::string_view text)
{
    return !text.empty() && text.front() >= 'A' && text.front() <= 'Z';
}

void readExcept(Node node, ReadScope& scope, MedTest& test)
{
    for (auto const item : node.items()) {
        if (isClassName(item.text())) {
            if (auto const set = scope.words.set(item, {terms::SetKind::DrugClass}, scope.problems))
                test.exceptClasses.push_back(*set);
        } else if (auto const id = scope.words.ingredient(item, scope.problems)) {
            test.exceptIngredients.push_back(*id);
        }
    }
}

/// Options that mean nothing without another one (L19).
void checkCompanions(Fields& fields, MedTest const& test, ReadScope& scope)
{
    struct Companion {
        std::string_view option;
        MedState state;
        std::string_view word;
    };
    static constexpr std::array kCompanions{
        Companion{"stopped_within", MedState::Stopped, "stopped"},
        Companion{"given_within", MedState::Given, "given"},
        Companion{"drafts", MedState::Draft, "draft"},
    };
    for (auto const& companion : kCompanions) {
        auto const option = fields.find(companion.option);
        if (option && !test.asks(companion.state))
            scope.problems.error("L19", option->where(),
                                 '"' + std::string{companion.option} +
                                     "\" needs state: " + std::string{companion.word},
                                 "add the state, or leave the option out");
    }
}

} // namespace

MedTest readMed(Node node, ReadScope& scope)
{
    Fields fields{node, "med clause", scope.problems};
    MedTest test;
    auto const classes = fields.find("class");
    auto const ingredients = fields.find("ingredients");
    if (classes)
        test.classes = scope.words.sets(*classes, {terms::SetKind::DrugClass}, scope.problems);
    if (ingredients)
        for (auto const item : ingredients->items())
            if (auto const id = scope.words.ingredient(item, scope.problems))
                test.ingredients.push_back(*id);
    if (node.isMap() && !classes && !ingredients)
        scope.problems.error("L01", node.where(), "a med clause without class or ingredients",
                             "name at least one of them");
    if (auto const except = fields.find("except")) readExcept(*except, scope, test);

    test.minCount = fields.count("min_count").value_or(1);
    if (auto const state = fields.find("state")) test.states = readStates(*state, scope.problems);
    if (auto const drafts = fields.find("drafts"))
        test.allDrafts =
            readWord(*drafts, "choice of drafts", kDrafts, scope.problems).value_or(false);
    if (auto const route = fields.find("route")) test.routes = readRoutes(*route, scope.problems);
    if (auto const asNeeded = fields.find("as_needed"))
        test.asNeeded = readFlag(*asNeeded, scope.problems);

    test.startedWithin = fields.duration("started_within");
    test.raisedWithin = fields.duration("raised_within");
    test.changedWithin = fields.duration("changed_within");
    test.takenFor = fields.duration("taken_for");
    test.stoppedWithin = fields.duration("stopped_within");
    test.givenWithin = fields.duration("given_within");
    if (auto const after = fields.find("started_after"))
        test.startedAfter = readReference(*after, static_cast<NameKinds>(NameKind::Result), scope);
    checkCompanions(fields, test, scope);
    fields.finish();
    return test;
}

} // namespace tcds::rules
