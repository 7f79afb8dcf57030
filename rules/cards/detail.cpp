#include "rules/cards/detail.hpp"

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

class Writer
{
public:
    Writer(Evaluation const& evaluation, CardPlan const& plan, Remarks const& remarks,
           std::size_t most, Arena& arena)
        : chart_{evaluation.chart}, plan_{plan}, remarks_{remarks},
          basis_{basisOf(evaluation, plan, arena)}, most_{most}, arena_{arena}, sections_{most}
    {
    }

    std::string write()
    {
        writeFindings();
        writeTail();
        return sections_.text();
    }

private:
    struct Finding {
        std::string_view text;
        Lists lists;
    };

    /// Findings and Basis with the mildest shortening that leaves room for the rest. Then the
    /// weakest lines give way to their titles: those of level info to the lead's options, any to
    /// the limit.
    void writeFindings()
    {
        auto kept = plan_.bullets.size();
        for (auto const& step : kSteps) {
            step_ = step;
            if (fillFindings()) writeBare(kept);
            if (sections_.length() + kKeptFree <= most_) return;
        }
        auto const isInfo = [this](std::size_t at) {
            return at > 0 && plan_.bullets[at]->judgement->level == Level::Info &&
                   plan_.level() > Level::Info;
        };
        while (kept > 0 && sections_.length() + kNeededFree > most_) {
            if (sections_.length() <= most_ && !isInfo(kept - 1)) break;
            writeBare(--kept);
        }
        giveNamesBack(kept);
    }

    /// The lines that gave way may have left room for names that were counted only.
    void giveNamesBack(std::size_t kept)
    {
        auto const needed = sections_.length() + kNeededFree <= most_ ? kNeededFree : 0;
        for (auto const& step : kSteps) {
            step_ = step;
            findings_.clear();
            fillFindings();
            writeBare(kept);
            if (sections_.length() + needed <= most_) return;
        }
    }

    /// Fills what the step changes.
    /// @return whether there was anything
    bool fillFindings()
    {
        auto const first = findings_.empty();
        auto changed = first;
        findings_.resize(plan_.bullets.size());
        for (std::size_t i = 0; i < findings_.size(); ++i) {
            auto& finding = findings_[i];
            if (!first && !finding.lists.shrinkUnder(step_)) continue;
            finding.text = filled(*plan_.bullets[i], plan_.bullets[i]->rule->card.findings);
            finding.lists = filled_.lists();
            changed = true;
        }
        return changed;
    }

    std::string_view filled(FiredRule const& fired, Template const& text)
    {
        if (isOneLine(text)) return text.front().literal;
        filled_.restart(step_);
        fill(filled_, chart_, fired, text);
        return keptIn(arena_, filled_.text());
    }

    /// The required part with so many findings in full, the others by title.
    void writeBare(std::size_t kept)
    {
        sections_.clear();
        for (std::size_t i = 0; i < kept; ++i)
            sections_.require(Section::Findings, findings_[i].text);
        if (kept < plan_.bullets.size()) sections_.require(Section::Findings, titlesFrom(kept));
        if (plan_.unnamed > 0) sections_.require(Section::Findings, unnamed());
        sections_.require(Section::Basis, basis_.rules);
    }

    std::string_view titlesFrom(std::size_t first) const
    {
        std::string titles;
        for (auto const* fired : std::span{plan_.bullets}.subspan(first))
            titles.append(titles.empty() ? "Also: " : "; ").append(fired->rule->title);
        titles += '.';
        return keptIn(arena_, titles);
    }

    std::string_view unnamed() const
    {
        auto const* const medicines = plan_.unnamed == 1 ? " other medicine." : " other medicines.";
        return keptIn(arena_, "And " + std::to_string(plan_.unnamed) + medicines);
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
        addSentences(Section::NotChecked, plan_.lead().rule->meta.limits);
        sections_.add(Section::Basis, basis_.citation);
    }

    void addOptions(FiredRule const& fired)
    {
        auto const& card = fired.rule->card;
        for (std::size_t i = 0; i < card.also.size(); ++i)
            if (holds(fired.judgement->saysAlso, i))
                addSentences(Section::Options, filled(fired, card.also[i].say));
        addSentences(Section::Options, filled(fired, card.options));
    }

    void addWhy(FiredRule const& fired)
    {
        auto const& card = fired.rule->card;
        addSentences(Section::Why,
                     card.why.empty() ? fired.rule->meta.mechanism : filled(fired, card.why));
    }

    void addSentences(Section section, std::string_view text)
    {
        while (!text.empty()) sections_.add(section, takeSentence(text));
    }

    Chart const& chart_;
    CardPlan const& plan_;
    Remarks const& remarks_;
    Basis basis_;
    std::size_t most_;
    Shortening step_;
    Arena& arena_;
    FilledText filled_{Writing::Markdown}; // the text at hand
    std::vector<Finding> findings_;        // of the bullets, shortened as step_ says
    Sections sections_;
};

} // namespace

std::string detailOf(Evaluation const& evaluation, CardPlan const& plan, Remarks const& remarks,
                     std::size_t most, Arena& arena)
{
    return Writer{evaluation, plan, remarks, most, arena}.write();
}

} // namespace tcds::rules
