#pragma once

#include "server/proof/note_key.hpp"
#include "server/proof/verify.hpp"
#include "tests/unit/audit/log_stage.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::proof::test {

/// A key in PEM and what verifies it; the key of the example of golang.org/x/mod/sumdb/note.
extern char const* const kPrivatePem;
extern char const* const kPublicPem;

class Folder
{
public:
    /// @return the path of the new file, which its owner alone may read
    std::string put(std::string const& name, std::string_view text) const;
    [[nodiscard]] std::string path(std::string const& name = {}) const
    {
        return folder_.path(name);
    }

private:
    audit::test::TemporaryDirectory folder_;
};

std::shared_ptr<rules::SigningKey const> signingKey(Folder const& folder,
                                                    char const* pem = kPrivatePem);

/// A log of node cds-1 and tenant mercy-west with signed checkpoints, which are also published.
class SignedLog
{
public:
    /// @param every  records between checkpoints
    explicit SignedLog(std::uint64_t every, bool isSigned = true);

    /// Opens the log at an instant, lets `write` append to it, and closes it: `stop` and a last
    /// checkpoint stand at the end.
    void run(std::string const& time, std::function<void(audit::Log&)> const& write);
    /// The same with so many decisions.
    void decisions(std::string const& time, int count);

    [[nodiscard]] std::string directory() const { return folder_.path("audit"); }
    [[nodiscard]] std::string published() const { return folder_.path("published"); }
    [[nodiscard]] Folder const& folder() const { return folder_; }
    [[nodiscard]] std::vector<std::string> lines() const
    {
        return audit::test::recordsIn(directory());
    }
    [[nodiscard]] std::vector<audit::Checkpoint> const& made() const { return made_; }
    [[nodiscard]] TrustedNoteKeys keys() const;

private:
    Folder folder_;
    std::uint64_t every_;
    std::shared_ptr<rules::SigningKey const> key_; // null: nothing is signed
    audit::test::SetClock clock_{"2026-03-03T10:00:00Z"};
    std::vector<audit::Checkpoint> made_;
};

} // namespace tcds::proof::test
