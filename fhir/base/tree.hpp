#pragma once

#include "fhir/base/problems.hpp"
#include "fhir/base/result.hpp"

#include <rapidjson/document.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds {

class Node;
struct Draft;

/// The content of one authored file: maps, lists and texts, nothing else. Every scalar is text
/// (`no` and `3.50` stay what was written); the position of each key and value is kept.
class Tree
{
public:
    /// Strict YAML (JSON is a subset that passes too): one document, UTF-8, at most 1 MiB, depth
    /// 32, no anchors, aliases, merge keys or tags, no duplicate keys, no map or list as a key, a
    /// null value is an error. Every fault goes to `problems` (code L01, duplicate keys L02).
    /// @return the tree, or nothing when the text could not be read at all
    static std::optional<Tree> fromYaml(std::string_view text, std::string file,
                                        Problems& problems);

    /// A tree that was written as JSON before (texts, arrays, objects only): no positions. The
    /// value must outlive the tree.
    static Tree view(rapidjson::Value const& value, std::string file);

    /// A tree that was put together of pieces of others; every piece keeps its place (draft.hpp).
    static Tree of(Draft const& draft, std::string file);

    Tree(Tree&&) noexcept;
    Tree& operator=(Tree&&) noexcept;
    ~Tree();

    [[nodiscard]] Node root() const;
    [[nodiscard]] std::string const& file() const;
    /// The content as compact JSON, keys in file order: what bundles hold and digests cover.
    [[nodiscard]] std::string toJson() const;

private:
    friend class Node;
    struct Impl;
    explicit Tree(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// A place in a Tree; cheap to copy, valid while the Tree lives.
class Node
{
public:
    [[nodiscard]] bool isMap() const;
    [[nodiscard]] bool isList() const;
    [[nodiscard]] bool isText() const;

    /// The text of a scalar, "" for maps and lists.
    [[nodiscard]] std::string_view text() const;
    /// Member of a map.
    [[nodiscard]] std::optional<Node> find(std::string_view key) const;
    /// Members in file order; `keyNode` of a member tells where its key stands.
    struct Member;
    [[nodiscard]] std::vector<Member> members() const;
    /// Elements of a list; a bare text or map counts as a list of one.
    [[nodiscard]] std::vector<Node> items() const;

    /// FILE:LINE:COLUMN (FILE alone where positions are unknown).
    [[nodiscard]] std::string where() const;
    [[nodiscard]] rapidjson::Value const& raw() const { return *value_; }

private:
    friend class Tree;
    Node(void const* tree, rapidjson::Value const* value) : tree_{tree}, value_{value} {}
    void const* tree_; // Tree::Impl
    rapidjson::Value const* value_;
};

struct Node::Member {
    std::string_view key;
    Node keyNode;
    Node value;
};

} // namespace tcds
