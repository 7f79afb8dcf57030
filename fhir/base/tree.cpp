#include "fhir/base/tree.hpp"

#include "fhir/base/draft.hpp"
#include "fhir/base/yaml_reader.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

namespace tcds {

namespace {

using rapidjson::Value;

struct Located {
    Value const* value = nullptr;
    FilePosition position;
};

/// Pairs the values of a finished tree, in reading order, with the places that were noted in the
/// same order while it was built; values move while a tree grows, so this cannot be done earlier.
class Locator
{
public:
    explicit Locator(std::vector<FilePosition> const& positions) : next_{positions.begin()}
    {
        places_.reserve(positions.size());
    }

    void walk(Value const& value)
    {
        note(value);
        if (value.IsObject()) {
            for (auto const& member : value.GetObject()) {
                note(member.name);
                walk(member.value);
            }
        } else if (value.IsArray()) {
            for (auto const& element : value.GetArray()) walk(element);
        }
    }

    /// Sorted by address.
    std::vector<Located> take()
    {
        std::ranges::sort(places_, std::less<>{}, &Located::value);
        return std::move(places_);
    }

private:
    void note(Value const& value) { places_.push_back({&value, *next_++}); }

    std::vector<FilePosition>::const_iterator next_;
    std::vector<Located> places_;
};

/// Where a value of a drafted tree was authored: another file than the tree's, maybe.
struct Authored {
    Value const* value = nullptr;
    std::string where;
};

Value::StringRefType refTo(std::string const& text)
{
    return {text.data(), static_cast<rapidjson::SizeType>(text.size())};
}

void build(Draft const& draft, Value& value, rapidjson::Document::AllocatorType& memory)
{
    switch (draft.kind) {
    case Draft::Kind::Text:
        value.SetString(refTo(draft.text), memory);
        return;
    case Draft::Kind::List:
        value.SetArray();
        for (auto const& item : draft.items) {
            Value element;
            build(item, element, memory);
            value.PushBack(element, memory);
        }
        return;
    case Draft::Kind::Map:
        value.SetObject();
        for (auto const& member : draft.members) {
            Value inner;
            build(member.value, inner, memory);
            value.AddMember(Value{refTo(member.key), memory}, inner, memory);
        }
    }
}

/// After build(): values move while a tree grows.
void locate(Draft const& draft, Value const& value, std::vector<Authored>& places)
{
    places.push_back({&value, draft.where});
    if (draft.kind == Draft::Kind::List)
        for (rapidjson::SizeType i = 0; i < value.Size(); ++i)
            locate(draft.items[i], value[i], places);
    if (draft.kind != Draft::Kind::Map) return;
    auto member = draft.members.begin();
    for (auto const& made : value.GetObject()) {
        places.push_back({&made.name, member->keyWhere});
        locate(member->value, made.value, places);
        ++member;
    }
}

std::string_view viewOf(Value const& value) { return {value.GetString(), value.GetStringLength()}; }

} // namespace

struct Tree::Impl {
    std::string file;
    rapidjson::Document document; // empty for a view
    Value const* root = nullptr;
    std::vector<Located> places;
    std::vector<Authored> authored; // of a draft, in place of `places`; sorted by address
};

Tree::Tree(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Tree::Tree(Tree&&) noexcept = default;
Tree& Tree::operator=(Tree&&) noexcept = default;
Tree::~Tree() = default;

std::optional<Tree> Tree::fromYaml(std::string_view text, std::string file, Problems& problems)
{
    auto content = readYaml(text, file, problems);
    if (!content) return std::nullopt;

    auto impl = std::make_unique<Impl>();
    impl->file = std::move(file);
    impl->document = std::move(content->document);
    impl->root = &impl->document;
    Locator locator{content->positions};
    locator.walk(*impl->root);
    impl->places = locator.take();
    return Tree{std::move(impl)};
}

Tree Tree::view(rapidjson::Value const& value, std::string file)
{
    auto impl = std::make_unique<Impl>();
    impl->file = std::move(file);
    impl->root = &value;
    return Tree{std::move(impl)};
}

Tree Tree::of(Draft const& draft, std::string file)
{
    auto impl = std::make_unique<Impl>();
    impl->file = std::move(file);
    build(draft, impl->document, impl->document.GetAllocator());
    impl->root = &impl->document;
    locate(draft, *impl->root, impl->authored);
    std::ranges::sort(impl->authored, std::less<>{}, &Authored::value);
    return Tree{std::move(impl)};
}

Node Tree::root() const { return {impl_.get(), impl_->root}; }

std::string const& Tree::file() const { return impl_->file; }

std::string Tree::toJson() const
{
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
    impl_->root->Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

bool Node::isMap() const { return value_->IsObject(); }
bool Node::isList() const { return value_->IsArray(); }
bool Node::isText() const { return value_->IsString(); }

std::string_view Node::text() const { return isText() ? viewOf(*value_) : std::string_view{}; }

std::optional<Node> Node::find(std::string_view key) const
{
    if (!isMap()) return std::nullopt;
    for (auto const& member : value_->GetObject())
        if (viewOf(member.name) == key) return Node{tree_, &member.value};
    return std::nullopt;
}

std::vector<Node::Member> Node::members() const
{
    std::vector<Member> result;
    if (!isMap()) return result;
    result.reserve(value_->MemberCount());
    for (auto const& member : value_->GetObject())
        result.push_back(
            {viewOf(member.name), Node{tree_, &member.name}, Node{tree_, &member.value}});
    return result;
}

std::vector<Node> Node::items() const
{
    if (!isList()) return {*this};
    std::vector<Node> result;
    result.reserve(value_->Size());
    for (auto const& element : value_->GetArray()) result.push_back(Node{tree_, &element});
    return result;
}

std::string Node::where() const
{
    auto const& tree = *static_cast<Tree::Impl const*>(tree_);
    auto const authored =
        std::ranges::lower_bound(tree.authored, value_, std::less<>{}, &Authored::value);
    if (authored != tree.authored.end() && authored->value == value_) return authored->where;
    auto const place =
        std::ranges::lower_bound(tree.places, value_, std::less<>{}, &Located::value);
    if (place == tree.places.end() || place->value != value_) return tree.file;
    return tree.file + ':' + std::to_string(place->position.line) + ':' +
           std::to_string(place->position.column);
}

} // namespace tcds
