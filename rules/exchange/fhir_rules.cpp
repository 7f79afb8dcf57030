#include "rules/exchange/fhir_rules.hpp"

#include "fhir/base/json_writer.hpp"
#include "rules/exchange/canonical.hpp"
#include "rules/exchange/cql_text.hpp"
#include "rules/exchange/fhir_value_sets.hpp"
#include "rules/exchange/libraries.hpp"
#include "rules/exchange/notices.hpp"
#include "rules/exchange/source_attributes.hpp"

#include <array>

namespace tcds::rules::exchange {

namespace {

constexpr std::string_view kReview = "review-medicine";

/// Draft and shadow rules show nothing yet: both are drafts to whoever takes them over.
std::string_view publicationStatus(RuleStatus status)
{
    switch (status) {
    case RuleStatus::Active:
        return "active";
    case RuleStatus::Retired:
        return "retired";
    case RuleStatus::Draft:
    case RuleStatus::Shadow:
        break;
    }
    return "draft";
}

/// A template as its author wrote it.
std::string authored(Template const& text, Rule const& rule)
{
    std::string written;
    for (auto const& piece : text)
        written += piece.name.known() ? "{" + rule.names[piece.name.index()] + "}" : piece.literal;
    return written;
}

class RuleFile
{
public:
    RuleFile(RuleSet const& rules, Rule const& rule, std::string_view base)
        : rules_{rules}, rule_{rule}, base_{base}
    {
    }

    ExportedFile write()
    {
        json_.object([&] {
            json_.member("resourceType", "PlanDefinition");
            json_.member("id", fhirId(rule_.id));
            attributes();
            json_.member("url", canonicalUrl(base_, "PlanDefinition", rule_.id));
            json_.listOfOne("identifier", [&] {
                json_.member("system", "urn:twitch-cds:rule");
                json_.member("value", rule_.topic);
            });
            json_.member("version", rule_.version);
            json_.member("name", computableName(rule_.topic));
            json_.member("title", rule_.title);
            json_.codeable("type", "http://terminology.hl7.org/CodeSystem/plan-definition-type",
                           "eca-rule", "ECA Rule");
            json_.member("status", publicationStatus(rule_.status));
            json_.key("experimental").flag(rule_.status == RuleStatus::Shadow);
            people();
            json_.array("library", [&] {
                json_.value(canonicalUrl(base_, "Library", kRulesLibrary) + '|' + rules_.version);
            });
            json_.listOfOne("action", [&] { action(); });
        });
        return {"PlanDefinition-" + fhirId(rule_.id) + ".json", json_.text()};
    }

private:
    void extension(std::string_view name, std::string_view type, std::string_view value)
    {
        json_.object([&] {
            json_.member("url", std::string{kExtension} + std::string{name});
            json_.member(type, value);
        });
    }

    /// HTI-1 source attributes that PlanDefinition has no element for.
    void attributes()
    {
        json_.array("extension", [&] {
            extension("funding", "valueString", "not stated in the pack");
            for (auto const& use : dataUseOf(rule_, rules_))
                json_.object([&] {
                    json_.member("url",
                                 std::string{kExtension} + "uses-" + std::string{use.attribute});
                    json_.key("valueBoolean").flag(use.used);
                });
            if (!rule_.meta.nextReview.empty())
                extension("next-review", "valueDate", rule_.meta.nextReview);
            extension("status", "valueCode", toText(rule_.status));
            extension("group", "valueCode", toText(rule_.group));
        });
    }

    void contact(std::string_view role, std::vector<std::string> const& names)
    {
        if (names.empty()) return;
        json_.array(role, [&] {
            for (auto const& name : names) json_.object([&] { json_.member("name", name); });
        });
    }

    void people()
    {
        auto const& meta = rule_.meta;
        json_.given("date", meta.approvedOn.empty() ? meta.effectiveFrom : meta.approvedOn);
        json_.given("publisher", meta.author);
        json_.given("description", meta.mechanism);
        json_.given("purpose", meta.rationale);
        json_.given("usage", meta.limits);
        json_.given("approvalDate", meta.approvedOn);
        if (!meta.effectiveFrom.empty() || !meta.effectiveTo.empty())
            json_.object("effectivePeriod", [&] {
                json_.given("start", meta.effectiveFrom);
                json_.given("end", meta.effectiveTo);
            });
        if (!meta.author.empty()) contact("author", {meta.author});
        contact("reviewer", meta.reviewers);
        if (!meta.approvedBy.empty()) contact("endorser", {meta.approvedBy});
        if (meta.evidence.empty()) return;
        json_.array("relatedArtifact", [&] {
            for (auto const& evidence : meta.evidence)
                json_.object([&] {
                    json_.array("extension", [&] {
                        if (!evidence.grade.empty())
                            extension("evidence-grade", "valueCode", evidence.grade);
                        if (!evidence.status.empty())
                            extension("evidence-status", "valueCode", evidence.status);
                    });
                    json_.member("type", "citation");
                    json_.given("label", evidence.id);
                    json_.member("citation", evidence.citation);
                    json_.given("url", evidence.url);
                });
        });
    }

