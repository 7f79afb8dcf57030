#pragma once

#include "server/witness/destination.hpp"
#include "server/witness/wire.hpp"

#include <string>

namespace tcds::witness {

/// An HTTP endpoint that gets each signed note as the body of a POST, text/plain. Any answer of 200
/// to 299 means that it has it.
class HttpPost final : public Destination
{
public:
    /// @param url  https or http: a note is signed and holds nothing of patients
    /// @error Config: the URL, or a file that cannot be used
    static Result<std::unique_ptr<Destination>> make(std::string const& url, TlsFiles const& files);

    [[nodiscard]] std::string_view kind() const override { return "http"; }
    Result<void> deliver(Publication const& publication, Attempt const& attempt) override;

private:
    HttpPost(client::Url url, Wire::Context context);

    client::Url url_;
    Wire::Context context_; // null: plain
};

} // namespace tcds::witness
