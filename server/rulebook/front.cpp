#include "server/rulebook/book.hpp"

#include "server/rulebook/statement.hpp"

#include <algorithm>
#include <array>

namespace tcds::rulebook {

namespace {

struct GroupWords {
    std::string_view title, about;
};

GroupWords wordsOf(rules::Group group)
{
    static constexpr std::array<GroupWords, 8> kWords{
        GroupWords{"Red flags", "Findings that should not wait, whatever the cause. Each has a "
                                "card of its own and nothing suppresses it."},
        {"Results", "Electrolytes and other laboratory results that can explain twitching."},
        {"Single medicines", "Medicines that may contribute by themselves."},
        {"Withdrawal", "Medicines that were stopped or reduced recently."},
        {"Combinations", "Medicines together, or a medicine together with a result."},
        {"Orders", "Spoken of while an order is being written: a draft that could make it worse."},
        {"Missing tests", "What has not been measured since a medicine was started."},
        {"Context", "Other explanations, said in one line beside a card."}};
    return kWords[static_cast<std::size_t>(group)];
}

Block heading(int depth, std::string id, std::string text)
{
    return {Heading{depth, std::move(id), plain(std::move(text))}};
}

Block paragraph(std::string text) { return {Paragraph{plain(std::move(text))}}; }

std::string approvalText(rules::PackInfo const& pack)
{
    if (pack.approval == "required")
        return "Every active rule of this pack needs a reviewer who is not its author, and an "
               "approval; both stand with the rule.";
    return "No clinical board has approved this pack. It was written and checked at a desk; a site "
           "that uses it in production takes it over by name and version, and answers for it.";
}

Block packTable(rules::RuleSet const& set)
{
    Table table{"The packs of this book", {"Pack", "Title", "Version", "Approval"}, {}};
    for (auto const& pack : set.packs)
        table.rows.push_back({{code(pack.id)},
                              plain(pack.title),
                              plain(pack.version),
                              plain(pack.approval == "required" ? "required, rule by rule"
                                                                : "none: no clinical board")});
    return {std::move(table)};
}

Block readingList()
{
    auto const item = [](std::string name, std::string text) {
        Inline line{strong(std::move(name))};
        line += std::string_view{text};
        return Item{std::move(line)};
    };
    List list;
    list.items = {
        item("Gate.",
             " A rule is looked at only while a complaint of its gate is on record. Without "
             "a twitching complaint the service says nothing."),
        item("Fires when.",
             " Every clause is true, false or unknown. A result that is missing, too old or "
             "unreadable is unknown. A medicine or problem that is not on record is false if "
             "the record could be read, else unknown. An unknown clause never makes a rule fire."),
        item("Hooks.",
             " While an order is written, the rules of the group Orders speak; of the others only "
             "what is critical, and combinations that the drafted medicine is part of."),
        item("Unless.", " Silences the rule when it is true. Unknown does not silence."),
        item("Level.", " Bands are read from the top; the first one that is true decides."),
        item("Picture of the limits.",
             " The upper bar is the level on that result alone, provided the other clauses of the "
             "rule hold. The "
             "narrow bar below it shows how far the level can rise with further conditions. The "
             "table below each picture says the same in words."),
        item("Card.", " What stands in brackets is filled from the chart. The example is a real "
                      "answer to one of the rule's test cases; its patient is made up."),
        item("Evidence.",
             " \"Seen\": the source was read while the rule was written. \"Recalled\": "
             "it was cited from memory and should be looked up.")};
    return {std::move(list)};
}

Block indexTable(rules::Group group, rules::RuleSet const& set)
{
    Table table{
        std::string{groupTitle(group)}, {"Rule", "Title", "Level", "What the card says"}, {}};
    for (auto const& rule : set.rules) {
        if (rule.group != group) continue;
        auto title = plain(rule.title);
        if (rule.status != rules::RuleStatus::Active)
            title += " (" + std::string{rules::toText(rule.status)} + ")";
        table.rows.push_back({{anchor(rule.id, rule.id)},
                              std::move(title),
                              plain(levelSpan(rule, set)),
                              templateLine(rule.card.summary, rule, set)});
    }
    return {std::move(table)};
}

bool hasRules(rules::Group group, rules::RuleSet const& set)
{
    return std::ranges::any_of(set.rules,
                               [group](rules::Rule const& rule) { return rule.group == group; });
}

std::string countText(rules::RuleSet const& set)
{
    auto const active =
        std::ranges::count(set.rules, rules::RuleStatus::Active, &rules::Rule::status);
    auto text = std::to_string(set.rules.size()) + " rules";
    if (static_cast<std::size_t>(active) != set.rules.size())
        text += ", " + std::to_string(active) + " of them active";
    return text;
}

} // namespace

std::string_view groupTitle(rules::Group group) { return wordsOf(group).title; }

Section groupSection(rules::Group group)
{
    Section section;
    section.kind = Section::Kind::Group;
    section.id = "group-" + std::string{rules::toText(group)};
    section.title = groupTitle(group);
    section.blocks.push_back(
        heading(2, section.id, section.title + " (" + std::string{rules::toText(group)} + ")"));
    section.blocks.push_back(paragraph(std::string{wordsOf(group).about}));
    return section;
}

Section frontSection(Sources const& sources)
{
    auto const& set = sources.rules;
    Section section;
    section.id = "front";
    section.title = "About this book";
    auto& blocks = section.blocks;
    blocks.push_back(heading(2, "front", "About this book"));
    blocks.push_back(paragraph(
        "These are the " + countText(set) +
        " by which twitch-cds notes which medicine, electrolyte "
        "or other finding may explain a patient's muscle twitching. The book is made from the rule "
        "files themselves: what it says is what the service does. It supports a clinician's "
        "judgement and does not replace it."));
    for (auto const& pack : set.packs) {
        Inline line{strong("Pack " + pack.id + ": ")};
        line += approvalText(pack);
        blocks.push_back({Paragraph{std::move(line)}});
    }
    blocks.push_back(packTable(set));
    blocks.push_back(heading(2, "reading", "How to read it"));
    blocks.push_back(readingList());
    blocks.push_back(heading(2, "index", "Index of rules"));
    for (auto const group : set.groupRank)
        if (hasRules(group, set)) blocks.push_back(indexTable(group, set));
    return section;
}

Document makeBook(Sources const& sources)
{
    auto const& set = sources.rules;
    Document book;
    book.title = "Rule book: causes of muscle twitching";
    book.footer = "Rule set " + set.id + " " + set.version + ", digest " + set.digest + ".";
    book.sections.push_back(frontSection(sources));
    for (auto const group : set.groupRank) {
        if (!hasRules(group, set)) continue;
        book.sections.push_back(groupSection(group));
        for (auto const& rule : set.rules)
            if (rule.group == group) book.sections.push_back(ruleSection(rule, sources));
    }
    for (auto& section : appendixSections(sources)) book.sections.push_back(std::move(section));
    return book;
}

} // namespace tcds::rulebook
