#pragma once

#include "tests/support/json_edit.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tcds::audit_export::test {

/// Compares as JSON: the order of members means nothing.
inline void expectSame(std::string_view got, std::string_view wanted)
{
    EXPECT_TRUE(tcds::test::parseJson(got) == tcds::test::parseJson(wanted))
        << "got:    " << got
        << "\nwanted: " << tcds::test::writeJson(tcds::test::parseJson(wanted));
}

} // namespace tcds::audit_export::test
