// Two lines: a base URL that a client entry lists, and what somebody else calls a URL: the
// `fhirServer` of a call, a `jku`, or the link to a next page.

#include "fhir/client/base_url.hpp"
#include "tests/fuzz/claim.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tcds;
using fuzz::claim;

/// One reading alone: what was read and written is read as the same.
void readTwice(std::string_view text)
{
    auto const url = client::readUrl(text);
    if (!url) return;
    auto const again = client::readUrl(toText(*url));
    claim(again && *again == *url, "a URL is read as it was written");
    claim(std::ranges::all_of(toText(*url), [](char c) { return c > ' ' && c < 0x7F; }),
          "a URL is visible ASCII");
}

void askOnlyTheListed(std::string const& listed, std::string_view asked)
{
    std::vector<std::string> const list{listed};
    auto const base = client::allowedBase(asked, list);
    if (!base) return;
    claim(*base == listed, "what may be asked stands in the list");
    auto const read = client::readBaseUrl(*base);
    auto const other = client::readBaseUrl(asked);
    claim(read && other && read->origin == other->origin && read->path == other->path,
          "the listed base is the one that was named");
}

/// Neither a page nor a request leads out of the base.
void stayBelow(std::string_view listed, std::string_view link)
{
    auto const base = client::readBaseUrl(listed);
    if (!base) return;
    auto const below = [&](Result<client::Url> const& url) {
        return !url || (url->origin == base->origin && url->path.starts_with(base->path) &&
                        client::readUrl(toText(*url)));
    };
    claim(below(client::follow(*base, *base, link)), "a next page lies below the base");
    claim(below(client::join(*base, link)), "a request lies below the base");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size)
{
    std::string const text{bytes, bytes + size};
    auto const end = std::min(text.find('\n'), text.size());
    auto const listed = text.substr(0, end);
    auto const asked = text.substr(std::min(end + 1, text.size()));
    readTwice(listed);
    readTwice(asked);
    askOnlyTheListed(listed, asked);
    stayBelow(listed, asked);
    return 0;
}
