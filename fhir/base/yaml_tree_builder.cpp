#include "fhir/base/yaml_tree_builder.hpp"

namespace tcds {

namespace {

constexpr std::size_t kMaxDepth = 32;

} // namespace

void YamlTreeBuilder::OnNull(YAML::Mark const& mark, YAML::anchor_t anchor)
{
    checkProperties(mark, {}, anchor);
    onNothing(mark);
}

void YamlTreeBuilder::OnAlias(YAML::Mark const& mark, YAML::anchor_t)
{
    faults_.report(faults_.positionOf(mark), "an alias (*name)",
                   "write the content out where it is needed");
    passOver();
}

void YamlTreeBuilder::OnScalar(YAML::Mark const& mark, std::string const& tag,
                               YAML::anchor_t anchor, std::string const& value)
{
    checkProperties(mark, tag, anchor);
    checkQuotes(mark);
    if (isName()) {
        onName(mark, tag, value);
        return;
    }
    if (begin(mark))
        target_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()), true);
}

void YamlTreeBuilder::OnSequenceStart(YAML::Mark const& mark, std::string const& tag,
                                      YAML::anchor_t anchor, YAML::EmitterStyle::value)
{
    checkProperties(mark, tag, anchor);
    if (open(mark, false)) target_.StartArray();
}

void YamlTreeBuilder::OnSequenceEnd()
{
    if (frames_.back().built) target_.EndArray(frames_.back().count);
    frames_.pop_back();
}

void YamlTreeBuilder::OnMapStart(YAML::Mark const& mark, std::string const& tag,
                                 YAML::anchor_t anchor, YAML::EmitterStyle::value)
{
    checkProperties(mark, tag, anchor);
    if (open(mark, true)) target_.StartObject();
}

void YamlTreeBuilder::OnMapEnd()
{
    if (frames_.back().built) target_.EndObject(frames_.back().count);
    frames_.pop_back();
}

void YamlTreeBuilder::checkProperties(YAML::Mark const& mark, std::string const& tag,
                                      YAML::anchor_t anchor)
{
    if (anchor != YAML::NullAnchor)
        faults_.report(faults_.positionOf(mark), "an anchor (&name)",
                       "remove it and write the content out where it is needed");
    // Plain texts are tagged "?" and quoted ones "!" by the parser itself.
    bool const implicit = tag.empty() || tag == "?" || (tag == "!" && faults_.byteAt(mark) != '!');
    if (!implicit)
        faults_.report(faults_.positionOf(mark), "a tag (!name)", "remove it: every value is text");
}

void YamlTreeBuilder::checkQuotes(YAML::Mark const& mark)
{
    auto const first = faults_.byteAt(mark);
    if ((first != '\'' && first != '"') || faults_.closesQuote(mark)) return;
    faults_.report(faults_.positionOf(mark), kOpenQuote, kCloseQuote);
    throw YamlStop{};
}

void YamlTreeBuilder::onName(YAML::Mark const& mark, std::string const& tag,
                             std::string const& name)
{
    auto& map = frames_.back();
    auto const position = faults_.positionOf(mark);
    map.nameNext = false;
    map.leaveOut = false;
    if (name == "<<" && tag == "?") {
        faults_.report(position, "a merge key (<<)", "write the content out where it is needed");
        map.leaveOut = true;
        return;
    }
    auto const [known, fresh] = map.names.emplace(name, position);
    if (!fresh) {
        faults_.report(position,
                       "key \"" + name + "\" stands twice, first in line " +
                           std::to_string(known->second.line),
                       "keep one of them", "L02");
        map.leaveOut = true;
        return;
    }
    map.name = name;
    map.namePosition = position;
}

void YamlTreeBuilder::onNothing(YAML::Mark const& mark)
{
    if (frames_.empty()) {
        faults_.report({}, "the file is empty", "write the content");
        return;
    }
    auto const& frame = frames_.back();
    if (isName())
        faults_.report(faults_.positionOf(mark), "an empty key", "write the key before the colon");
    else if (frame.isMap && !frame.leaveOut)
        faults_.report(frame.namePosition, "key \"" + frame.name + "\" has no value",
                       "write a value (\"\" for an empty text) or remove the key");
    else if (!frame.isMap)
        faults_.report(faults_.positionOf(mark), "an empty list element",
                       "write a value (\"\" for an empty text) or remove the element");
    passOver();
}

void YamlTreeBuilder::passOver()
{
    if (frames_.empty()) return;
    auto& frame = frames_.back();
    if (!frame.isMap) return;
    frame.leaveOut = frame.nameNext; // a bad name takes its value with it
    frame.nameNext = !frame.nameNext;
}

bool YamlTreeBuilder::begin(YAML::Mark const& mark)
{
    auto const position = faults_.positionOf(mark);
    if (frames_.empty()) {
        hasRoot_ = true;
        positions_.push_back(position);
        return true;
    }
    auto& frame = frames_.back();
    bool const built = frame.built && !frame.leaveOut;
    if (frame.isMap) {
        frame.nameNext = true;
        frame.leaveOut = false;
    }
    if (!built) return false;
    if (frame.isMap) {
        positions_.push_back(frame.namePosition);
        target_.Key(frame.name.data(), static_cast<rapidjson::SizeType>(frame.name.size()), true);
    }
    positions_.push_back(position);
    ++frame.count;
    return true;
}

bool YamlTreeBuilder::open(YAML::Mark const& mark, bool isMap)
{
    if (frames_.size() == kMaxDepth) {
        faults_.report(faults_.positionOf(mark),
                       "maps and lists are nested deeper than " + std::to_string(kMaxDepth),
                       "write a flatter file");
        throw YamlStop{};
    }
    bool built = false;
    if (isName()) {
        faults_.report(faults_.positionOf(mark), "a map or list stands where a key is due",
                       "use a text as key");
        passOver();
    } else {
        built = begin(mark);
    }
    frames_.push_back({.isMap = isMap,
                       .built = built,
                       .nameNext = isMap,
                       .name = {},
                       .namePosition = {},
                       .names = {}});
    return built;
}

} // namespace tcds
