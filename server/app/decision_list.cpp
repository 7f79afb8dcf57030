#include "server/app/decision_list.hpp"

#include "fhir/base/datetime.hpp"
#include "server/app/responses.hpp"
#include "server/audit/members.hpp"
#include "server/audit/reader.hpp"
#include "server/audit_export/record_json.hpp"

namespace tcds::app {

namespace {

using audit_export::textAt;

constexpr std::chrono::hours kDay{24};

void row(audit::Members& json, json::Value const& record)
{
    json.openObject();
    for (auto const* const name : {"decisionId", "ts", "hook", "service"})
        json.memberIfAny(name, textAt(record, {name}));
    json.memberIfAny("client", textAt(record, {"client", "name"}));
    json.memberIfAny("user", textAt(record, {"user"}));
    json.memberIfAny("patientKey", textAt(record, {"subject", "patientKey"}));
    json.openArray("fired");
    for (auto const& rule : json::items(record, "rules"))
        if (json::textOf(rule, "outcome") == "fired") json.text(json::textOf(rule, "id"));
    json.close();
    json.member("cards", json::items(record, "cards").size());
    json.close();
}

} // namespace

Result<http::Response> listDecisions(std::string const& directory, ListWish const& wish,
                                     std::size_t& listed)
{
    audit::Wanted wanted;
    wanted.type = "decision";
    wanted.from = wish.from;
    wanted.to = wish.to;
    wanted.rule = wish.rule;
    wanted.first = wish.limit + 1; // one more tells whether there are more
    // Only a clock that was set back brings a record into the file of a later day.
    if (auto const to = parseDateTime(wish.to)) wanted.lastDay = toDay(to->last() + kDay);
    audit::Members members;
    members.openArray("decisions");
    std::size_t found = 0;
    listed = 0;
    auto const read = audit::forEachRecord(directory, wanted, [&](std::string_view line) {
        if (++found > wish.limit) return;
        auto const record = audit_export::parseRecord(line);
        if (!record) return; // what that is, `audit verify` says
        row(members, record->root());
        ++listed;
    });
    if (!read) return read.error();
    members.close();
    members.flag("more", found > wish.limit);
    return json("{" + members.take() + "}");
}

} // namespace tcds::app
