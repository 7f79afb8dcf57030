#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace tcds::test {

/// A folder of its own below the system's temporary one; goes with the object, and what is in it.
class TemporaryFolder
{
public:
    TemporaryFolder()
        : path_{(std::filesystem::temp_directory_path() / "twitch-cds-test-XXXXXX").string()}
    {
        if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
    }
    ~TemporaryFolder()
    {
        std::error_code ignored; // what is left over fails no test
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(TemporaryFolder const&) = delete;
    TemporaryFolder& operator=(TemporaryFolder const&) = delete;

    [[nodiscard]] std::string const& path() const { return path_; }
    /// Of a file in it.
    [[nodiscard]] std::string path(std::string_view name) const
    {
        return path_ + "/" + std::string{name};
    }

private:
    std::string path_;
};

} // namespace tcds::test
