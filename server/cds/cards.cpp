#include "server/cds/cards.hpp"

#include "server/cds/json_text.hpp"
#include "server/cds/name_uuid.hpp"

namespace tcds::cds {

namespace {

constexpr std::size_t kUsualBytes = 8192; // of a card

/// Writes one card in its masked form and notes where references stand, so that the client's form
/// is made by exchanging just those. Nearly all of a card is the same in every answer: names and
/// punctuation are written as literals, only values are looked at.
class CardWriter
{
public:
    CardWriter(rules::Evaluation const& evaluation, CardSetting const& setting,
               std::string_view patientId)
        : evaluation_{evaluation}, rules_{evaluation.chart.rules()}, setting_{setting},
          decision_{parseUuid(setting.decisionId)}, patient_{
                                                        std::string{"Patient/"}.append(patientId)}
    {
        json_.reserve(kUsualBytes);
    }

    WrittenCard write(rules::Card const& card, std::size_t place)
    {
        lead_ = card.lead.known() ? &rules_.rule(card.lead) : nullptr;
        auto const name =
            (lead_ != nullptr ? lead_->id : std::string{}) + "#" + std::to_string(place);
        auto const uuid = uuids_.of(decision_, name);
        json_.clear();
        references_.clear();
        WrittenCard written;
        written.uuid = toText(uuid);
        writeCard(card, written.uuid, uuid, place);
        written.masked = json_;
        written.json = unmasked();
        return written;
    }

private:
    struct Reference {
        std::size_t at;         // of the first byte inside the quotes
        std::size_t length;     // of the masked text
        std::string_view clear; // of the chart: it may hold anything
    };

    void raw(std::string_view json) { json_ += json; }
    /// @param before  what stands before the value, its opening quote included
    void text(std::string_view before, std::string_view value)
    {
        json_ += before;
        appendEscaped(json_, value);
        json_ += '"';
    }

    /// The masked text of a reference; the clear one is kept for the client's form.
    /// @param masked  without signs that JSON escapes
    void reference(std::string_view before, std::string_view masked, std::string_view clear)
    {
        json_ += before;
        references_.push_back({json_.size(), masked.size(), clear});
        json_.append(masked).append("\"}");
    }

    [[nodiscard]] std::string unmasked() const
    {
        std::string clear;
        clear.reserve(json_.size() + 64 * references_.size());
        std::size_t done = 0;
        for (auto const& reference : references_) {
            clear.append(json_, done, reference.at - done);
            appendEscaped(clear, reference.clear);
            done = reference.at + reference.length;
        }
        return clear.append(json_, done);
    }

    void writeCard(rules::Card const& card, std::string_view uuidText, Uuid const& uuid,
                   std::size_t place)
    {
        text(R"({"uuid":")", uuidText);
        text(R"(,"summary":")", card.summary);
        text(R"(,"indicator":")", rules::toText(card.indicator));
        if (!card.detail.empty()) text(R"(,"detail":")", card.detail);
        writeSource();
        writeSuggestions(card, uuid);
        writeOverrideReasons(card);
        writeLinks();
        writeExtension(card, place);
        raw("}");
    }

    void writeSource()
    {
        raw(R"(,"source":{"label":"twitch-cds")");
        if (!setting_.publicUrl.empty()) {
            raw(R"(,"url":")");
            appendEscaped(json_, setting_.publicUrl);
            raw(R"(/rules")");
        }
        if (lead_ != nullptr) {
            text(R"(,"topic":{"system":"urn:twitch-cds:rule","code":")", lead_->topic);
            text(R"(,"display":")", lead_->title);
            raw("}");
        }
        raw("}");
    }

    void writeSuggestions(rules::Card const& card, Uuid const& uuid)
    {
        if (card.suggestions.empty()) return;
        std::size_t place = 0;
        for (auto const& suggestion : card.suggestions) {
            raw(place == 0 ? R"(,"suggestions":[)" : ",");
            text(R"({"label":")", suggestion.label);
            text(R"(,"uuid":")", toText(uuids_.of(uuid, "s" + std::to_string(++place))));
            if (suggestion.recommended) raw(R"(,"isRecommended":true)");
            writeAction(suggestion);
            raw("}");
        }
        raw(setting_.atMostOne ? R"(],"selectionBehavior":"at-most-one")"
                               : R"(],"selectionBehavior":"any")");
    }

    void writeAction(rules::Suggestion const& suggestion)
    {
        switch (suggestion.kind) {
        case rules::Suggestion::Kind::Test:
            return writeTest(suggestion);
        case rules::Suggestion::Kind::Review:
            return writeReview(suggestion);
        case rules::Suggestion::Kind::Text:
            return; // a label and nothing that a client could do
        }
    }

