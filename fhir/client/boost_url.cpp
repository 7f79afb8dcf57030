// The one place where the bodies of Boost.URL are compiled: Debian has no need of its library then.
#include <boost/url/src.hpp>
