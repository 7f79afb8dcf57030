#include "server/app/admin_decisions.hpp"

#include "fhir/base/datetime.hpp"
#include "rules/store/pack_store.hpp"
#include "server/app/admin_answers.hpp"
#include "server/app/decision_list.hpp"
#include "server/app/query_string.hpp"
#include "server/app/responses.hpp"
#include "server/audit/reader.hpp"
#include "server/audit_export/export_records.hpp"
#include "server/cds/outcome.hpp"
#include "server/http/status.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tcds::app {

namespace {

using audit_export::As;

constexpr std::chrono::hours kDay{24};
constexpr auto kFeedbackComes = 7 * kDay; // for longer, `audit export` looks
constexpr auto kLongestList = 31 * kDay;
constexpr std::size_t kListed = 100, kMostListed = 1000;

constexpr std::array<std::string_view, 2> kOfOne{"as", "tenant"};
constexpr std::array<std::string_view, 5> kOfList{"from", "to", "rule", "limit", "tenant"};

Error invalid(std::string where, std::string what, std::string fix)
{
    return {Error::Kind::BadRequest, std::move(where), std::move(what), std::move(fix)};
}

bool isRule(std::string_view text)
{
    constexpr std::size_t kLongest = 64;
    return text.size() <= kLongest && std::ranges::all_of(text, [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
           });
}

Result<std::size_t> readLimit(std::string_view text)
{
    if (text.empty()) return kListed;
    std::size_t limit = 0;
    auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (failure != std::errc{} || end != text.data() + text.size() || limit == 0 ||
        limit > kMostListed)
        return invalid("limit", "not a number from 1 to " + std::to_string(kMostListed),
                       "leave it out for " + std::to_string(kListed));
    return limit;
}

} // namespace

/// What is asked for, checked.
struct AdminDecisions::Wish {
    std::string tenant;     // "" = nobody said it
    std::string decisionId; // "" = a list
    std::string asWord;     // "json" or a word of `as`
    std::optional<As> as;   // nothing: the record itself
    std::string from, to;   // instants
    std::string rule;
    std::size_t limit = 0;
};

namespace {

Result<void> readTimes(std::span<Parameter const> parameters, std::string& from, std::string& to)
{
    auto const first = parseDateTime(valueOf(parameters, "from"));
    if (!first)
        return invalid("from", "no date or instant", "write 2026-03-03 or 2026-03-03T10:12:44Z");
    auto last = first->first() + kLongestList;
    if (auto const text = valueOf(parameters, "to"); !text.empty()) {
        auto const read = parseDateTime(text);
        if (!read)
            return invalid("to", "no date or instant", "write 2026-03-03 or 2026-03-03T10:12:44Z");
        if (read->last() < first->first() || read->last() > last)
            return invalid("to", "before `from`, or more than 31 days behind it",
                           "ask for a shorter time; audit show and audit export take any");
        last = read->last();
    }
    from = toText(first->first());
    to = toText(last);
    return {};
}

http::Response fhir(std::string body)
{
    auto response = json(std::move(body));
    response.contentType = cds::kFhirJson;
    return response;
}

} // namespace

Result<AdminDecisions::Wish> AdminDecisions::wishOf(http::Request const& request) const
{
    auto const isList = request.path.size() <= kPath.size();
    auto const parameters =
        isList ? readQuery(request.query, kOfList) : readQuery(request.query, kOfOne);
    if (!parameters) return parameters.error();
    Wish wish;
    wish.tenant = valueOf(*parameters, "tenant");
    if (isList) {
        if (auto const read = readTimes(*parameters, wish.from, wish.to); !read)
            return read.error();
        wish.rule = valueOf(*parameters, "rule");
        if (!isRule(wish.rule)) return invalid("rule", "no id of a rule", "write it as EL-MG-LOW");
        auto const limit = readLimit(valueOf(*parameters, "limit"));
        if (!limit) return limit.error();
        wish.limit = *limit;
        return wish;
    }
    wish.decisionId = request.path.substr(kPath.size() + 1);
    if (!audit::madeAt(wish.decisionId))
        return invalid("decision", "not the id of a decision",
                       "write it as X-Decision-Id gave it: 36 characters, lower case");
    auto const as = valueOf(*parameters, "as");
    wish.asWord = as.empty() ? "json" : as;
    wish.as = audit_export::parseAs(as);
    if (!wish.as && wish.asWord != "json")
        return invalid("as", "a form that is not known",
                       "use json, auditevent, guidanceresponse, detectedissue or all");
    return wish;
}

