// Stands in for libFuzzer: gives every file of the folders that are named to the fuzz target.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size);

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> filesIn(fs::path const& folder)
{
    std::vector<fs::path> files;
    for (auto const& entry : fs::directory_iterator{folder})
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

void replay(fs::path const& path)
{
    std::printf("%s\n", path.filename().c_str());
    (void)std::fflush(stdout); // before a crash; its failure shows nothing that matters
    std::ifstream file{path, std::ios::binary};
    std::string const text{std::istreambuf_iterator<char>{file}, {}};
    // A copy of exactly this size, so that a sanitizer sees a read behind its end.
    std::vector<std::uint8_t> const bytes{text.begin(), text.end()};
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

} // namespace

int main(int count, char** values)
{
    std::size_t replayed = 0;
    for (int i = 1; i < count; ++i)
        for (auto const& file : filesIn(values[i])) {
            replay(file);
            ++replayed;
        }
    std::printf("%zu inputs replayed\n", replayed);
    return replayed > 0 ? 0 : 1; // a folder that went missing must not pass
}
