#include "server/cli/canonical_base.hpp"

#include "server/cli/console.hpp"

#include <string_view>

namespace tcds::cli {

bool isCanonicalBase(std::string const& base)
{
    auto const isWeb = base.starts_with("http://") || base.starts_with("https://");
    if (isWeb && base.back() != '/' && base.find_first_of(" \"'\\|?#\n\t") == std::string::npos &&
        base.size() > std::string_view{"https://"}.size())
        return true;
    complain(Error{Error::Kind::BadRequest, "--base",
                   "\"" + base + "\" cannot begin a canonical URL",
                   "give an http or https URL without a slash at its end"});
    return false;
}

} // namespace tcds::cli
