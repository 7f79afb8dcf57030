#include "server/cds/name_uuid.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tcds::cds {
namespace {

TEST(NameUuids, AreThoseOfTheStandard) // RFC 9562, A.4
{
    auto const dns = parseUuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
    NameUuids uuids;

    EXPECT_EQ(toText(uuids.of(dns, "www.example.com")), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    // Nothing of one name is left in the next.
    EXPECT_EQ(toText(uuids.of(dns, "www.example.com")), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST(Uuid, IsReadInEitherCaseAndWrittenInLowerCase)
{
    EXPECT_EQ(toText(parseUuid("2ED6657D-E927-568B-95E1-2665A8AEA6A2")),
              "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST(Uuid, OfAnotherFormIsRefused)
{
    for (auto const* text :
         {"", "d1", "2ed6657de927568b95e12665a8aea6a2", "2ed6657d-e927-568b-95e1-2665a8aea6ag",
          "2ed6657d-e927-568b-95e1+2665a8aea6a2", "2ed6657d-e927-568b-95e1-2665a8aea6a21"})
        EXPECT_THROW((void)parseUuid(text), std::invalid_argument) << text;
}

} // namespace
} // namespace tcds::cds
