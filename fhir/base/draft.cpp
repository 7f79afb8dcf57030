#include "fhir/base/draft.hpp"

#include <algorithm>

namespace tcds {

Draft Draft::of(Node node)
{
    Draft draft;
    draft.where = node.where();
    if (node.isMap()) {
        draft.kind = Kind::Map;
        for (auto const& member : node.members())
            draft.members.push_back(
                {std::string{member.key}, member.keyNode.where(), of(member.value)});
    } else if (node.isList()) {
        draft.kind = Kind::List;
        for (auto const item : node.items()) draft.items.push_back(of(item));
    } else {
        draft.text = node.text();
    }
    return draft;
}

Draft Draft::ofText(std::string content, std::string place)
{
    Draft draft;
    draft.text = std::move(content);
    draft.where = std::move(place);
    return draft;
}

Draft Draft::list(std::string place)
{
    Draft draft;
    draft.kind = Kind::List;
    draft.where = std::move(place);
    return draft;
}

Draft Draft::map(std::string place)
{
    Draft draft;
    draft.kind = Kind::Map;
    draft.where = std::move(place);
    return draft;
}

Draft* Draft::find(std::string_view key)
{
    auto const at = std::ranges::find(members, key, &Member::key);
    return at == members.end() ? nullptr : &at->value;
}

void Draft::set(std::string key, Draft value)
{
    auto const at = std::ranges::find(members, key, &Member::key);
    if (at != members.end()) {
        at->keyWhere = value.where;
        at->value = std::move(value);
        return;
    }
    auto keyWhere = value.where;
    members.push_back({std::move(key), std::move(keyWhere), std::move(value)});
}

void Draft::add(Draft item)
{
    if (kind != Kind::List) {
        auto whole = list(where);
        whole.items.push_back(std::move(*this));
        *this = std::move(whole);
    }
    items.push_back(std::move(item));
}

} // namespace tcds
