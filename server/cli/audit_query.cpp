#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/index.hpp"
#include "server/cli/log_folder.hpp"
#include "server/cli/postgres_records.hpp"
#include "server/query/found_text.hpp"

#include <unistd.h>

#include <charconv>
#include <iostream>

namespace tcds::cli {

namespace {

constexpr std::size_t kShownToPeople = 100; // where nobody says how many

Error unusable(std::string option, std::string what, std::string fix)
{
    return {Error::Kind::BadRequest, std::move(option), std::move(what), std::move(fix)};
}

/// The patient that was named, or typed in: "Patient/ID".
Result<std::string> patientOf(std::string typed)
{
    if (typed == "-") {
        if (isatty(STDIN_FILENO) == 1) std::cerr << "patient id: " << std::flush;
        typed.clear();
        std::getline(std::cin, typed);
        while (!typed.empty() && (typed.back() == '\r' || typed.back() == ' ')) typed.pop_back();
    }
    constexpr std::string_view kType = "Patient/";
    if (typed.starts_with(kType)) typed.erase(0, kType.size());
    if (typed.empty() || typed.find('/') != std::string::npos)
        return unusable("--patient", "is no id of a FHIR resource",
                        "give the id alone, as in Patient/ID");
    return std::string{kType} + typed;
}

/// The pseudonyms that the patient may have in the log: under every key that is still there, on the
/// server that was named or on each that the log names.
/// @param records  an index or a database
template <class Records>
Result<std::vector<std::string>> keysOf(QueryArguments const& arguments,
                                        std::string const& directory, Records& records)
{
    auto const patient = patientOf(arguments.patient);
    if (!patient) return patient.error();
    auto const pseudonyms = arguments.key.empty() ? pseudonymsOf(arguments.where, directory)
                                                  : pseudonymsIn(arguments.key, arguments.tenant);
    if (!pseudonyms) return pseudonyms.error();
    std::vector<std::string> servers{arguments.fhirServer};
    if (arguments.fhirServer.empty()) { // and those of calls that named none
        auto const named = records.fhirServers();
        if (!named) return named.error();
        servers.insert(servers.end(), named->begin(), named->end());
    }
    std::vector<std::string> keys;
    for (auto const& server : servers)
        for (auto& key : pseudonyms->inEveryPeriod(server, *patient))
            keys.push_back(std::move(key));
    return keys;
}

Result<std::size_t> limitOf(QueryArguments const& arguments)
{
    auto const& text = arguments.limit;
    if (text.empty()) return arguments.format == "text" ? kShownToPeople : 0;
    std::size_t limit = 0;
    auto const* const end = text.data() + text.size();
    if (std::from_chars(text.data(), end, limit).ptr != end)
        return unusable("--limit", "is no number", "write how many records, 0 for all");
    return limit;
}

query::Form formOf(std::string const& format)
{
    return format == "json"    ? query::Form::Json
           : format == "csv"   ? query::Form::Csv
           : format == "jsonl" ? query::Form::Lines
                               : query::Form::Text;
}

template <class Records>
Result<query::Question> questionOf(QueryArguments const& arguments, std::string const& directory,
                                   Records& records)
{
    query::Question question;
    question.from = arguments.from;
    question.to = arguments.to;
    question.type = arguments.type;
    question.client = arguments.client;
    question.user = arguments.user;
    question.service = arguments.service;
    question.hook = arguments.hook;
    question.decision = arguments.decision;
    question.card = arguments.card;
    question.rule = arguments.rule;
    question.outcome = arguments.outcome;
    question.answer = arguments.answer;
    auto const limit = limitOf(arguments);
    if (!limit) return limit.error();
    question.limit = *limit;
    if (arguments.patient.empty()) return question;
    auto keys = keysOf(arguments, directory, records);
    if (!keys) return keys.error();
    question.ofPatient = true;
    question.patientKeys = *std::move(keys);
    return question;
}

/// What a reader should know of the answer, on stderr: stdout holds records alone.
void sayCount(query::FoundCount const& count, std::string const& extent)
{
    if (count.matching == 0)
        std::cerr << "no record fits";
    else if (count.shown < count.matching)
        std::cerr << "the newest " << count.shown << " of " << count.matching
                  << " records that fit; --limit 0 shows all";
    else
        std::cerr << count.shown << (count.shown == 1 ? " record fits" : " records fit");
    std::cerr << "; " << extent << '\n';
    if (count.altered > 0)
        std::cerr << count.altered
                  << " of them were altered after they were written: run twitch-cds audit verify\n";
}

int exitOf(Error const& error)
{
    return error.where.starts_with("--")       ? Exit::kUsage
           : error.kind == Error::Kind::Config ? Exit::kConfiguration
                                               : Exit::kBadInput;
}

/// Asks and prints.
template <class Records>
Result<query::FoundCount> printFound(QueryArguments const& arguments, std::string const& directory,
                                     Records& records)
{
    auto const question = questionOf(arguments, directory, records);
    if (!question) return question.error();
    query::FoundWriter writer{formOf(arguments.format), arguments.rule,
                              [](std::string_view text) { std::cout << text; }};
    auto const count =
        records.find(*question, [&](query::Found const& found) { writer.take(found); });
    if (count) writer.finish(*count);
    std::cout << std::flush;
    return count;
}

int queryDatabase(QueryArguments const& arguments)
{
    auto records = openRecords(arguments.postgres);
    auto const count =
        records ? printFound(arguments, arguments.where.directory, *records) : records.error();
    if (!count) {
        complain(count.error());
        return exitOfDatabase(count.error());
    }
    sayCount(*count, describe(*records));
    return count->matching == 0 ? Exit::kCheckFailed : Exit::kDone;
}

} // namespace

int query(QueryArguments const& arguments)
{
    if (!arguments.postgres.connection.empty()) return queryDatabase(arguments);
    auto const directory = directoryOf(arguments.where);
    if (!directory) return Exit::kConfiguration;
    auto const index = openIndex(*directory, arguments.index);
    auto const count = index ? printFound(arguments, *directory, *index) : index.error();
    if (!count) {
        complain(count.error());
        return exitOf(count.error());
    }
    auto const extent = index->extent();
    if (extent) sayCount(*count, describe(*extent));
    return count->matching == 0 ? Exit::kCheckFailed : Exit::kDone;
}

} // namespace tcds::cli
