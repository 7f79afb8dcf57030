#include "server/audit/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <new>

namespace tcds::audit {

namespace {

constexpr int kRaw = -15; // window bits of RFC 1951 without head and tail
constexpr int kMemory = 8;
constexpr std::size_t kStep = 64U * 1024U;

/// zlib takes its input by a pointer to mutable bytes and leaves them alone.
Bytef* inputOf(std::string_view bytes)
{
    return const_cast<Bytef*>(reinterpret_cast<Bytef const*>(bytes.data()));
}

} // namespace

std::string deflated(std::string_view bytes)
{
    z_stream stream{};
    if (::deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kRaw, kMemory, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        throw std::bad_alloc{};
    std::string packed(::deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
    stream.next_in = inputOf(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    (void)::deflate(&stream, Z_FINISH); // the bound leaves room for all of it
    packed.resize(stream.total_out);
    ::deflateEnd(&stream);
    return packed;
}

std::optional<std::string> inflated(std::string_view bytes, std::size_t most)
{
    z_stream stream{};
    if (::inflateInit2(&stream, kRaw) != Z_OK) throw std::bad_alloc{};
    stream.next_in = inputOf(bytes);
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string text;
    auto state = Z_OK;
    while (state == Z_OK && text.size() <= most) {
        auto const at = text.size();
        text.resize(at + kStep);
        stream.next_out = reinterpret_cast<Bytef*>(text.data() + at);
        stream.avail_out = static_cast<uInt>(kStep);
        state = ::inflate(&stream, Z_NO_FLUSH);
        text.resize(at + kStep - stream.avail_out);
        if (state == Z_BUF_ERROR) break; // the input ends too early
    }
    ::inflateEnd(&stream);
    if (state != Z_STREAM_END || text.size() > most) return std::nullopt;
    return text;
}

} // namespace tcds::audit
