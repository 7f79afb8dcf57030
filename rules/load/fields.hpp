#pragma once

#include "fhir/base/datetime.hpp"
#include "fhir/base/decimal.hpp"
#include "fhir/base/problems.hpp"
#include "fhir/base/tree.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcds::rules {

/// The members of one authored map. Every key that is asked for is a known one; finish() reports
/// the others (L01), so a key can never be ignored.
class Fields
{
public:
    /// Reports a node that is no map; all keys are then absent.
    /// @param what  the map in words: "lab clause"
    Fields(Node node, std::string_view what, Problems& problems);

    [[nodiscard]] std::optional<Node> find(std::string_view key);
    /// As find(); reports the lack of the key.
    [[nodiscard]] std::optional<Node> need(std::string_view key);

    // Scalars; absent or faulty ones give nothing, faults are reported.
    [[nodiscard]] std::string text(std::string_view key); // "" when absent
    [[nodiscard]] std::string neededText(std::string_view key);
    [[nodiscard]] std::optional<Duration> duration(std::string_view key);
    [[nodiscard]] std::optional<std::size_t> count(std::string_view key);
    [[nodiscard]] bool flag(std::string_view key); // yes or no; absent is no

    /// Reports each key that nobody asked for, with the nearest one that is known.
    void finish();

    [[nodiscard]] Node const& node() const { return node_; }
    [[nodiscard]] std::string where() const { return node_.where(); }
    [[nodiscard]] bool isMap() const { return node_.isMap(); }
    /// Were there no keys at all?
    [[nodiscard]] bool empty() const { return members_.empty(); }

private:
    Node node_;
    std::string what_;
    Problems& problems_;
    std::vector<Node::Member> members_;
    std::vector<std::string_view> known_;
};

// Readers of scalars. Each reports what is wrong (L01) and then gives nothing.

std::optional<std::string> readText(Node node, Problems& problems);
/// A length of time greater than nothing; `signedToo` allows `-24 h`.
std::optional<Duration> readDuration(Node node, Problems& problems, bool signedToo = false);
std::optional<Decimal> readDecimal(Node node, Problems& problems);
std::optional<std::size_t> readCount(Node node, Problems& problems);
/// `yes`/`true` or `no`/`false`.
std::optional<bool> readFlag(Node node, Problems& problems);

/// `unknown level "hig". Fix: did you mean "high"?` (code L01 unless told)
void reportUnknown(Node node, std::string_view what, std::vector<std::string_view> const& known,
                   Problems& problems, std::string code = "L01");

/// "did you mean "x"?", else "use one of: a, b, c".
std::string suggestion(std::string_view typed, std::vector<std::string_view> const& known);

template <class T>
using Word = std::pair<std::string_view, T>;

/// One of a closed list of words.
template <class T, std::size_t N>
std::optional<T> readWord(Node node, std::string_view what, std::array<Word<T>, N> const& words,
                          Problems& problems)
{
    std::vector<std::string_view> known;
    for (auto const& [word, value] : words) {
        if (node.isText() && node.text() == word) return value;
        known.push_back(word);
    }
    reportUnknown(node, what, known, problems);
    return std::nullopt;
}

} // namespace tcds::rules
