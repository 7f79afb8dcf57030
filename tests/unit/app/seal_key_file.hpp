#pragma once

#include "server/audit/seal.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace tcds::app::test {

/// A file with a key that seals records, gone with the object.
class SealKeyFile
{
public:
    explicit SealKeyFile(char filling = 's')
    {
        auto form = (std::filesystem::temp_directory_path() / "tcds-seal-XXXXXX").string();
        ::close(::mkstemp(form.data())); // mode 0600
        path_ = form;
        std::ofstream{path_} << std::string(32, filling);
    }
    SealKeyFile(SealKeyFile const&) = delete;
    SealKeyFile& operator=(SealKeyFile const&) = delete;
    ~SealKeyFile() { ::unlink(path_.c_str()); }

    [[nodiscard]] std::string const& path() const { return path_; }
    [[nodiscard]] audit::SealKey key() const { return audit::SealKey::fromFile(path_).value(); }

private:
    std::string path_;
};

} // namespace tcds::app::test
