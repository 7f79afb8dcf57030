#include "server/doctor/finding.hpp"

#include "fhir/base/result.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <array>

namespace tcds::doctor {

namespace {

constexpr std::size_t kShownBytes = 120;
constexpr std::size_t kLevelWidth = 8; // "problem" and a blank

std::string_view colourOf(Level level)
{
    switch (level) {
    case Level::Ok:
        return "32";
    case Level::Note:
        return "1;30;43";
    case Level::Problem:
        return "1;37;41";
    }
    return "0";
}

std::string lineOf(Finding const& finding, bool colour)
{
    auto const word = toText(finding.level);
    std::string line{word};
    if (colour) line = "\x1b[" + std::string{colourOf(finding.level)} + "m" + line + "\x1b[0m";
    line.append(kLevelWidth - word.size(), ' ');
    return line + toText(Error{Error::Kind::Config, finding.where, finding.what, finding.fix}) +
           '\n';
}

std::size_t count(std::vector<Report> const& reports, Level level)
{
    std::size_t found = 0;
    for (auto const& report : reports)
        found +=
            static_cast<std::size_t>(std::ranges::count(report.findings, level, &Finding::level));
    return found;
}

std::string counted(std::size_t number, std::string_view word)
{
    return std::to_string(number) + " " + std::string{word} + (number == 1 ? "" : "s");
}

template <class Writer>
void write(Writer& writer, std::string_view name, std::string_view value)
{
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

} // namespace

std::string_view toText(Level level)
{
    constexpr std::array<std::string_view, 3> kWords{"ok", "note", "problem"};
    return kWords[static_cast<std::size_t>(level)];
}

void Findings::add(Level level, std::string_view where, std::string what, std::string fix)
{
    all_.push_back({level, std::string{where}, std::move(what), std::move(fix)});
}

void Findings::ok(std::string_view where, std::string what)
{
    add(Level::Ok, where, std::move(what), {});
}

void Findings::note(std::string_view where, std::string what, std::string fix)
{
    add(Level::Note, where, std::move(what), std::move(fix));
}

void Findings::problem(std::string_view where, std::string what, std::string fix)
{
    add(Level::Problem, where, std::move(what), std::move(fix));
}

bool hasProblem(std::vector<Report> const& reports) { return count(reports, Level::Problem) > 0; }

std::string shown(std::string_view foreign)
{
    std::string text{foreign.substr(0, kShownBytes)};
    std::ranges::replace_if(
        text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return foreign.size() > kShownBytes ? text + "..." : text;
}

std::string asText(std::vector<Report> const& reports, bool colour)
{
    std::string text;
    for (auto const& report : reports)
        for (auto const& finding : report.findings) text += lineOf(finding, colour);
    return text + counted(count(reports, Level::Problem), "problem") + ", " +
           counted(count(reports, Level::Note), "note") + "\n";
}

std::string asJson(std::vector<Report> const& reports)
{
    rapidjson::StringBuffer buffer;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer{buffer};
    writer.SetIndent(' ', 2);
    writer.StartObject();
    writer.Key("problems");
    writer.Uint64(count(reports, Level::Problem));
    writer.Key("notes");
    writer.Uint64(count(reports, Level::Note));
    writer.Key("clients");
    writer.StartArray();
    for (auto const& report : reports) {
        writer.StartObject();
        write(writer, "client", report.client);
        writer.Key("findings");
        writer.StartArray();
        for (auto const& finding : report.findings) {
            writer.StartObject();
            write(writer, "level", toText(finding.level));
            write(writer, "where", finding.where);
            write(writer, "what", finding.what);
            write(writer, "fix", finding.fix);
            writer.EndObject();
        }
        writer.EndArray();
        writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
    return std::string{buffer.GetString(), buffer.GetSize()} + "\n";
}

} // namespace tcds::doctor
