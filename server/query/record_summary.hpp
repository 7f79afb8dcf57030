#pragma once

#include "fhir/base/clock.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tcds::query {

/// What questions are asked of in one record of the log. All texts are views into its line; a
/// member that the record does not have is empty.
struct RecordSummary {
    /// A candidate rule of a decision and what became of it.
    struct Judged {
        std::string_view rule, outcome, why, level;
    };
    /// A card of a decision.
    struct Card {
        std::string_view uuid, level;
        std::vector<std::string_view> rules; // the leading one first
    };

    std::string_view type;
    std::uint64_t seq = 0;
    Instant time; // `ts`; 1970 when it is no instant
    std::string_view hash;

    std::string_view decision; // decisionId, also of feedback and of what else names one
    std::string_view client, user, service, hook, mode, fhirServer;
    std::string_view patientKey, encounterKey;
    /// A fact of kind `complaint` is there; in a record without facts (level `digest`): some rule
    /// passed its gate.
    bool complaint = false;
    std::vector<Judged> judged;
    std::vector<Card> cards;

    std::string_view card, outcome; // of feedback; outcome also of `config`
    std::string_view reason;        // code of an override, or of a refusal
    std::string_view reasonSystem;  // of an override
    std::string_view outcomeAt, receivedAt;
    std::string_view http, cause, via, actor; // of `reject`, `start`, `config`, `access`
    std::vector<std::string_view> rules;      // of feedback: those of its card

    /// Every member back to empty; keeps the room of the lists.
    void clear();
};

/// Reads lines of the log, one after the other.
class SummaryReader
{
public:
    /// @param line  without its line feed; one byte behind it may be written to. Its bytes are
    ///              changed, and the summary points into them
    /// @return nullptr when it is no record (head, tail, JSON or UTF-8); valid until the next
    /// read()
    RecordSummary const* read(std::span<char> line);

private:
    RecordSummary summary_;
};

/// Why a card was overridden, as reports count it: the code where it is of our own list, "none"
/// without any, "other" for one of another list.
std::string_view countedReason(std::string_view system, std::string_view code);

/// When feedback on a card was given: its outcomeTimestamp, else when it was received; 1970 when
/// neither can be read.
Instant answeredAt(RecordSummary const& feedback);

} // namespace tcds::query
