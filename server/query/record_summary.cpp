#include "server/query/record_summary.hpp"

#include "fhir/base/datetime.hpp"
#include "fhir/base/utf8.hpp"
#include "server/audit/record_line.hpp"
#include "server/query/report.hpp"

#include <rapidjson/reader.h>

#include <algorithm>
#include <array>

namespace tcds::query {

namespace {

using std::string_view;

/// Takes what a summary needs out of the events of the parser; everything else goes by.
class Taking : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Taking>
{
public:
    explicit Taking(RecordSummary& summary) : summary_{summary} {}

    bool StartObject()
    {
        if (depth_ == kElement && in("rules")) summary_.judged.emplace_back();
        if (depth_ == kElement && in("cards")) summary_.cards.emplace_back();
        return descend();
    }
    bool EndObject(rapidjson::SizeType) { return ascend(); }
    bool StartArray()
    {
        if (depth_ == kMember && in("facts")) hasFacts_ = true;
        return descend();
    }
    bool EndArray(rapidjson::SizeType) { return ascend(); }

    bool Key(char const* text, rapidjson::SizeType length, bool)
    {
        if (depth_ < keys_.size()) keys_[depth_] = {text, length};
        return true;
    }
    [[nodiscard]] bool hasFacts() const { return hasFacts_; }

    bool String(char const* text, rapidjson::SizeType length, bool)
    {
        value({text, length});
        return true;
    }
    bool RawNumber(char const* text, rapidjson::SizeType length, bool)
    {
        value({text, length});
        return true;
    }

private:
    // Depths of values: a member of the record, an element of one of its lists (or a member of one
    // of its objects), a member of such an element, an element of a list in it.
    static constexpr std::size_t kMember = 1, kElement = 2, kOfElement = 3, kInElement = 4;

    bool descend()
    {
        ++depth_;
        if (depth_ < keys_.size()) keys_[depth_] = {};
        return true;
    }
    bool ascend()
    {
        --depth_;
        return true;
    }
    [[nodiscard]] bool in(string_view member) const { return keys_[kMember] == member; }

    void value(string_view text)
    {
        switch (depth_) {
        case kMember:
            return ofRecord(text);
        case kElement:
            return below(text);
        case kOfElement:
            return ofElement(text);
        case kInElement:
            if (in("cards") && keys_[kOfElement] == "rules" && !summary_.cards.empty())
                summary_.cards.back().rules.push_back(text);
            return;
        default:
            return;
        }
    }

    void ofRecord(string_view text)
    {
        struct Member {
            string_view name;
            string_view RecordSummary::*into;
        };
        static constexpr std::array kMembers{
            Member{"decisionId", &RecordSummary::decision},
            Member{"hook", &RecordSummary::hook},
            Member{"service", &RecordSummary::service},
            Member{"user", &RecordSummary::user},
            Member{"client", &RecordSummary::client}, // of feedback and refusals
            Member{"fhirServer", &RecordSummary::fhirServer},
            Member{"mode", &RecordSummary::mode},
            Member{"card", &RecordSummary::card},
            Member{"outcome", &RecordSummary::outcome},
            Member{"outcomeTimestamp", &RecordSummary::outcomeAt},
            Member{"receivedAt", &RecordSummary::receivedAt},
            Member{"reason", &RecordSummary::reason}, // of refusals
            Member{"http", &RecordSummary::http},
            Member{"cause", &RecordSummary::cause},
            Member{"via", &RecordSummary::via},
            Member{"actor", &RecordSummary::actor}};
        auto const* const member = std::ranges::find(kMembers, keys_[kMember], &Member::name);
        if (member != kMembers.end()) summary_.*(member->into) = text;
    }

    void below(string_view text)
    {
        auto const name = keys_[kElement];
        if (in("client") && name == "name") summary_.client = text;
        if (in("subject") && name == "patientKey") summary_.patientKey = text;
        if (in("subject") && name == "encounterKey") summary_.encounterKey = text;
        if (in("reason") && name == "system") summary_.reasonSystem = text;
        if (in("reason") && name == "code") summary_.reason = text;
        if (in("rules") && name.empty()) summary_.rules.push_back(text); // of feedback
    }

    void ofElement(string_view text)
    {
        auto const name = keys_[kOfElement];
        if (in("facts") && name == "kind" && text == "complaint") summary_.complaint = true;
        if (in("rules") && !summary_.judged.empty()) {
            auto& judged = summary_.judged.back();
            if (name == "id") judged.rule = text;
            if (name == "outcome") judged.outcome = text;
            if (name == "why") judged.why = text;
            if (name == "level") judged.level = text;
        }
        if (in("cards") && !summary_.cards.empty()) {
            auto& card = summary_.cards.back();
            if (name == "uuid") card.uuid = text;
            if (name == "level") card.level = text;
        }
    }

    RecordSummary& summary_;
    std::size_t depth_ = 0;
    bool hasFacts_ = false;
    std::array<string_view, kInElement + 1> keys_{}; // of the object at that depth, "" in lists
};

/// A record of level `digest` has no facts: there a complaint shows in rules that passed their
/// gate.
bool passedAGate(RecordSummary const& summary)
{
    return std::ranges::any_of(summary.judged, [](RecordSummary::Judged const& judged) {
        return judged.outcome == "fired" || judged.outcome == "suppressed" ||
               judged.outcome == "silenced";
    });
}

} // namespace

void RecordSummary::clear()
{
    auto keptJudged = std::move(judged);
    auto keptCards = std::move(cards);
    auto keptRules = std::move(rules);
    *this = {};
    keptJudged.clear();
    keptCards.clear();
    keptRules.clear();
    judged = std::move(keptJudged);
    cards = std::move(keptCards);
    rules = std::move(keptRules);
}

RecordSummary const* SummaryReader::read(std::span<char> line)
{
    string_view const text{line.data(), line.size()};
    auto const parts = audit::splitLine(text);
    if (!parts || wellFormedUtf8(text) != text.size()) return nullptr;
    summary_.clear();
    summary_.type = parts->type;
    summary_.seq = parts->seq;
    summary_.hash = parts->hash;
    if (auto const time = parseDateTime(parts->time)) summary_.time = time->first();

    line.data()[line.size()] = '\0'; // where the line feed was
    rapidjson::InsituStringStream stream{line.data()};
    Taking taking{summary_};
    rapidjson::Reader reader;
    // Iterative: a line made to harm may be nested deeper than any stack. Views of the head stay
    // right, for nothing in it is escaped.
    auto const parsed = reader.Parse<rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag |
                                     rapidjson::kParseNumbersAsStringsFlag>(stream, taking);
    if (parsed.IsError()) return nullptr;
    if (!taking.hasFacts()) summary_.complaint = passedAGate(summary_);
    return &summary_;
}

std::string_view countedReason(std::string_view system, std::string_view code)
{
    if (code.empty()) return "none";
    auto const ours = system == "urn:twitch-cds:override-reason" && code != "none" &&
                      code != "other" &&
                      std::ranges::find(kOverrideColumns, code) != kOverrideColumns.end();
    return ours ? code : "other";
}

Instant answeredAt(RecordSummary const& feedback)
{
    if (auto const outcome = parseDateTime(feedback.outcomeAt)) return outcome->first();
    if (auto const received = parseDateTime(feedback.receivedAt)) return received->first();
    return {};
}

} // namespace tcds::query
