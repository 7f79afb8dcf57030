#pragma once

#include "tests/fuzz/claim.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace tcds::fuzz {

/// A folder of its own for what is read from files; goes with the process.
class ScratchFolder
{
public:
    ScratchFolder()
    {
        auto form = (std::filesystem::temp_directory_path() / "tcds-fuzz-XXXXXX").string();
        claim(::mkdtemp(form.data()) != nullptr, "a folder can be made for temporary files");
        path_ = form;
    }
    ScratchFolder(ScratchFolder const&) = delete;
    ScratchFolder& operator=(ScratchFolder const&) = delete;
    ~ScratchFolder()
    {
        std::error_code ignored; // nothing to do about it in a destructor
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] std::string path(std::string_view name = {}) const
    {
        return name.empty() ? path_ : path_ + "/" + std::string{name};
    }

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
    std::string path_, only_;
};

} // namespace tcds::fuzz
