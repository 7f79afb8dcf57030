#include "server/audit/gzip.hpp"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace tcds::audit {

namespace {

constexpr int kGzip = 15 + 16; // largest window; gzip head and tail
constexpr int kLevel = 6;
constexpr std::size_t kStep = 64U * 1024U; // of the compressed file

// RFC 1952, 2.3: ten bytes with the flag FEXTRA, the length of the extra field, and in it one
// subfield: `T` `C`, its length, and the bytes of the whole member. Numbers begin with the lowest
// byte.
constexpr std::array<unsigned char, 4> kSubfield{'T', 'C', 4, 0};
constexpr std::size_t kExtraAt = 12;
constexpr std::size_t kLengthAt = kExtraAt + kSubfield.size();
constexpr std::size_t kHead = kLengthAt + 4;

void put32(unsigned char* at, std::size_t value)
{
    for (int i = 0; i < 4; ++i) at[i] = static_cast<unsigned char>(value >> (8 * i));
}

std::uint64_t get32(unsigned char const* at)
{
    std::uint64_t value = 0;
    for (int i = 3; i >= 0; --i) value = value << 8U | at[i];
    return value;
}

bool readExactly(int file, std::uint64_t at, std::span<unsigned char> into)
{
    for (std::size_t done = 0; done < into.size();) {
        auto const got =
            ::pread(file, into.data() + done, into.size() - done, static_cast<off_t>(at + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        done += static_cast<std::size_t>(got);
    }
    return true;
}

struct Member {
    std::uint64_t bytes; // of the file
    std::uint64_t text;  // that it unpacks to
};

/// The member that begins at `at`, if its head says how long it is.
std::optional<Member> memberAt(int file, std::uint64_t at)
{
    std::array<unsigned char, kHead> head{};
    if (!readExactly(file, at, head)) return std::nullopt;
    constexpr unsigned char kFExtra = 4;
    if (head[0] != 0x1F || head[1] != 0x8B || head[3] != kFExtra || head[10] != kHead - kExtraAt ||
        head[11] != 0 || !std::equal(kSubfield.begin(), kSubfield.end(), head.begin() + kExtraAt))
        return std::nullopt;
    auto const bytes = get32(head.data() + kLengthAt);
    std::array<unsigned char, 4> text{};
    if (bytes < kHead + 8 || !readExactly(file, at + bytes - text.size(), text))
        return std::nullopt;
    return Member{bytes, get32(text.data())};
}

} // namespace

struct GzipBlocks::Impl {
    z_stream stream{};
    gz_header head{};
    std::array<unsigned char, kHead - kExtraAt> extra{};
    std::vector<unsigned char> member;
};

GzipBlocks::GzipBlocks() : impl_{std::make_unique<Impl>()}
{
    constexpr int kMemory = 8;
    if (::deflateInit2(&impl_->stream, kLevel, Z_DEFLATED, kGzip, kMemory, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        throw std::runtime_error{"no memory to compress"};
    std::copy(kSubfield.begin(), kSubfield.end(), impl_->extra.begin());
    constexpr int kUnix = 3;
    impl_->head.os = kUnix;
    impl_->head.extra = impl_->extra.data();
    impl_->head.extra_len = static_cast<uInt>(impl_->extra.size());
    impl_->member.resize(::deflateBound(&impl_->stream, kMostText) + kHead);
}

GzipBlocks::~GzipBlocks() { ::deflateEnd(&impl_->stream); }

std::span<unsigned char const> GzipBlocks::pack(std::span<char const> text)
{
    auto& stream = impl_->stream;
    if (text.size() > kMostText || ::deflateReset(&stream) != Z_OK ||
        ::deflateSetHeader(&stream, &impl_->head) != Z_OK)
        throw std::logic_error{"a block of gzip that is too large, or no compressor"};
    // zlib does not write to its input; its type is older than const.
    stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = impl_->member.data();
    stream.avail_out = static_cast<uInt>(impl_->member.size());
    if (::deflate(&stream, Z_FINISH) != Z_STREAM_END)
        throw std::logic_error{"a block of gzip that exceeds its bound"};
    auto const bytes = impl_->member.size() - stream.avail_out;
    put32(impl_->member.data() + kLengthAt, bytes);
    return std::span{impl_->member}.first(bytes);
}

struct GunzipStream::Impl {
    std::string path;
    z_stream stream{};
    std::vector<unsigned char> input = std::vector<unsigned char>(kStep);
    bool between = true; // members: the file may end here
    bool any = false;    // member was there
    std::uint64_t taken = 0;
    std::optional<Error> failure; // told when the text before it was given

    [[nodiscard]] Error damaged(std::string const& how) const
    {
        return {Error::Kind::BadRequest, path, "is damaged: " + how,
                "take the file from the backup; what can be read of it: zcat FILE"};
    }

    /// @return false at the end of the file
    bool fill(int file)
    {
        for (;;) {
            auto const got = ::read(file, input.data(), input.size());
            if (got < 0 && errno == EINTR) continue;
            if (got < 0)
                failure = Error{Error::Kind::Internal, path,
                                "cannot be read: " + std::generic_category().message(errno),
                                "check the disk"};
            else if (got == 0 && (!between || !any))
                failure = damaged(any || taken > 0 ? "it ends in the middle of compressed text"
                                                   : "it is empty");
            if (got <= 0) return false;
            taken += static_cast<std::uint64_t>(got);
            stream.next_in = input.data();
            stream.avail_in = static_cast<uInt>(got);
            return true;
        }
    }

    void unpack()
    {
        if (between) (void)::inflateReset(&stream); // fails without a state only
        between = false;
        auto const result = ::inflate(&stream, Z_NO_FLUSH);
        if (result == Z_STREAM_END)
            between = any = true;
        else if (result != Z_OK && result != Z_BUF_ERROR)
            failure = damaged(stream.msg != nullptr ? stream.msg : "it cannot be unpacked");
    }

    void restart()
    {
        stream.avail_in = 0;
        between = true;
        any = false;
        failure.reset();
    }
};

GunzipStream::GunzipStream(std::string path) : impl_{std::make_unique<Impl>()}
{
    impl_->path = std::move(path);
    if (::inflateInit2(&impl_->stream, kGzip) != Z_OK)
        throw std::runtime_error{"no memory to unpack"};
}

GunzipStream::~GunzipStream() { ::inflateEnd(&impl_->stream); }

Result<std::size_t> GunzipStream::read(int file, std::span<char> into)
{
    auto& stream = impl_->stream;
    auto const asked = static_cast<uInt>(std::min<std::size_t>(into.size(), 1U << 30U));
    stream.next_out = reinterpret_cast<unsigned char*>(into.data());
    stream.avail_out = asked;
    while (stream.avail_out > 0 && !impl_->failure) {
        if (stream.avail_in == 0 && !impl_->fill(file)) break;
        impl_->unpack();
    }
    auto const got = static_cast<std::size_t>(asked - stream.avail_out);
    if (got == 0 && impl_->failure) return *impl_->failure;
    return got;
}

Result<void> GunzipStream::skipTo(int file, std::uint64_t at)
{
    std::uint64_t place = 0; // in the file
    std::uint64_t text = 0;  // before it
    for (auto member = memberAt(file, 0); member && text + member->text <= at;
         member = memberAt(file, place)) {
        place += member->bytes;
        text += member->text;
    }
    impl_->restart();
    impl_->any = place > 0;
    impl_->taken = place;
    if (::lseek(file, static_cast<off_t>(place), SEEK_SET) < 0)
        return Error{Error::Kind::Internal, impl_->path,
                     "cannot be read: " + std::generic_category().message(errno), "check the disk"};
    std::vector<char> skipped(kStep);
    while (text < at) {
        auto const step = std::min<std::uint64_t>(skipped.size(), at - text);
        auto const got = read(file, std::span{skipped}.first(static_cast<std::size_t>(step)));
        if (!got) return got.error();
        if (*got == 0) break;
        text += *got;
    }
    return {};
}

std::uint64_t GunzipStream::fileBytes() const { return impl_->taken - impl_->stream.avail_in; }

} // namespace tcds::audit
