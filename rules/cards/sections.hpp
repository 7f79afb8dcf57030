#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::rules {

enum class Section : std::uint8_t { Findings, Why, Options, NotChecked, Basis };

/// A text of headed sections that is filled sentence by sentence while it fits. The sentences must
/// outlive it.
class Sections
{
public:
    explicit Sections(std::size_t most) : most_{most} { sentences_.reserve(kUsual); }

    /// Takes a sentence in, or leaves it out when it is already said or no longer fits.
    /// @return true when the text says it
    bool add(Section section, std::string_view sentence);
    /// Takes it in, whatever its length.
    void require(Section section, std::string_view sentence);
    void clear();

    [[nodiscard]] std::size_t length() const { return length_; }
    /// `**Findings:**` with one list item a sentence, then the other sections as paragraphs.
    [[nodiscard]] std::string text() const;

private:
    static constexpr std::size_t kUsual = 32; // sentences of a long text
    static constexpr std::size_t kSections = 5;

    struct Sentence {
        Section section;
        std::string_view text;
    };

    [[nodiscard]] std::size_t cost(Section section, std::string_view sentence) const;
    void append(Section section, std::string_view sentence, std::size_t cost);

    std::size_t most_;
    std::size_t length_ = 0; // as cardLength counts
    std::size_t bytes_ = 0;  // of the sentences
    std::array<std::uint16_t, kSections> counts_{};
    std::vector<Sentence> sentences_; // in the order in which they came
};

/// Takes the first sentence off a text, without the blanks behind it: a sentence ends at a full
/// stop that a capital or a mark of emphasis follows.
/// @return "" when the text held blanks alone
std::string_view takeSentence(std::string_view& text);

} // namespace tcds::rules