    void expression(std::string_view name, std::string const& definition)
    {
        json_.object(name, [&] {
            // The R4 schema does not know text/cql-identifier: an expression that is a name.
            json_.member("language", "text/cql");
            json_.member("expression", cqlName(definition));
            json_.member("reference", canonicalUrl(base_, "Library", kRulesLibrary));
        });
    }

    void applicability(std::string const& definition)
    {
        json_.listOfOne("condition", [&] {
            json_.member("kind", "applicability");
            expression("expression", definition);
        });
    }

    void action()
    {
        json_.array("extension", [&] {
            for (auto const* part : {"indicator", "tier name"})
                json_.object([&] {
                    json_.member("url",
                                 std::string{kExtension} + (part[0] == 'i' ? "indicator" : "tier"));
                    expression("valueExpression", rule_.id + ' ' + part);
                });
        });
        json_.member("title", rule_.title);
        json_.given("description", authored(rule_.card.summary, rule_));
        json_.given("textEquivalent", authored(rule_.card.options, rule_));
        triggers();
        applicability(rule_.id + " fires");
        if (rule_.suggest.empty()) return;
        json_.array("action", [&] {
            for (std::size_t i = 0; i < rule_.suggest.size(); ++i)
                json_.object([&] { suggestion(rule_.suggest[i], i + 1); });
        });
    }

    void triggers()
    {
        static constexpr std::array kHooks{Hook::PatientView, Hook::EncounterStart,
                                           Hook::ProblemListItemCreate, Hook::OrderSelect,
                                           Hook::OrderSign};
        json_.array("trigger", [&] {
            for (auto const hook : kHooks)
                if (rule_.runsOn(hookBit(hook)))
                    json_.object([&] {
                        json_.member("type", "named-event");
                        json_.member("name", toText(hook));
                    });
        });
    }

    void suggestion(Suggest const& suggest, std::size_t place)
    {
        auto title = authored(suggest.label, rule_);
        std::string definition;
        switch (suggest.kind) {
        case Suggest::Kind::Test:
            title = rules_.suggestions[suggest.test].label;
            definition = rules_.suggestions[suggest.test].id;
            break;
        case Suggest::Kind::Review:
            if (title.empty())
                title = "Review the medicines of {" + rule_.names[suggest.review.index()] + "}";
            definition = kReview;
            break;
        case Suggest::Kind::Text:
            break;
        }
        json_.member("title", title);
        if (suggest.recommended) json_.member("precheckBehavior", "yes");
        if (suggest.when) applicability(rule_.id + " suggest " + std::to_string(place));
        if (!definition.empty())
            json_.member("definitionCanonical",
                         canonicalUrl(base_, "ActivityDefinition", definition) + '|' +
                             rules_.version);
    }

    RuleSet const& rules_;
    Rule const& rule_;
    std::string_view base_;
    JsonFile json_;
};

ExportedFile activity(RuleSet const& rules, std::string_view base, std::string_view id,
                      std::string_view title, std::string_view kind, SuggestionDef const* test)
{
    JsonFile json;
    json.object([&] {
        json.member("resourceType", "ActivityDefinition");
        json.member("id", fhirId(id));
        json.member("url", canonicalUrl(base, "ActivityDefinition", id));
        json.member("version", rules.version);
        json.member("name", computableName(id));
        json.member("title", title);
        json.member("status", "active");
        json.key("experimental").flag(false);
        json.member("description",
                    "A draft for the clinician to accept or leave; nothing is ordered by itself.");
        if (test != nullptr) json.given("copyright", noticesFor({test->system}));
        json.member("kind", kind);
        json.member("intent", "proposal");
        if (test != nullptr) json.codeable("code", test->system, test->code, test->display);
    });
    return {"ActivityDefinition-" + fhirId(id) + ".json", json.text()};
}

} // namespace

std::vector<ExportedFile> ruleFiles(RuleSet const& rules, std::string_view base)
{
    std::vector<ExportedFile> files;
    for (auto const& rule : rules.rules) files.push_back(RuleFile{rules, rule, base}.write());
    return files;
}

std::vector<ExportedFile> activityFiles(RuleSet const& rules, std::string_view base)
{
    std::vector<ExportedFile> files;
    for (auto const& test : rules.suggestions)
        files.push_back(activity(rules, base, test.id, test.label, "ServiceRequest", &test));
    files.push_back(activity(rules, base, kReview, "Review a medicine", "Task", nullptr));
    return files;
}

} // namespace tcds::rules::exchange
