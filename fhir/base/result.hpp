#pragma once

#include <boost/system/result.hpp>

#include <string>

namespace tcds {

/// What went wrong, for the person who has to mend it. Never holds patient data.
struct Error {
    enum class Kind {
        BadRequest,      // the input breaks a rule of its format
        Unauthenticated, // no or bad credentials
        Forbidden,       // known, but not allowed
        NotFound,        // no such thing
        TooLarge,        // a stated bound is exceeded
        MissingData,     // needed data cannot be had (decision D26)
        Timeout,         // a deadline passed
        Unavailable,     // cannot be served now, later perhaps
        Config,          // the configuration or the content is wrong
        Internal         // our own fault
    };

    Kind kind = Kind::Internal;
    std::string where; // file:line:column, JSON Pointer, config key or URL
    std::string what;  // what was found
    std::string fix;   // what the reader can do

    bool operator==(Error const&) const = default;
};

/// One line for people: `where: what. Fix: fix.`; parts that are empty are left out.
std::string toText(Error const& error);

template <class T>
using Result = boost::system::result<T, Error>;

/// Called by boost::system::result when a caller takes the value of a failed result unasked: a
/// broken invariant, hence an exception.
[[noreturn]] void throw_exception_from_error(Error const& error, boost::source_location const& at);

} // namespace tcds
