#include "server/audit_export/export_records.hpp"

#include "fhir/base/datetime.hpp"
#include "server/audit/reader.hpp"
#include "server/audit/record_line.hpp"
#include "server/audit_export/card.hpp"
#include "server/audit_export/record_json.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

namespace tcds::audit_export {

namespace {

constexpr std::chrono::hours kDay{24}; // between the making of a decision and its record, at most

bool wantsFeedback(As as) { return as == As::All || as == As::DetectedIssue; }

/// Gives the resources of one record after another to whoever takes them.
class Run
{
public:
    Run(As as, RuleLibrary& rules, std::string_view base, Take const& take)
        : as_{as}, rules_{rules}, base_{base}, take_{take}
    {
    }

    void record(std::string_view line, FeedbackBook const& feedback)
    {
        if (failure_) return;
        auto const resources = resourcesOf(line, as_, {feedback, rules_, base_});
        if (!resources) return leaveOut(line, resources.error());
        if (resources->empty()) return;
        ++done_.records;
        done_.resources += resources->size();
        if (auto const taken = take_(*resources); !taken) failure_ = taken.error();
    }

    [[nodiscard]] Result<Exported> done() const
    {
        if (failure_) return *failure_;
        return done_;
    }

private:
    void leaveOut(std::string_view line, Error error)
    {
        ++done_.faulty;
        if (done_.firstFault) return;
        auto const parts = audit::splitLine(line);
        error.where = "record " + (parts ? std::to_string(parts->seq) : std::string{"?"}) + ": " +
                      error.where;
        done_.firstFault = std::move(error);
    }

    As as_;
    RuleLibrary& rules_;
    std::string_view base_;
    Take const& take_;
    Exported done_;
    std::optional<Error> failure_;
};

/// Feedback on decisions of a time, for which it may come at any time afterwards.
Result<FeedbackBook> feedbackSince(Selection const& selection)
{
    audit::Wanted wanted;
    wanted.type = "feedback";
    wanted.from = selection.from;
    std::optional<Instant> latest;
    if (!selection.to.empty())
        if (auto const to = parseDateTime(selection.to)) latest = to->last() + kDay;
    FeedbackBook book;
    std::optional<Error> failure;
    auto const read = audit::forEachRecord(selection.directory, wanted, [&](std::string_view line) {
        if (failure) return;
        constexpr std::string_view kName = "\"decisionId\":\"";
        constexpr std::size_t kUuid = 36;
        if (auto const at = line.find(kName); latest && at != std::string_view::npos)
            if (auto const made = audit::madeAt(line.substr(at + kName.size(), kUuid));
                made && *made > *latest)
                return;
        if (auto const taken = book.take(line); !taken) failure = taken.error();
    });
    if (!read) return read.error();
    if (failure) return *failure;
    return book;
}

Result<Exported> exportTime(Selection const& selection, As as, RuleLibrary& rules,
                            std::string_view base, Take const& take)
{
    FeedbackBook feedback;
    if (wantsFeedback(as)) {
        auto gathered = feedbackSince(selection);
        if (!gathered) return gathered.error();
        feedback = std::move(*gathered);
    }
    audit::Wanted wanted;
    wanted.from = selection.from;
    wanted.to = selection.to;
    Run run{as, rules, base, take};
    auto const read = audit::forEachRecord(
        selection.directory, wanted, [&](std::string_view line) { run.record(line, feedback); });
    if (!read) return read.error();
    return run.done();
}

/// Near its time first; a clock that was set may have brought it elsewhere.
Result<std::optional<std::string>> decisionAnywhere(Selection const& selection)
{
    auto near = audit::findDecision(selection.directory, selection.decisionId);
    if (!near || *near) return near;
    audit::Wanted wanted;
    wanted.decisionId = selection.decisionId;
    wanted.type = "decision";
    wanted.first = 1;
    std::optional<std::string> record;
    auto const read = audit::forEachRecord(selection.directory, wanted,
                                           [&record](std::string_view line) { record = line; });
    if (!read) return read.error();
    return record;
}

Result<Exported> exportDecision(Selection const& selection, As as, RuleLibrary& rules,
                                std::string_view base, Take const& take)
{
    auto const record = decisionAnywhere(selection);
    if (!record) return record.error();
    if (!*record) return Exported{};
    FeedbackBook feedback;
    if (wantsFeedback(as)) {
        auto gathered = feedbackOn(**record, selection.directory, "");
        if (!gathered) return gathered.error();
        feedback = std::move(*gathered);
    }
    Run run{as, rules, base, take};
    run.record(**record, feedback);
    audit::Wanted looks;
    looks.type = "access";
    looks.decisionId = selection.decisionId;
    auto const read = audit::forEachRecord(
        selection.directory, looks, [&](std::string_view line) { run.record(line, feedback); });
    if (!read) return read.error();
    return run.done();
}

} // namespace

Result<FeedbackBook> feedbackOn(std::string_view decisionLine, std::string const& directory,
                                std::string const& lastDay)
{
    auto const decision = Decision::read(decisionLine);
    if (!decision) return decision.error();
    std::vector<std::string> wantedCards; // as a feedback record names them
    for (auto const& card : cardsOf(*decision))
        wantedCards.push_back("\"card\":\"" + std::string{card.uuid} + "\"");
    FeedbackBook book;
    if (wantedCards.empty()) return book;
    audit::Wanted wanted;
    wanted.type = "feedback";
    auto const recorded = parseDateTime(decision->recordedAt());
    wanted.from = toDay(recorded->first() - kDay); // clocks of nodes may differ
    wanted.lastDay = lastDay;
    auto const read = audit::forEachRecord(directory, wanted, [&](std::string_view line) {
        auto const isOfCard = [line](std::string const& card) {
            return line.find(card) != std::string_view::npos;
        };
        // So few cards that it is never full.
        if (std::ranges::any_of(wantedCards, isOfCard)) (void)book.take(line);
    });
    if (!read) return read.error();
    return book;
}

Result<Exported> exportRecords(Selection const& selection, As as, RuleLibrary& rules,
                               std::string_view base, Take const& take)
{
    if (selection.decisionId.empty()) return exportTime(selection, as, rules, base, take);
    return exportDecision(selection, as, rules, base, take);
}

} // namespace tcds::audit_export