std::string AdminDecisions::tenantFor(AdminUser const& user, std::string_view wished) const
{
    if (!wished.empty()) return std::string{wished};
    return user.tenant.empty() || user.tenant == "*" ? config_.tenant : user.tenant;
}

std::optional<std::string> AdminDecisions::directoryOf(std::string_view tenant) const
{
    for (auto const& entry : config::allTenants(config_))
        if (entry.name == tenant) return entry.auditDirectory;
    return std::nullopt;
}

http::Response AdminDecisions::refuse(AdminUser const& user, audit::AccessRecord record,
                                      std::string_view tenant, Error const& error) const
{
    auto response = refusal(error);
    record.http = response.status;
    // An attempt on a tenant that does not exist is told in the service's own log.
    auto& log = directoryOf(tenant) ? tenants_.of(tenant) : tenants_.own();
    (void)AccessLog::keep(log, user, record); // refused either way
    return response;
}

namespace {

/// The rules that decided, from the store of contents.
audit_export::RuleLibrary libraryIn(std::string const& folder)
{
    auto store = rules::PackStore::open(folder); // the service made it at start
    if (!store) return {};
    return audit_export::RuleLibrary{
        [store = *std::move(store)](std::string_view digest) { return store.find(digest); }};
}

Result<http::Response> showOne(std::string const& directory, std::string const& store,
                               std::string const& id, std::optional<As> as, std::size_t& records)
{
    auto const line = audit::findDecision(directory, id);
    if (!line) return line.error();
    if (!*line)
        return refusal({Error::Kind::NotFound, "decision", "none of this id near its time",
                        "ask the tenant that made it; audit show --decision looks at every file"});
    records = 1;
    if (!as) return json(**line);
    auto const last = toDay(*audit::madeAt(id) + kFeedbackComes);
    auto const feedback = audit_export::feedbackOn(**line, directory, last);
    if (!feedback) return feedback.error();
    auto library = libraryIn(store);
    auto const resources = audit_export::resourcesOf(**line, *as, {*feedback, library});
    if (!resources) return resources.error();
    return fhir(audit_export::bundle("collection", *resources));
}

} // namespace

http::Response AdminDecisions::show(AdminUser const& user, Wish const& wish,
                                    audit::AccessRecord record, std::string const& tenant,
                                    std::string const& directory) const
{
    std::size_t records = 0;
    auto response =
        wish.decisionId.empty()
            ? listDecisions(directory, {wish.from, wish.to, wish.rule, wish.limit}, records)
            : showOne(directory, config_.contentStore, wish.decisionId, wish.as, records);
    if (!response) response = refusal(response.error(), http::status::kInternal);
    record.http = response->status;
    record.records = records;
    if (records == 0 && response->status != http::status::kOk) record.reason = "absent";
    if (AccessLog::keep(tenants_.of(tenant), user, record)) return *std::move(response);
    return refusal({Error::Kind::Unavailable, "decision log",
                    "the record of this access could not be kept",
                    "see the operations log; nothing of the log is shown without it"});
}

void AdminDecisions::describe(audit::AccessRecord& record, Wish const& wish)
{
    record.decisionId = wish.decisionId;
    record.as = wish.asWord;
    record.from = wish.from;
    record.to = wish.to;
    record.rule = wish.rule;
    if (wish.limit != 0) record.limit = wish.limit;
}

http::Response AdminDecisions::answer(AdminUser const& user, http::Request const& request) const
{
    audit::AccessRecord record;
    record.what = request.path.size() <= kPath.size() ? "decisions" : "decision";
    record.remote = request.remoteAddress;
    auto const wish = wishOf(request);
    auto const tenant = tenantFor(user, wish ? std::string_view{wish->tenant} : "");
    if (wish) describe(record, *wish);
    if (!mayReadDecisions(user.role)) {
        record.reason = "role";
        return refuse(user, record, tenant,
                      {Error::Kind::Forbidden, "role",
                       "a token of role " + std::string{word(user.role)} + " reads no decisions",
                       "use a token of an auditor"});
    }
    if (!wish) {
        record.reason = "invalid";
        return refuse(user, record, tenant, wish.error());
    }
    auto const directory = directoryOf(tenant);
    auto const isTheirs = user.tenant == "*" || tenant == tenantFor(user, "");
    if (!isTheirs || !directory) {
        record.reason = "tenant";
        // The same words for a tenant of others and one that does not exist.
        return refuse(user, record, tenant,
                      {Error::Kind::Forbidden, "tenant", "not one of this token",
                       "leave it out, or use a token of that tenant"});
    }
    return show(user, *wish, record, tenant, *directory);
}

} // namespace tcds::app
