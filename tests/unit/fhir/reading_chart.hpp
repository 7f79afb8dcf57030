#pragma once

#include "fhir/base/json.hpp"
#include "fhir/read/chart_reader.hpp"
#include "tests/support/terms_fixture.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::fhir::test {

inline TimeSpan span(std::string_view text)
{
    auto parsed = parseDateTime(text);
    EXPECT_TRUE(parsed) << text;
    return parsed ? *parsed : TimeSpan{};
}

/// A call under test: prefetch values as JSON texts. "now" is 2026-03-03T10:00:00Z, the patient p1.
class Call
{
public:
    Call()
    {
        options.asOf = span("2026-03-03T10:00:00Z").from;
        options.patientId = "p1";
    }

    /// A value under a prefetch key, or "context.conditions", "context.draftOrders".
    Call& with(std::string key, std::string json)
    {
        auto document = json::Document::parse(std::move(json));
        EXPECT_TRUE(document) << key << ": " << (document ? "" : document.error().what);
        if (!document) return *this;
        documents_.push_back(std::move(*document));
        auto const* via = key.starts_with("context.") ? "context" : "prefetch";
        inputs_.push_back(Input{std::move(key), via, &documents_.back().root()});
        return *this;
    }
    /// A value that was fetched: a page that another one follows, or the last that could be had.
    Call& fetched(std::string key, std::string json, SourceStatus failure = SourceStatus::Ok)
    {
        with(std::move(key), std::move(json));
        inputs_.back().via = "fhir";
        inputs_.back().failure = failure;
        inputs_.back().continued = failure == SourceStatus::Ok;
        return *this;
    }
    /// A fetch that brought nothing.
    Call& failed(std::string key, SourceStatus why)
    {
        inputs_.push_back(Input{std::move(key), "fhir", nullptr, why});
        return *this;
    }
    /// The page after the last value is an input too.
    Call& continued()
    {
        inputs_.back().continued = true;
        return *this;
    }
    /// A Bundle of resources.
    Call& bundle(std::string key, std::vector<std::string> const& resources)
    {
        return with(std::move(key), bundleOf(resources));
    }
    static std::string bundleOf(std::vector<std::string> const& resources)
    {
        std::string text = R"({"resourceType":"Bundle","type":"searchset","entry":[)";
        for (auto const& resource : resources) {
            if (text.back() == '}') text += ',';
            text += R"({"resource":)" + resource + '}';
        }
        return text + "]}";
    }

    [[nodiscard]] Result<PatientContext> tryRead() const
    {
        return readChart(inputs_, options, tcds::test::smallTerms());
    }
    [[nodiscard]] PatientContext read() const
    {
        auto context = tryRead();
        EXPECT_TRUE(context) << (context ? "" : context.error().what);
        return context ? std::move(*context) : PatientContext{};
    }

    ReadOptions options;

private:
    std::deque<json::Document> documents_;
    std::vector<Input> inputs_;
};

inline terms::Terminology const& terms() { return tcds::test::smallTerms(); }

inline SetId set(std::string_view name)
{
    auto const id = terms().setNamed(name);
    EXPECT_TRUE(id.known()) << name;
    return id;
}
inline SetBits sets(std::vector<std::string_view> const& names)
{
    SetBits bits;
    for (auto const name : names) bits.add(set(name));
    return bits;
}
inline AnalyteId analyte(std::string_view key) { return terms().analyteNamed(key); }

inline std::vector<std::string> ingredientNames(MedicationUse const& use)
{
    std::vector<std::string> names;
    for (auto const id : use.ingredients) names.push_back(terms().ingredient(id).name);
    return names;
}

/// Reasons of all gaps, in reading order.
inline std::vector<Reason> gapReasons(PatientContext const& context)
{
    std::vector<Reason> reasons;
    for (auto const& gap : context.gaps) reasons.push_back(gap.reason);
    return reasons;
}

/// A resource with extra members: resource("Observation", R"("status":"final")").
inline std::string resource(std::string_view type, std::string_view members)
{
    std::string text = R"({"resourceType":")";
    text.append(type).append("\"");
    if (!members.empty()) text.append(",").append(members);
    return text + "}";
}

inline std::string potassium(std::string_view members)
{
    std::string all =
        R"("code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},"subject":{"reference":"Patient/p1"})";
    if (members.find("\"status\"") == std::string_view::npos) all += R"(,"status":"final")";
    if (members.find("effective") == std::string_view::npos)
        all += R"(,"effectiveDateTime":"2026-03-01T08:00:00Z")";
    if (!members.empty()) all.append(",").append(members);
    return resource("Observation", all);
}

} // namespace tcds::fhir::test
