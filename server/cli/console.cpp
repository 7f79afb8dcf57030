#include "server/cli/console.hpp"

#include "fhir/base/plain_text.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

namespace tcds::cli {

Result<std::string> readText(std::string const& path)
{
    if (path == "-") return std::string{std::istreambuf_iterator<char>{std::cin}, {}};
    std::ifstream file{path, std::ios::binary};
    std::string text;
    if (file) text.assign(std::istreambuf_iterator<char>{file}, {});
    if (!file || file.bad())
        return Error{Error::Kind::BadRequest, path, "cannot be read",
                     "give the path of a readable file"};
    return text;
}

void complain(Error const& error) { std::cerr << plainLines(toText(error)) << '\n'; }

void complain(Problems const& problems)
{
    for (auto const& problem : problems.sorted()) std::cerr << plainLines(toText(problem)) << '\n';
}

bool colourOnStdout()
{
    return isatty(STDOUT_FILENO) == 1 &&
           std::getenv("NO_COLOR") == nullptr; // NOLINT: no threads yet
}

} // namespace tcds::cli
