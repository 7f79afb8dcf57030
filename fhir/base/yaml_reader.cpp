#include "fhir/base/yaml_reader.hpp"

#include "fhir/base/yaml_tree_builder.hpp"

#include <yaml-cpp/parser.h>

#include <sstream>

namespace tcds {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Whatever comes after the first document is one too many.
class NothingMore final : public YAML::EventHandler
{
public:
    explicit NothingMore(YamlFaults& faults) : faults_{faults} {}

    void OnDocumentStart(YAML::Mark const& mark) override
    {
        faults_.report(faults_.positionOf(mark), "more content after the end of the document",
                       "keep one document in a file");
        throw YamlStop{};
    }
    void OnDocumentEnd() override {}
    void OnNull(YAML::Mark const&, YAML::anchor_t) override {}
    void OnAlias(YAML::Mark const&, YAML::anchor_t) override {}
    void OnScalar(YAML::Mark const&, std::string const&, YAML::anchor_t,
                  std::string const&) override
    {
    }
    void OnSequenceStart(YAML::Mark const&, std::string const&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override
    {
    }
    void OnSequenceEnd() override {}
    void OnMapStart(YAML::Mark const&, std::string const&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override
    {
    }
    void OnMapEnd() override {}

private:
    YamlFaults& faults_;
};

/// @return whether the text was read to its end and has a root
bool build(std::string_view text, YamlFaults& faults, YamlTreeBuilder& builder)
{
    try {
        std::istringstream stream{std::string{text}};
        YAML::Parser parser{stream};
        if (!parser.HandleNextDocument(builder)) {
            faults.report({}, "the file is empty", "write the content");
            return false;
        }
        NothingMore rest{faults};
        (void)parser.HandleNextDocument(rest); // reports by itself
    } catch (YAML::Exception const& failure) {
        faults.report(failure);
        return false;
    }
    return builder.hasRoot();
}

} // namespace

std::optional<YamlContent> readYaml(std::string_view text, std::string const& file,
                                    Problems& problems)
{
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    YamlFaults faults{text, file, problems};
    YamlContent content;
    bool complete = false;
    auto fill = [&](rapidjson::Document& document) {
        YamlTreeBuilder builder{faults, document, content.positions};
        complete = build(text, faults, builder);
        return complete;
    };
    try {
        if (!faults.checkBytes()) return std::nullopt;
        content.document.Populate(fill);
    } catch (YamlStop const&) {
        return std::nullopt; // reported where it was thrown
    }
    if (!complete) return std::nullopt;
    return content;
}

} // namespace tcds
