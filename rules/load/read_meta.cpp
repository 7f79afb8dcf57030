#include "rules/load/fields.hpp"
#include "rules/load/read_rule.hpp"

namespace tcds::rules {

namespace {

constexpr std::array<Word<std::string_view>, 7> kGrades{
    Word<std::string_view>{"guideline", "guideline"},
    {"label", "label"},
    {"review", "review"},
    {"study", "study"},
    {"case", "case"},
    {"reference", "reference"},
    {"judgement", "judgement"}};

constexpr std::array<Word<std::string_view>, 2> kSeen{Word<std::string_view>{"seen", "seen"},
                                                      {"recalled", "recalled"}};

/// L11: only https addresses with a host.
void checkLink(Node node, Problems& problems)
{
    constexpr std::string_view kScheme = "https://";
    auto const text = node.text();
    auto const host = text.starts_with(kScheme) ? text.substr(kScheme.size()) : std::string_view{};
    auto const end = host.find_first_of("/?#");
    auto const name = host.substr(0, end);
    if (name.find('.') != std::string_view::npos && name.find('@') == std::string_view::npos &&
        text.find(' ') == std::string_view::npos)
        return;
    problems.error("L11", node.where(), '"' + std::string{text} + "\" is no https link",
                   "write the whole address: https://host/path");
}

Evidence readEvidence(Node node, Problems& problems)
{
    Fields fields{node, "evidence", problems};
    Evidence evidence;
    evidence.id = fields.neededText("id");
    evidence.citation = fields.neededText("citation");
    if (auto const url = fields.find("url")) {
        checkLink(*url, problems);
        evidence.url = url->text();
    }
    if (auto const grade = fields.find("grade"))
        evidence.grade = readWord(*grade, "grade of evidence", kGrades, problems).value_or("");
    if (auto const status = fields.find("status"))
        evidence.status = readWord(*status, "status of evidence", kSeen, problems).value_or("");
    fields.finish();
    return evidence;
}

std::string readDay(Node node, Problems& problems)
{
    auto const date = parseDateTime(node.text());
    if (date && date->precision == Precision::Day) return std::string{node.text()};
    problems.error("L01", node.where(), '"' + std::string{node.text()} + "\" is no day",
                   "write YYYY-MM-DD");
    return {};
}

void readEffective(Node node, Meta& meta, Problems& problems)
{
    Fields fields{node, "effective period", problems};
    if (auto const from = fields.find("from")) meta.effectiveFrom = readDay(*from, problems);
    if (auto const to = fields.find("to")) meta.effectiveTo = readDay(*to, problems);
    fields.finish();
    if (!meta.effectiveTo.empty() && meta.effectiveTo < meta.effectiveFrom)
        problems.error("L12", node.where(), "the effective period ends before it begins",
                       "correct from or to");
}

void readApproval(Node node, Meta& meta, Problems& problems)
{
    Fields fields{node, "approval", problems};
    meta.approvedBy = fields.neededText("by");
    if (auto const date = fields.need("date")) meta.approvedOn = readDay(*date, problems);
    fields.finish();
}

/// Warnings of lint that the author accepts, each with the reason; lint reads them from the file.
void checkAccepted(Node list, Problems& problems)
{
    for (auto const item : list.items()) {
        Fields fields{item, "accepted warning", problems};
        auto const code = fields.neededText("lint");
        auto const reason = fields.neededText("because");
        fields.finish();
        if (code.empty() || reason.empty() || (code.size() == 3 && code.starts_with("L3")) || code == "L40") continue;
        problems.error("L01", item.where(), '"' + code + "\" is no warning of lint",
                       "only warnings, L30 to L40, can be accepted");
    }
}

} // namespace

Meta readMeta(Node node, Meta meta, Problems& problems)
{
    Fields fields{node, "meta", problems};
    auto const replace = [&fields](std::string_view key, std::string& value) {
        if (auto text = fields.text(key); !text.empty()) value = std::move(text);
    };
    replace("author", meta.author);
    replace("mechanism", meta.mechanism);
    replace("limits", meta.limits);
    replace("rationale", meta.rationale);
    if (auto const reviewers = fields.find("reviewers")) {
        meta.reviewers.clear();
        for (auto const item : reviewers->items())
            if (auto name = readText(item, problems)) meta.reviewers.push_back(std::move(*name));
    }
    if (auto const evidence = fields.find("evidence")) {
        meta.evidence.clear();
        for (auto const item : evidence->items())
            meta.evidence.push_back(readEvidence(item, problems));
    }
    if (auto const effective = fields.find("effective")) readEffective(*effective, meta, problems);
    if (auto const review = fields.find("next_review"))
        meta.nextReview = readDay(*review, problems);
    if (auto const approved = fields.find("approved")) readApproval(*approved, meta, problems);
    if (auto const accepted = fields.find("accepted")) checkAccepted(*accepted, problems);
    fields.finish();
    return meta;
}

std::uint8_t readHooks(Node node, Problems& problems)
{
    static constexpr std::array<Word<Hook>, 5> kHooks{
        Word<Hook>{"patient-view", Hook::PatientView},
        {"encounter-start", Hook::EncounterStart},
        {"problem-list-item-create", Hook::ProblemListItemCreate},
        {"order-select", Hook::OrderSelect},
        {"order-sign", Hook::OrderSign}};
    std::uint8_t bits = 0;
    for (auto const item : node.items())
        if (auto const hook = readWord(item, "hook", kHooks, problems))
            bits = static_cast<std::uint8_t>(bits | hookBit(*hook));
    return bits;
}

} // namespace tcds::rules
