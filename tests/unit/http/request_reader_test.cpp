#include "server/http/request_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace tcds::http {
namespace {

using namespace std::string_view_literals;
using State = RequestReader::State;

constexpr RequestLimits kSmall{.body = 100, .header = 400, .target = 120};

/// Offers `bytes` as a connection would: what was not taken is offered again.
/// @return what is left behind the message
std::string feedAll(RequestReader& reader, std::string_view bytes)
{
    while (!reader.finished()) {
        auto const before = reader.state();
        auto const taken = reader.feed(bytes);
        bytes.remove_prefix(taken);
        if (taken == 0 && reader.state() == before) break;
    }
    return std::string{bytes};
}

/// The same, byte by byte: no state may depend on where a read ends.
void feedSlowly(RequestReader& reader, std::string_view bytes)
{
    std::string pending;
    for (char const c : bytes) {
        pending += c;
        pending = feedAll(reader, pending);
        if (reader.finished()) return;
    }
}

struct Refused {
    std::string_view name;
    std::string_view bytes;
    int status;
};

class RefusedRequest : public testing::TestWithParam<Refused>
{
};

} // namespace

TEST(RequestReader, ReadsARequestInOnePieceOrByteByByte) // T-38: names of fields without case
{
    constexpr auto kBytes =
        "POST /cds-services/a?x=1 HTTP/1.1\r\nHost: h\r\nContent-type: application/json\r\n"
        "Content-Length: 4\r\n\r\nbody"sv;
    for (bool const slowly : {false, true}) {
        RequestReader reader{kSmall};

        slowly ? feedSlowly(reader, kBytes) : (void)feedAll(reader, kBytes);

        ASSERT_EQ(reader.state(), State::Complete) << slowly;
        auto const& request = reader.request();
        EXPECT_EQ(request.method, "POST");
        EXPECT_EQ(request.path, "/cds-services/a");
        EXPECT_EQ(request.query, "x=1");
        EXPECT_EQ(request.headers.find("Content-Type"), "application/json");
        EXPECT_EQ(request.body, "body");
        EXPECT_TRUE(reader.keepAlive());
    }
}

