#include "server/doctor/doctor.hpp"
#include "tests/unit/client/certificates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/pem.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

namespace tcds::doctor {

namespace {

using client::test::Authority;
using client::test::Identity;
using testing::HasSubstr;

/// Writes a PEM file into the directory for tests.
template <class Write>
std::string pemFile(std::string const& name, mode_t mode, Write write)
{
    auto path = testing::TempDir() + "tcds_doctor_" + std::to_string(::getpid()) + name;
    (void)::unlink(path.c_str());
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const out{std::fopen(path.c_str(), "w"),
                                                              &std::fclose};
    EXPECT_TRUE(out != nullptr && write(out.get()) == 1);
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
}

config::Config configOf(Identity const& identity, mode_t mode = 0600)
{
    config::Config config;
    config.publicUrl = "https://cds.example.org";
    config.tls.certificateFile = pemFile("cert.pem", 0644, [&](std::FILE* out) {
        return PEM_write_X509(out, identity.certificate.get());
    });
    config.tls.keyFile = pemFile("key.pem", mode, [&](std::FILE* out) {
        return PEM_write_PrivateKey(out, identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    return config;
}

Report examined(config::Config const& config)
{
    return examineService(config, FixedClock{SystemClock{}.now()}); // lives are made by it
}

// CTL-13
TEST(OwnCertificate, IsGoodForTheHostOfThePublicUrl)
{
    struct Row {
        char const* names;
        bool good;
    };
    Authority const authority;
    for (auto const& row : {Row{"DNS:cds.example.org", true}, Row{"DNS:CDS.example.org", true},
                            Row{"DNS:*.example.org", true}, Row{"DNS:*.org", false},
                            Row{"DNS:example.org", false}, Row{"DNS:other.example.org", false}}) {
        SCOPED_TRACE(row.names);

        auto const report =
            examined(configOf(authority.issue(row.names, {-3600, 90L * 24 * 3600})));

        EXPECT_EQ(hasProblem({report}), !row.good);
        auto const text = asText({report}, false);
        EXPECT_THAT(text, HasSubstr("expires in 89 days"));
        if (!row.good) {
            EXPECT_THAT(text, HasSubstr("is not for cds.example.org, the host of public_url"));
        }
    }
}

TEST(OwnCertificate, MayHaveAnotherNameBehindAProxy)
{
    Authority const authority;
    auto config = configOf(authority.issue("DNS:inner.example.org", {-3600, 90L * 24 * 3600}));
    config.behindProxy = true;

    EXPECT_FALSE(hasProblem({examined(config)}));
}

TEST(OwnCertificate, IsAProblemOnceItHasExpired)
{
    Authority const authority;

    auto const report = examined(configOf(authority.issue("DNS:cds.example.org", {-7200, -3600})));

    EXPECT_TRUE(hasProblem({report}));
    EXPECT_THAT(asText({report}, false), HasSubstr("whoever runs this service renew it now"));
}

// CTL-14
TEST(OwnKey, IsRefusedAsServeRefusesIt)
{
    Authority const authority;

    auto const report = examined(configOf(authority.issue("DNS:cds.example.org"), 0644));

    EXPECT_TRUE(hasProblem({report}));
    EXPECT_THAT(asText({report}, false), HasSubstr("key.pem"));
}

TEST(Authorities, AreListedWithTheirEnds)
{
    Authority const authority;
    config::Config config;
    config.fhirCaFile = authority.file();

    EXPECT_THAT(asText({examined(config)}, false), HasSubstr("trusts CN = Authority of a test"));

    config.fhirCaFile = "no/such/file.pem";

    EXPECT_TRUE(hasProblem({examined(config)}));
    EXPECT_THAT(asText({examined(config)}, false), HasSubstr("fhir.ca_file no/such/file.pem"));
}

} // namespace

} // namespace tcds::doctor
