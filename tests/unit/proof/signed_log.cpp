#include "tests/unit/proof/signed_log.hpp"

#include <sys/stat.h>

#include <filesystem>

namespace tcds::proof::test {

char const* const kPrivatePem = "-----BEGIN PRIVATE KEY-----\n"
                                "MC4CAQAwBQYDK2VwBCIEIIEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n"
                                "-----END PRIVATE KEY-----\n";
char const* const kPublicPem = "-----BEGIN PUBLIC KEY-----\n"
                               "MCowBQYDK2VwAyEAGlzZBxQ8OExB6DDFvOEqqIF+xWSaqr8sMTiLNbLXRNY=\n"
                               "-----END PUBLIC KEY-----\n";

std::string Folder::put(std::string const& name, std::string_view text) const
{
    auto const path = folder_.path(name);
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
    audit::test::writeFile(path, std::string{text});
    EXPECT_EQ(::chmod(path.c_str(), 0600), 0);
    return path;
}

std::shared_ptr<rules::SigningKey const> signingKey(Folder const& folder, char const* pem)
{
    auto key = rules::SigningKey::fromFile(folder.put("key.pem", pem));
    EXPECT_TRUE(key) << (key ? std::string{} : toText(key.error()));
    return std::make_shared<rules::SigningKey const>(*std::move(key));
}

SignedLog::SignedLog(std::uint64_t every, bool isSigned) : every_{every}
{
    if (isSigned) key_ = signingKey(folder_);
}

void SignedLog::run(std::string const& time, std::function<void(audit::Log&)> const& write)
{
    clock_.set(time);
    auto options = audit::test::optionsIn(directory());
    auto const origin = originOf(options.tenant, options.node);
    options.checkpoints = audit::CheckpointOptions{};
    options.checkpoints->records = every_;
    options.checkpoints->interval = std::chrono::hours{24};
    if (key_)
        options.checkpoints->sign = [signer = NoteSigner{origin, key_},
                                     origin](audit::TreeHead const& head) {
            return signer.sign(toText(CheckpointText{origin, head}));
        };
    options.checkpoints->made = [this](audit::Checkpoint const& checkpoint) {
        made_.push_back(checkpoint);
        if (!checkpoint.note.empty())
            folder_.put("published/" + std::to_string(checkpoint.head.size) + ".note",
                        checkpoint.note);
    };
    auto const log = audit::Log::open(options, clock_);
    ASSERT_TRUE(log) << toText(log.error());
    write(**log);
}

void SignedLog::decisions(std::string const& time, int count)
{
    run(time, [&](audit::Log& log) {
        for (int i = 0; i < count; ++i)
            ASSERT_TRUE(log.append("decision",
                                   "\"decisionId\":\"" + time + "-" + std::to_string(i) + "\""));
    });
}

TrustedNoteKeys SignedLog::keys() const
{
    std::vector<std::string> const paths{folder_.put("public.pem", kPublicPem)};
    return TrustedNoteKeys::read(paths).value();
}

} // namespace tcds::proof::test