TEST(RequestReader, LeavesTheNextPipelinedRequestUntouched)
{
    RequestReader reader{kSmall};

    auto const rest =
        feedAll(reader, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nabGET /next");

    ASSERT_EQ(reader.state(), State::Complete);
    EXPECT_EQ(reader.request().body, "ab");
    EXPECT_EQ(rest, "GET /next");
}

TEST(RequestReader, ForgetsThePreviousMessage)
{
    RequestReader reader{kSmall};
    feedAll(reader, "POST /a?q HTTP/1.0\r\nOrigin: o\r\nX: 1\r\nContent-Length: 2\r\n\r\nab");

    reader.begin();
    EXPECT_EQ(reader.state(), State::Empty);
    feedAll(reader, "GET /b HTTP/1.1\r\nHost: h\r\n\r\n");

    ASSERT_EQ(reader.state(), State::Complete);
    EXPECT_EQ(reader.request().query, "");
    EXPECT_EQ(reader.request().body, "");
    EXPECT_EQ(reader.request().headers.find("X"), std::nullopt);
    EXPECT_EQ(reader.origin(), "");
    EXPECT_FALSE(reader.isHttp10());
}

TEST(RequestReader, DecodesChunksAndDropsExtensionsAndTrailers) // HTTP-08
{
    constexpr auto kBytes =
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
        "3;name=value\r\nabc\r\n0A\r\n0123456789\r\n0\r\nAuthorization: late\r\n\r\n"sv;
    for (bool const slowly : {false, true}) {
        RequestReader reader{kSmall};

        slowly ? feedSlowly(reader, kBytes) : (void)feedAll(reader, kBytes);

        ASSERT_EQ(reader.state(), State::Complete) << slowly;
        EXPECT_EQ(reader.request().body, "abc0123456789");
        EXPECT_EQ(reader.request().headers.find("Authorization"), std::nullopt);
    }
}

TEST(RequestReader, SkipsEmptyLinesBeforeTheRequestLine)
{
    RequestReader reader{kSmall};

    feedSlowly(reader, "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");

    EXPECT_EQ(reader.state(), State::Complete);
}

TEST(RequestReader, TellsWhetherTheConnectionStaysOpen)
{
    struct Row {
        std::string_view bytes;
        bool keepAlive;
    } const rows[] = {
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
        {"GET /../ HTTP/1.1\r\nHost: h\r\n\r\n", true}, // refused, but known to have ended
        {"POST /../ HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n", false},
    };
    for (auto const& row : rows) {
        RequestReader reader{kSmall};
        feedAll(reader, row.bytes);
        ASSERT_TRUE(reader.finished()) << row.bytes;
        EXPECT_EQ(reader.keepAlive(), row.keepAlive) << row.bytes;
    }
}

TEST(RequestReader, WantsContinueOnlyWhileTheBodyIsAwaited)
{
    struct Row {
        std::string_view bytes;
        bool wants;
    } const rows[] = {
        {"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n", true},
        {"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\na", false},
        {"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n", false},
        {"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", false},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n", false},
    };
    for (auto const& row : rows) {
        RequestReader reader{kSmall};
        feedAll(reader, row.bytes);
        EXPECT_EQ(reader.wantsContinue(), row.wants) << row.bytes;
    }
}

TEST(RequestReader, PresentsHeadAsGet) // HTTP-11
{
    RequestReader reader{kSmall};

    feedAll(reader, "HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");

    EXPECT_TRUE(reader.isHead());
    EXPECT_EQ(reader.request().method, "GET");
}

TEST(RequestReader, AcceptsABodyOfExactlyTheLimit) // CTL-11
{
    RequestReader reader{kSmall};
    feedAll(reader,
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x'));
    EXPECT_EQ(reader.state(), State::Complete);

    reader.begin();
    feedAll(reader, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n" +
                        std::string(100, 'x') + "\r\n0\r\n\r\n");
    EXPECT_EQ(reader.state(), State::Complete);
}

TEST(RequestReader, FindsTheOriginBehindTheFieldThatWasRefused)
{
    RequestReader reader{kSmall};

    feedAll(reader, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\norigin:  http://o\r\n\r\n");

    ASSERT_EQ(reader.state(), State::Refused);
    EXPECT_EQ(reader.origin(), "http://o");
}

TEST(RequestReader, BoundsAHeaderThatArrivesInManyFields) // CTL-11
{
    RequestReader reader{kSmall};
    std::string pending = "GET / HTTP/1.1\r\nHost: h\r\n";

    for (int i = 0; i < 100 && !reader.finished(); ++i) {
        pending = feedAll(reader, pending + "A: 12345\r\n");
    }

    ASSERT_EQ(reader.state(), State::Refused);
    EXPECT_EQ(reader.refusal().status, 431);
}

TEST(RequestReader, NamesThePartThatDidNotArrive)
{
    RequestReader reader{kSmall};
    feedAll(reader, "GET / HT");
    reader.timedOut();
    EXPECT_EQ(reader.refusal().status, 408);
    EXPECT_EQ(reader.refusal().error.where, "request header");

    reader.begin();
    feedAll(reader, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
    reader.inputEnded();
    EXPECT_EQ(reader.refusal().status, 400);
    EXPECT_EQ(reader.refusal().error.where, "request body");
    EXPECT_FALSE(reader.keepAlive());
}

// HTTP-09 (Framing), CTL-11 (Size), HTTP-12
TEST_P(RefusedRequest, HasItsStatusAndEndsTheConnection)
{
    for (bool const slowly : {false, true}) {
        RequestReader reader{kSmall};

        slowly ? feedSlowly(reader, GetParam().bytes) : (void)feedAll(reader, GetParam().bytes);

        ASSERT_EQ(reader.state(), State::Refused) << slowly;
        EXPECT_EQ(reader.refusal().status, GetParam().status) << reader.refusal().error.what;
        EXPECT_FALSE(reader.keepAlive());
        EXPECT_FALSE(reader.refusal().error.where.empty());
        EXPECT_FALSE(reader.refusal().error.what.empty());
        EXPECT_FALSE(reader.refusal().error.fix.empty());
    }
}

#define HEAD "POST / HTTP/1.1\r\nHost: h\r\n"
#define LONG_50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_200 LONG_50 LONG_50 LONG_50 LONG_50

INSTANTIATE_TEST_SUITE_P(
    Framing, RefusedRequest,
    testing::Values(
        Refused{"LengthAndCoding",
                HEAD "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"sv, 400},
        Refused{"CodingAndLength",
                HEAD "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"sv, 400},
        Refused{"TwoLengths", HEAD "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"sv, 400},
        Refused{"TwoLengthsInAList", HEAD "Content-Length: 5, 6\r\n\r\nabcdef"sv, 400},
        Refused{"NegativeLength", HEAD "Content-Length: -1\r\n\r\n"sv, 400},
        Refused{"SignedLength", HEAD "Content-Length: +5\r\n\r\nabcde"sv, 400},
        Refused{"HexadecimalLength", HEAD "Content-Length: 0x5\r\n\r\nabcde"sv, 400},
        Refused{"EmptyLength", HEAD "Content-Length:\r\n\r\n"sv, 400},
        Refused{"LengthBeyond64Bits", HEAD "Content-Length: 18446744073709551617\r\n\r\n"sv, 400},
        Refused{"SpaceBeforeColon", HEAD "Content-Length : 5\r\n\r\nabcde"sv, 400},
        Refused{"CodingAfterChunked",
                HEAD "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"sv, 501},
        Refused{"UnknownCoding", HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"sv, 501},
        Refused{"MisspeltCoding", HEAD "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"sv, 501},
        Refused{"TwoCodingFields",
                HEAD "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"sv,
                400},
        Refused{"ChunkedTwice",
                HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"sv,
                400},
        Refused{"CodingInHttp10",
                "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"sv, 400},
        Refused{"ChunkSizeNotHex", HEAD "Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n"sv, 400},
        Refused{"ChunkSizeBeyond64Bits",
                HEAD "Transfer-Encoding: chunked\r\n\r\n10000000000000003\r\nabc\r\n"sv, 400},
        Refused{"NegativeChunkSize", HEAD "Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n"sv, 400},
        Refused{"ChunkWithoutLineEnd",
                HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n"sv, 400}),
    [](auto const& row) { return std::string{row.param.name}; });

INSTANTIATE_TEST_SUITE_P(
    Header, RefusedRequest,
    testing::Values(
        Refused{"NoRequestLine", "hello\r\n\r\n"sv, 400},
        Refused{"TlsHello", "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03\r\n\r\n"sv, 400},
        Refused{"NoVersion", "GET /\r\n\r\n"sv, 400},
        Refused{"Http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"sv, 400},
        Refused{"SpaceInTarget", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"sv, 400},
        Refused{"NulInTarget", "GET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n"sv, 400},
        Refused{"NulInValue", "GET / HTTP/1.1\r\nHost: h\r\nA: b\0c\r\n\r\n"sv, 400},
        Refused{"NulInName", "GET / HTTP/1.1\r\nHost: h\r\nA\0: b\r\n\r\n"sv, 400},
        Refused{"LineFeedAlone", "GET / HTTP/1.1\nHost: h\n\n\r\n\r\n"sv, 400},
        Refused{"NoColon", "GET / HTTP/1.1\r\nHost: h\r\nabc\r\n\r\n"sv, 400},
        Refused{"NoHost", "POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n"sv, 400},
        Refused{"TwoHosts", HEAD "Host: i\r\nContent-Length: 1\r\n\r\n"sv, 400},
        Refused{"TwoAuthorizations",
                HEAD "Authorization: a\r\nAuthorization: b\r\nContent-Length: 1\r\n\r\n"sv, 400},
        Refused{"TwoContentTypes",
                HEAD "Content-Type: a/b\r\nContent-Type: a/c\r\nContent-Length: 1\r\n\r\n"sv, 400},
        Refused{"DotSegments",
                "POST /a/%2e%2e/b HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"sv, 400},
        Refused{"UnknownExpectation", HEAD "Expect: 200-ok\r\nContent-Length: 1\r\n\r\n"sv, 417},
        Refused{"Gzip", HEAD "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\n"sv, 415},
        Refused{"GzipBehindIdentity",
                HEAD "Content-Encoding: identity, gzip\r\nContent-Length: 1\r\n\r\n"sv, 415}),
    [](auto const& row) { return std::string{row.param.name}; });

INSTANTIATE_TEST_SUITE_P(
    Size, RefusedRequest,
    testing::Values(
        Refused{"LengthAboveLimit", HEAD "Content-Length: 101\r\n\r\n"sv, 413},
        Refused{"HugeLength", HEAD "Content-Length: 18446744073709551615\r\n\r\n"sv, 413},
        Refused{"ChunkAboveLimit", HEAD "Transfer-Encoding: chunked\r\n\r\n65\r\na"sv, 413},
        Refused{"ChunksAboveLimit",
                HEAD "Transfer-Encoding: chunked\r\n\r\n32\r\n" LONG_50 "\r\n33\r\n"sv, 413},
        Refused{"TargetAboveLimit",
                "GET /" LONG_200 " HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"sv, 414},
        Refused{"TargetWithoutEnd", "GET /" LONG_200 LONG_200 LONG_200 LONG_200 LONG_200 "\r\n"sv,
                414},
        Refused{"FieldAboveLimit", HEAD "A: " LONG_200 LONG_200 LONG_200 LONG_200 "\r\n\r\n"sv,
                431},
        Refused{"FieldWithoutEnd", HEAD "A: " LONG_200 LONG_200 LONG_200 LONG_200 ""sv, 431},
        Refused{"ChunkExtensionWithoutEnd",
                HEAD "Transfer-Encoding: chunked\r\n\r\n1;" LONG_200 LONG_200 LONG_200 ""sv, 400}),
    [](auto const& row) { return std::string{row.param.name}; });

} // namespace tcds::http
