#pragma once

#include "fhir/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tcds::audit_export {

/// What somebody did with a card.
struct Feedback {
    std::string_view outcome;                                 // accepted | overridden
    std::string_view reasonSystem, reasonCode, reasonDisplay; // "" = none given
    std::string at;                                           // instant of its receipt
    std::string_view user;                                    // as recorded
};

/// The last feedback on each of many cards: feedback comes after its decision, so it is gathered
/// before the decisions are written. Some 100 bytes a card, and no more cards than it is made for.
class FeedbackBook
{
public:
    static constexpr std::size_t kMost = 500'000;

    explicit FeedbackBook(std::size_t most = kMost) : most_{most} {}
    FeedbackBook(FeedbackBook const&) = delete; // texts_ points into places_
    FeedbackBook& operator=(FeedbackBook const&) = delete;
    FeedbackBook(FeedbackBook&&) = default;
    FeedbackBook& operator=(FeedbackBook&&) = default;
    ~FeedbackBook() = default;

    /// Takes a `feedback` record; the later one on a card counts. What is no such record is let go:
    /// it says nothing of a card.
    /// @error TooLarge when it holds as many cards as it may
    Result<void> take(std::string_view line);
    /// The last feedback on a card; nothing was said of it: all members "". Views live as long as
    /// the book and nothing is added.
    [[nodiscard]] Feedback of(std::string_view card) const;
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        std::uint32_t outcome, system, code, display, user; // places in texts_
        std::int64_t at;                                    // milliseconds since 1970
    };
    /// A text that is kept once however often it comes.
    std::uint32_t kept(std::string_view text);

    std::size_t most_;
    std::unordered_map<std::string, Entry> entries_; // by the 16 bytes of the card's UUID
    std::unordered_map<std::string, std::uint32_t> places_;
    std::vector<std::string_view> texts_; // keys of places_
};

} // namespace tcds::audit_export
