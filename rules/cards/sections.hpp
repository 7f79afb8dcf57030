#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules {

enum class Section : std::uint8_t { Findings, Why, Options, NotChecked, Basis };

/// A text of headed sections that is filled sentence by sentence while it fits.
class Sections
{
public:
    explicit Sections(std::size_t most) : most_{most} {}

    /// Takes a sentence in, or leaves it out when it is already said or no longer fits.
    /// @return true when the text says it
    bool add(Section section, std::string const& sentence);
    /// Takes it in, whatever its length.
    void require(Section section, std::string sentence);

    [[nodiscard]] std::size_t length() const { return length_; }
    /// `**Findings:**` with one list item a sentence, then the other sections as paragraphs.
    [[nodiscard]] std::string text() const;

private:
    [[nodiscard]] std::size_t cost(Section section, std::string_view sentence) const;
    [[nodiscard]] std::vector<std::string>& of(Section section)
    {
        return sentences_[static_cast<std::size_t>(section)];
    }

    std::size_t most_;
    std::size_t length_ = 0;
    std::array<std::vector<std::string>, 5> sentences_;
};

/// Parts a text after full stops that a capital or a mark of emphasis follows.
std::vector<std::string> sentencesOf(std::string_view text);

} // namespace tcds::rules