    void writeTest(rules::Suggestion const& suggestion)
    {
        text(R"(,"actions":[{"type":"create","description":")", suggestion.label);
        text(R"(,"resource":{"resourceType":"ServiceRequest","status":"draft","intent":"proposal",)"
             R"("code":{"coding":[{"system":")",
             suggestion.system);
        text(R"(,"code":")", suggestion.code);
        if (!suggestion.display.empty()) text(R"(,"display":")", suggestion.display);
        reference(R"(}]},"subject":{"reference":")", kMaskedPatient, patient_);
        raw("}}]");
    }

    void writeReview(rules::Suggestion const& suggestion)
    {
        text(R"(,"actions":[{"type":"create","description":"Task: )", suggestion.label);
        text(R"(,"resource":{"resourceType":"Task","status":"draft","intent":"proposal",)"
             R"("code":{"text":")",
             suggestion.label);
        raw("}");
        if (auto const* source = sourceOf(suggestion.focus); source != nullptr) {
            std::string_view const resource = source->resource;
            auto masked = std::string{resource.substr(0, resource.find('/'))};
            masked.append("/{f").append(std::to_string(suggestion.focus.index())).append("}");
            reference(R"(,"focus":{"reference":")", masked, resource);
        }
        reference(R"(,"for":{"reference":")", kMaskedPatient, patient_);
        raw("}}]");
    }

    /// The resource that a medication was read from; nothing when it had no id.
    [[nodiscard]] SourceRef const* sourceOf(FactId fact) const
    {
        for (auto const& use : evaluation_.chart.context().medications)
            if (use.id == fact && use.source.resource.find('/') != std::string::npos)
                return &use.source;
        return nullptr;
    }

    void writeOverrideReasons(rules::Card const& card)
    {
        if (card.overrideReasons.empty()) return;
        auto const* before =
            R"(,"overrideReasons":[{"system":"urn:twitch-cds:override-reason","code":")";
        for (auto const index : card.overrideReasons) {
            auto const& reason = rules_.overrideReasons[index];
            text(before, reason.code);
            text(R"(,"display":")", reason.display);
            before = R"(},{"system":"urn:twitch-cds:override-reason","code":")";
        }
        raw("}]");
    }

    void writeLinks()
    {
        if (setting_.publicUrl.empty() || lead_ == nullptr) return;
        raw(R"(,"links":[{"label":"About this rule","url":")");
        appendEscaped(json_, setting_.publicUrl);
        text("/rules/", lead_->id);
        raw(R"(,"type":"absolute"}])");
    }

    void writeExtension(rules::Card const& card, std::size_t place)
    {
        text(R"(,"extension":{"org.twitch-cds":{"decision":")", setting_.decisionId);
        raw(R"(,"rules":[)");
        for (auto const& entry : card.rules) writeRule(entry, &entry == &card.rules.front());
        raw("]");
        for (auto const& missing : card.missing)
            text(&missing == &card.missing.front() ? R"(,"missing":[")" : R"(,")", missing);
        if (!card.missing.empty()) raw("]");
        if (place <= setting_.repeatKeys.size())
            text(R"(,"key":")", setting_.repeatKeys[place - 1]);
        raw("}}");
    }

    void writeRule(rules::RuleOnCard const& entry, bool first)
    {
        auto const& rule = rules_.rule(entry.rule);
        text(first ? R"({"id":")" : R"(,{"id":")", rule.id);
        text(R"(,"version":")", rule.version);
        text(R"(,"level":")", rules::toText(entry.level));
        if (entry.tier != rules::Tier::None) text(R"(,"tier":")", rules::toText(entry.tier));
        raw("}");
    }

    static constexpr std::string_view kMaskedPatient = "Patient/{patient}";

    rules::Evaluation const& evaluation_;
    rules::RuleSet const& rules_;
    CardSetting const& setting_;
    Uuid decision_;
    std::string patient_;
    NameUuids uuids_;
    rules::Rule const* lead_ = nullptr;
    std::string json_;
    std::vector<Reference> references_;
};

} // namespace

std::vector<WrittenCard> writeCards(std::vector<rules::Card> const& cards,
                                    rules::Evaluation const& evaluation, CardSetting const& setting,
                                    std::string_view patientId)
{
    std::vector<WrittenCard> written;
    if (cards.empty()) return written;
    written.reserve(cards.size());
    CardWriter writer{evaluation, setting, patientId};
    for (auto const& card : cards) written.push_back(writer.write(card, written.size() + 1));
    return written;
}

std::string writeAnswer(std::vector<WrittenCard> const& cards)
{
    std::size_t size = 0;
    for (auto const& card : cards) size += card.json.size() + 1;
    std::string body;
    body.reserve(size + 16);
    body += "{\"cards\":[";
    for (auto const& card : cards) {
        if (&card != &cards.front()) body += ',';
        body += card.json;
    }
    body += "]}";
    return body;
}

} // namespace tcds::cds
