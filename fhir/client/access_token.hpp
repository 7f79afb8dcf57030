#pragma once

#include <string>
#include <string_view>

namespace tcds::client {

/// The access token of one hook call (controls CTL-06; FHIR-02): moved, never copied, never
/// printed. Its bytes are overwritten when it dies or moves, and in the string that it was made of.
class AccessToken
{
public:
    AccessToken() = default;
    /// @param text  taken over, overwritten and empty afterwards
    explicit AccessToken(std::string&& text);
    AccessToken(AccessToken&& other) noexcept;
    AccessToken& operator=(AccessToken&& other) noexcept;
    AccessToken(AccessToken const&) = delete;
    AccessToken& operator=(AccessToken const&) = delete;
    ~AccessToken();

    [[nodiscard]] bool empty() const { return text_.empty(); }
    /// Whether a header may hold it: visible ASCII only, so that no token adds lines to a request.
    [[nodiscard]] bool fitsHeader() const;
    /// The token itself. Only the writer of requests calls this.
    [[nodiscard]] std::string_view forAuthorizationHeader() const { return text_; }

private:
    void wipe();

    std::string text_;
};

/// Overwrites what a string holds, such that no compiler leaves it out, and empties it.
void wipe(std::string& text);

} // namespace tcds::client
