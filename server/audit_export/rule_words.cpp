#include "server/audit_export/rule_words.hpp"

#include "server/audit_export/record_json.hpp"

#include <utility>

namespace tcds::audit_export {

namespace {

constexpr std::size_t kBooks =
    4; // a log tells of a change of rules now and then, not back and forth

RuleWords wordsOf(json::Value const& rule)
{
    RuleWords words;
    words.title = json::textOf(rule, "title");
    auto const* const meta = json::child(rule, "meta");
    if (meta == nullptr) return words;
    for (auto const& each : json::items(*meta, "evidence"))
        words.evidence.push_back({std::string{json::textOf(each, "id")},
                                  std::string{json::textOf(each, "citation")},
                                  std::string{json::textOf(each, "url")}});
    return words;
}

} // namespace

RuleLibrary::Book RuleLibrary::read(std::string_view pack) const
{
    Book book;
    if (!find_ || pack.empty()) return book;
    auto const bundle = find_(pack);
    if (!bundle || !*bundle) return book; // what is wrong with it, loading it says
    auto const document = parseRecord(**bundle);
    if (!document) return book;
    auto const* const trees = json::child(document->root(), "trees");
    if (trees == nullptr || !trees->IsObject()) return book;
    for (auto const& tree : trees->GetObject())
        if (auto const id = json::textOf(tree.value, "id");
            !id.empty() && json::child(tree.value, "card") != nullptr)
            book.emplace(id, wordsOf(tree.value));
    return book;
}

RuleLibrary::Book const& RuleLibrary::bookOf(std::string_view pack)
{
    if (auto const known = books_.find(pack); known != books_.end()) return known->second;
    auto book = read(pack);
    if (books_.size() >= kBooks) books_.clear();
    return books_.emplace(std::string{pack}, std::move(book)).first->second;
}

RuleWords const* RuleLibrary::of(std::string_view pack, std::string_view rule)
{
    auto const& book = bookOf(pack);
    auto const found = book.find(rule);
    return found == book.end() ? nullptr : &found->second;
}

} // namespace tcds::audit_export
