#include "server/http/tls_context.hpp"

#include "certificates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tcds::http::test {
namespace {

using testing::HasSubstr;

struct Stage {
    Authority authority{"Root"};
    Folder folder;
    Issued own = authority.issue();
    Tls tls;

    Stage()
    {
        tls.certificateFile = folder.put("server.pem", own.certificate);
        tls.keyFile = folder.put("server.key", own.key);
    }
};

/// One fault: what is done to good files, and what the error says of which file.
struct Fault {
    char const* name;
    void (*spoil)(Stage&);
    char const* file;
    char const* what;
};

class TlsFault : public testing::TestWithParam<Fault>
{
};

} // namespace

TEST_P(TlsFault, NamesTheFileAndWhatIsWrong)
{
    Stage stage;
    GetParam().spoil(stage);

    auto const loaded = TlsContext::load(stage.tls);

    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind, Error::Kind::Config);
    EXPECT_EQ(loaded.error().where, stage.folder.path(GetParam().file));
    EXPECT_THAT(loaded.error().what, HasSubstr(GetParam().what));
    EXPECT_NE(loaded.error().fix, "");
}

INSTANTIATE_TEST_SUITE_P(
    Spoilt, TlsFault,
    testing::Values(
        Fault{"NoCertificate", [](Stage& s) { s.tls.certificateFile = s.folder.path("none"); },
              "none", "cannot be read: No such file"},
        Fault{"EmptyCertificate", [](Stage& s) { s.folder.put("server.pem", ""); }, "server.pem",
              "holds no certificate"},
        Fault{"KeyInPlaceOfCertificate", [](Stage& s) { s.folder.put("server.pem", s.own.key); },
              "server.pem", "holds no certificate"},
        Fault{"NoKey", [](Stage& s) { s.tls.keyFile = s.folder.path("none"); }, "none",
              "the private key cannot be read: No such file"},
        Fault{"CertificateInPlaceOfKey",
              [](Stage& s) { s.folder.put("server.key", s.own.certificate); }, "server.key",
              "holds no private key"},
        Fault{"EncryptedKey", [](Stage& s) { s.folder.put("server.key", withPassword(s.own.key)); },
              "server.key", "is encrypted"},
        Fault{"ForeignKey", [](Stage& s) { s.folder.put("server.key", s.authority.issue().key); },
              "server.key", "does not belong to the certificate in "},
        // CTL-14
        Fault{"KeyForEverybody", [](Stage& s) { s.folder.put("server.key", s.own.key, 0644); },
              "server.key", "the mode 0644 lets others use the private key"},
        Fault{"KeyThatAGroupWrites", [](Stage& s) { s.folder.put("server.key", s.own.key, 0660); },
              "server.key", "the mode 0660 lets others use the private key"},
        Fault{"NoClientAuthority", [](Stage& s) { s.tls.clientCaFile = s.folder.path("none"); },
              "none", "cannot be read: No such file"},
        Fault{"EmptyClientAuthority",
              [](Stage& s) { s.tls.clientCaFile = s.folder.put("clients.pem", "x"); },
              "clients.pem", "holds no certificate in PEM form"},
        Fault{"EmptyRevocations",
              [](Stage& s) {
                  s.tls.clientCaFile = s.folder.put("clients.pem", s.authority.certificate());
                  s.tls.crlFile = s.folder.put("list.pem", s.authority.certificate());
              },
              "list.pem", "holds no certificate revocation list"}),
    [](auto const& row) { return row.param.name; });

TEST(TlsContext, LoadsGoodFilesInSilence)
{
    Stage const stage;

    auto const loaded = TlsContext::load(stage.tls);

    ASSERT_TRUE(loaded);
    EXPECT_THAT((*loaded)->warnings(), testing::IsEmpty());
    EXPECT_THAT((*loaded)->validUntil(), testing::MatchesRegex("20[0-9-]+T[0-9:]+Z"));
}

TEST(TlsContext, WarnsOfACertificateThatIsNotValidYet)
{
    Stage stage;
    stage.own = stage.authority.issue({.from = 1});
    stage.folder.put("server.pem", stage.own.certificate);
    stage.folder.put("server.key", stage.own.key);

    auto const loaded = TlsContext::load(stage.tls);

    ASSERT_TRUE(loaded);
    EXPECT_THAT((*loaded)->warnings(), testing::ElementsAre(HasSubstr("not valid yet")));
}

TEST(TlsContext, TakesAChainWithIntermediates)
{
    Stage stage;
    stage.folder.put("server.pem", stage.own.certificate + stage.authority.certificate());

    EXPECT_TRUE(TlsContext::load(stage.tls));
}

} // namespace tcds::http::test
