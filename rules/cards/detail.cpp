#include "rules/cards/detail.hpp"

#include "rules/cards/escape.hpp"
#include "rules/cards/fill.hpp"
#include "rules/cards/sections.hpp"

#include <algorithm>
#include <array>

namespace tcds::rules {

namespace {

constexpr std::size_t kKeptFree = 360;   // for what a reader wants behind the findings
constexpr std::size_t kNeededFree = 240; // ... and needs: the lead's options

constexpr std::array kSteps{Shortening{}, Shortening{4, 80}, Shortening{2, 80}, Shortening{1, 40}};

bool holds(std::uint64_t bits, std::size_t at) { return at < 64 && ((bits >> at) & 1U) != 0; }

std::string counted(std::size_t others)
{
    return "And " + std::to_string(others) +
           (others == 1 ? " other medicine." : " other medicines.");
}

class Writer
{
public:
    Writer(Evaluation const& evaluation, CardPlan const& plan, Remarks const& remarks,
           std::size_t most)
        : chart_{evaluation.chart}, plan_{plan}, remarks_{remarks},
          basis_{basisOf(evaluation, plan)}, most_{most}, sections_{most}
    {
    }

    std::string write()
    {
        writeFindings();
        writeTail();
        return sections_.text();
    }

private:
    /// Findings and Basis with the mildest shortening that leaves room for the rest. Then the
    /// weakest lines give way to their titles: those of level info to the lead's options, any to
    /// the limit.
    void writeFindings()
    {
        auto kept = plan_.bullets.size();
        for (auto const& step : kSteps) {
            step_ = step;
            if (fillFindings()) sections_ = bare(kept);
            if (sections_.length() + kKeptFree <= most_) return;
        }
        auto const isInfo = [this](std::size_t at) {
            return at > 0 && plan_.bullets[at]->judgement->level == Level::Info &&
                   plan_.level() > Level::Info;
        };
        while (kept > 0 && sections_.length() + kNeededFree > most_) {
            if (sections_.length() <= most_ && !isInfo(kept - 1)) return;
            sections_ = bare(--kept);
        }
    }

    /// Fills again what the step can have changed.
    /// @return whether anything reads otherwise than before
    bool fillFindings()
    {
        auto const first = findings_.empty();
        auto changed = first;
        findings_.resize(plan_.bullets.size());
        for (std::size_t i = 0; i < findings_.size(); ++i) {
            auto const& text = plan_.bullets[i]->rule->card.findings;
            if (!first && !namesCanShrink(text)) continue;
            auto filled = markdownOf(chart_, *plan_.bullets[i], text, step_);
            changed = changed || filled != findings_[i];
            findings_[i] = std::move(filled);
        }
        return changed;
    }

    /// The required part with so many findings in full, the others by title.
    Sections bare(std::size_t kept) const
    {
        Sections sections{most_};
        std::string titles;
        for (std::size_t i = 0; i < plan_.bullets.size(); ++i) {
            if (i < kept)
                sections.require(Section::Findings, findings_[i]);
            else
                titles += (titles.empty() ? "" : "; ") + plan_.bullets[i]->rule->title;
        }
        if (!titles.empty()) sections.require(Section::Findings, "Also: " + titles + ".");
        if (plan_.unnamed > 0) sections.require(Section::Findings, counted(plan_.unnamed));
        sections.require(Section::Basis, basis_.rules);
        return sections;
    }

    /// Most important first; what does not fit is left out.
    void writeTail()
    {
        addOptions(plan_.lead());
        for (auto const& sentence : remarks_.unread) sections_.add(Section::NotChecked, sentence);
        addWhy(plan_.lead());
        for (auto const& sentence : remarks_.standing) sections_.add(Section::NotChecked, sentence);
        for (auto const& limit : basis_.limits) sections_.add(Section::Basis, limit);
        for (auto const* fired : plan_.rules)
            if (fired != &plan_.lead()) addOptions(*fired);
        for (auto const* fired : plan_.rules)
            if (fired != &plan_.lead()) addWhy(*fired);
        sections_.add(Section::Basis, basis_.moreEvidence);
        sections_.add(Section::Basis, basis_.sources);
        for (auto const& sentence : remarks_.supply) sections_.add(Section::NotChecked, sentence);
        for (auto const& sentence : sentencesOf(plan_.lead().rule->meta.limits))
            sections_.add(Section::NotChecked, sentence);
        sections_.add(Section::Basis, basis_.citation);
    }

    void addOptions(FiredRule const& fired)
    {
        auto const& card = fired.rule->card;
        for (std::size_t i = 0; i < card.also.size(); ++i)
            if (holds(fired.judgement->saysAlso, i))
                addSentences(Section::Options, markdownOf(chart_, fired, card.also[i].say, step_));
        addSentences(Section::Options, markdownOf(chart_, fired, card.options, step_));
    }

    void addWhy(FiredRule const& fired)
    {
        auto const& card = fired.rule->card;
        addSentences(Section::Why, card.why.empty() ? fired.rule->meta.mechanism
                                                    : markdownOf(chart_, fired, card.why, step_));
    }

    void addSentences(Section section, std::string const& text)
    {
        for (auto const& sentence : sentencesOf(text)) sections_.add(section, sentence);
    }

    Chart const& chart_;
    CardPlan const& plan_;
    Remarks const& remarks_;
    Basis basis_;
    std::size_t most_;
    Shortening step_;
    std::vector<std::string> findings_; // of the bullets, shortened as step_ says
    Sections sections_;
};

} // namespace

std::string detailOf(Evaluation const& evaluation, CardPlan const& plan, Remarks const& remarks,
                     std::size_t most)
{
    return Writer{evaluation, plan, remarks, most}.write();
}

} // namespace tcds::rules
