#include "tests/bench/report.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace tcds::bench {

namespace {

template <class... Values>
void line(std::string& text, char const* format, Values... values)
{
    std::array<char, 256> buffer{};
    (void)std::snprintf(buffer.data(), buffer.size(), format, values...); // longer lines are cut
    text.append(buffer.data()).append("\n");
}

using Json = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

void number(Json& json, char const* name, double value)
{
    json.Key(name);
    json.Double(value);
}

void count(Json& json, char const* name, std::size_t value)
{
    json.Key(name);
    json.Uint64(value);
}

void spread(Json& json, char const* name, Spread const& values)
{
    json.Key(name);
    json.StartObject();
    number(json, "min", values.least);
    number(json, "median", values.median);
    number(json, "max", values.most);
    json.EndObject();
}

void write(Json& json, SizeFigures const& size)
{
    json.StartObject();
    count(json, "requestBytes", size.requestBytes);
    count(json, "requestsPerRound", size.requests);
    spread(json, "nullCpuUs", size.null);
    spread(json, "serviceCpuUs", size.service);
    number(json, "ratio", size.ratio());
    spread(json, "recordedCpuUs", size.recorded);
    spread(json, "unrecordedCpuUs", size.unrecorded);
    number(json, "recordRatio", size.recordRatio());
    spread(json, "tlsCpuUs", size.secured);
    number(json, "tlsRatio", size.tlsRatio());
    count(json, "answerBytes", size.answerBytes);
    count(json, "cards", size.record.cards);
    count(json, "recordBytes", size.record.bytes);
    count(json, "recordCandidates", size.record.candidates);
    count(json, "recordFacts", size.record.facts);
    count(json, "nullKib", size.nullKib);
    count(json, "serviceKib", size.serviceKib);
    json.EndObject();
}

} // namespace

Spread spreadOf(std::vector<double> values)
{
    if (values.empty()) return {};
    std::ranges::sort(values);
    auto const middle = values.size() / 2;
    auto const median =
        values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    return {values.front(), median, values.back()};
}

std::string asTable(Figures const& figures)
{
    std::string text;
    line(text, "%zu rounds, alternating; %zu connections; %zu service thread(s); record on",
         figures.rounds, figures.connections, figures.threads);
    line(text, "");
    line(text, "%9s  %-26s  %-26s  %6s", "request", "null server, CPU us", "service, CPU us", "");
    line(text, "%9s  %8s %8s %8s  %8s %8s %8s  %6s", "bytes", "min", "median", "max", "min",
         "median", "max", "ratio");
    for (auto const& size : figures.sizes)
        line(text, "%9zu  %8.1f %8.1f %8.1f  %8.1f %8.1f %8.1f  %6.2f", size.requestBytes,
             size.null.least, size.null.median, size.null.most, size.service.least,
             size.service.median, size.service.most, size.ratio());
    line(text, "");
    line(text, "%9s  %-26s  %-26s  %6s", "request", "without records, CPU us",
         "with records, CPU us", "with /");
    line(text, "%9s  %8s %8s %8s  %8s %8s %8s  %6s", "bytes", "min", "median", "max", "min",
         "median", "max", "without");
    for (auto const& size : figures.sizes)
        line(text, "%9zu  %8.1f %8.1f %8.1f  %8.1f %8.1f %8.1f  %6.2f", size.requestBytes,
             size.unrecorded.least, size.unrecorded.median, size.unrecorded.most,
             size.recorded.least, size.recorded.median, size.recorded.most, size.recordRatio());
    line(text, "");
    line(text, "%9s  %-26s  %6s", "request", "service over TLS, CPU us", "TLS /");
    line(text, "%9s  %8s %8s %8s  %6s", "bytes", "min", "median", "max", "plain");
    for (auto const& size : figures.sizes)
        line(text, "%9zu  %8.1f %8.1f %8.1f  %6.2f", size.requestBytes, size.secured.least,
             size.secured.median, size.secured.most, size.tlsRatio());
    line(text, "");
    line(text, "%9s  %6s %9s  %9s %11s %6s  %9s %11s", "request", "cards", "answer", "record",
         "candidates", "facts", "null KiB", "service KiB");
    for (auto const& size : figures.sizes)
        line(text, "%9zu  %6zu %9zu  %9zu %11zu %6zu  %9zu %11zu", size.requestBytes,
             size.record.cards, size.answerBytes, size.record.bytes, size.record.candidates,
             size.record.facts, size.nullKib, size.serviceKib);
    line(text, "");
    line(text, "start to the first answered call, ms: min %.1f  median %.1f  max %.1f",
         figures.startMs.least, figures.startMs.median, figures.startMs.most);
    return text;
}

std::string asJson(Figures const& figures)
{
    rapidjson::StringBuffer buffer;
    Json json{buffer};
    json.SetMaxDecimalPlaces(3);
    json.StartObject();
    count(json, "rounds", figures.rounds);
    count(json, "connections", figures.connections);
    count(json, "serviceThreads", figures.threads);
    json.Key("sizes");
    json.StartArray();
    for (auto const& size : figures.sizes) write(json, size);
    json.EndArray();
    spread(json, "startMs", figures.startMs);
    json.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

} // namespace tcds::bench
