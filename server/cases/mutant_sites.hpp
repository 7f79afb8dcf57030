#pragma once

#include "rules/model/rule_set.hpp"
#include "server/cases/mutant.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tcds::cases {

/// Counts the changes that are on offer and makes the wanted one.
class Sites
{
public:
    /// @param rule  nullptr for what belongs to no rule
    /// @param file  where a change is whose place is not known
    Sites(rules::Rule const* rule, std::string file, rules::RuleSet const& rules,
          std::size_t wanted)
        : rule_{rule}, file_{std::move(file)}, rules_{rules}, wanted_{wanted}
    {
    }

    /// @param change  makes the change; called at most once
    template <class Change>
    void offer(std::string text, Change change)
    {
        if (made_ || offered_++ != wanted_) return;
        made_ = Mutant{subject_ + std::move(text), where_};
        change();
    }

    /// What the changes on offer next are about. Not called any more once a change was made.
    void about(std::string subject, std::string where)
    {
        if (made_) return;
        subject_ = std::move(subject);
        where_ = where.empty() ? file_ : std::move(where);
    }

    [[nodiscard]] bool made() const { return made_.has_value(); }
    [[nodiscard]] std::optional<Mutant> const& mutant() const { return made_; }
    [[nodiscard]] rules::RuleSet const& rules() const { return rules_; }
    /// The clause in plain English.
    [[nodiscard]] std::string describe(rules::Condition const& clause) const
    {
        return rules::describe(clause, rule_, rules_);
    }
    /// What the author calls a bound name.
    [[nodiscard]] std::string nameOf(rules::Slot slot) const
    {
        return rule_ == nullptr ? std::string{} : rule_->names[slot.index()];
    }

    /// Each entry of a list taken away, as long as `least` stay.
    template <class T, class Name>
    void removals(std::string const& what, std::vector<T>& list, Name nameOf, std::size_t least = 1)
    {
        if (list.size() <= least) return;
        for (std::size_t i = 0; i < list.size() && !made(); ++i)
            offer(what + std::string{nameOf(list[i])} + " removed",
                  [&] { list.erase(list.begin() + static_cast<std::ptrdiff_t>(i)); });
    }

    /// A length of time one step longer and shorter, and, if it may be left out, none at all.
    void lengths(std::string const& what, std::optional<Duration>& length, bool droppable = true);
    void lengths(std::string const& what, Duration& length);
    /// Each way to write a limit moved by one step of its last digit.
    void limits(std::string const& what, terms::Limit& limit);
    void numbers(std::string const& what, Decimal& number);
    void flips(std::string const& what, bool& flag);

private:
    rules::Rule const* rule_;
    std::string file_;
    rules::RuleSet const& rules_;
    std::size_t wanted_;
    std::size_t offered_ = 0;
    std::string subject_, where_;
    std::optional<Mutant> made_;
};

/// Offers the changes of a clause and of all below it.
void offerClause(Sites& sites, std::string_view part, rules::Condition& condition);

} // namespace tcds::cases
