#pragma once

#include "tests/fuzz/claim.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace tcds::fuzz {

/// A folder of its own for what is read from files; goes with the process.
class ScratchFolder
{
public:
    [[nodiscard]] std::string const& path() const { return folder_.path(); }
    [[nodiscard]] std::string path(std::string_view name) const { return folder_.path(name); }

    /// Empties the folder but for one file with these bytes.
    /// @return its path
    std::string const& holdOnly(std::string_view name, std::string_view bytes)
    {
        if (!only_.empty()) std::filesystem::remove(only_);
        only_ = path(name);
        std::ofstream file{only_, std::ios::binary};
        file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        file.close();
        claim(file.good(), "a temporary file can be written");
        std::filesystem::permissions(only_, std::filesystem::perms::owner_read |
                                                std::filesystem::perms::owner_write);
        return only_;
    }

private:
    tcds::test::TemporaryFolder folder_;
    std::string only_;
};

} // namespace tcds::fuzz
