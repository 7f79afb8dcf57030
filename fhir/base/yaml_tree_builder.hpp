#pragma once

#include "fhir/base/yaml_faults.hpp"

#include <yaml-cpp/eventhandler.h>

#include <map>
#include <string>
#include <vector>

// Private to the reader of YAML.

namespace tcds {

/// Turns parser events into the calls that fill a rapidjson::Document.
class YamlTreeBuilder final : public YAML::EventHandler
{
public:
    YamlTreeBuilder(YamlFaults& faults, rapidjson::Document& target,
                    std::vector<FilePosition>& positions)
        : faults_{faults}, target_{target}, positions_{positions}
    {
    }

    /// Whether the root is a value that can be had.
    [[nodiscard]] bool hasRoot() const { return hasRoot_; }

    void OnDocumentStart(YAML::Mark const&) override {}
    void OnDocumentEnd() override {}
    void OnNull(YAML::Mark const& mark, YAML::anchor_t anchor) override;
    void OnAlias(YAML::Mark const& mark, YAML::anchor_t) override;
    void OnScalar(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                  std::string const& value) override;
    void OnSequenceStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override;
    void OnSequenceEnd() override;
    void OnMapStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override;
    void OnMapEnd() override;

private:
    /// An open map or list.
    struct Frame {
        bool isMap = false;
        bool built = true;     // false inside of what is left out
        bool nameNext = false; // of a map: a name is due, not a value
        bool leaveOut = false; // of a map: the value of the current name
        std::string name;
        FilePosition namePosition;
        rapidjson::SizeType count = 0;
        std::map<std::string, FilePosition, std::less<>> names;
    };

    [[nodiscard]] bool isName() const { return !frames_.empty() && frames_.back().nameNext; }

    void checkProperties(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor);
    void checkQuotes(YAML::Mark const& mark);
    void onName(YAML::Mark const& mark, std::string const& tag, std::string const& name);
    void onNothing(YAML::Mark const& mark);

    /// A name or value that is left out.
    void passOver();

    /// A value begins: notes its place and that of the name before it.
    /// @return false when it is left out
    bool begin(YAML::Mark const& mark);

    bool open(YAML::Mark const& mark, bool isMap);

    YamlFaults& faults_;
    rapidjson::Document& target_;
    std::vector<FilePosition>& positions_;
    std::vector<Frame> frames_;
    bool hasRoot_ = false;
};

} // namespace tcds
