#include "server/audit_export/card.hpp"

#include "server/audit_export/record_json.hpp"

namespace tcds::audit_export {

namespace {

std::string_view aboutUrlOf(json::Value const& card)
{
    for (auto const& link : json::items(card, "links"))
        if (auto const url = json::textOf(link, "url");
            json::textOf(link, "type") == "absolute" && isUri(url))
            return url;
    return {};
}

} // namespace

std::vector<Card> cardsOf(Decision const& decision)
{
    std::vector<Card> cards;
    for (auto const& entry : json::items(decision.root(), "cards")) {
        Card card;
        card.uuid = json::textOf(entry, "uuid");
        if (!isUuid(card.uuid)) continue;
        card.rule = json::textOf(entry, "rule");
        card.topic = json::textOf(entry, "topic");
        card.level = json::textOf(entry, "level");
        for (auto const& rule : json::items(entry, "rules"))
            if (auto const id = json::text(&rule)) card.rules.push_back(*id);
        if (auto const* const shown = json::child(entry, "card")) {
            card.title = textAt(*shown, {"source", "topic", "display"});
            card.aboutUrl = aboutUrlOf(*shown);
            card.summary = plainText(json::textOf(*shown, "summary"));
            card.detail = plainText(json::textOf(*shown, "detail"));
        }
        cards.push_back(std::move(card));
    }
    return cards;
}

} // namespace tcds::audit_export
