#include "server/app/embedded.hpp"

#include <cstddef>

// Symbols of embedded.S.
extern "C" {
extern char const tcds_embedded_bundle[];
extern char const tcds_embedded_bundle_end[];
extern char const tcds_embedded_products[];
extern char const tcds_embedded_products_end[];
}

namespace tcds::app {

namespace {

std::string_view between(char const* begin, char const* end)
{
    return {begin, static_cast<std::size_t>(end - begin)};
}

} // namespace

std::string_view embeddedBundle()
{
    return between(tcds_embedded_bundle, tcds_embedded_bundle_end);
}

std::string_view embeddedProducts()
{
    return between(tcds_embedded_products, tcds_embedded_products_end);
}

} // namespace tcds::app
