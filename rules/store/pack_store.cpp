#include "rules/store/pack_store.hpp"

#include "rules/store/whole_file.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace tcds::rules {

namespace {

namespace fs = std::filesystem;

/// A digest becomes the name of a file: nothing else may.
bool isDigest(std::string_view digest)
{
    return digest.size() == 64 && std::ranges::all_of(digest, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

Error faulty(std::string const& directory, std::string what)
{
    return {Error::Kind::Config, "content.store " + directory, std::move(what),
            "name a folder that the service may write to: rules of old decisions are kept there"};
}

} // namespace

Result<PackStore> PackStore::open(std::string directory)
{
    std::error_code failure;
    fs::create_directories(directory, failure);
    if (failure) return faulty(directory, "cannot be made: " + failure.message());
    return PackStore{std::move(directory)};
}

std::string PackStore::pathOf(std::string_view digest) const
{
    return directory_ + "/" + std::string{digest} + ".json";
}

Result<std::string> PackStore::keep(std::string_view digest,
                                    std::function<std::string()> const& bytes,
                                    std::string_view signature) const
{
    if (!isDigest(digest)) return faulty(directory_, "a content without a digest cannot be kept");
    auto path = pathOf(digest);
    std::error_code failure;
    if (fs::is_regular_file(path, failure)) return path;
    // The signature first: where the file is, its signature is.
    if (!signature.empty())
        if (auto const written = writeWhole(path + ".sig", signature); !written)
            return faulty(directory_, toText(written.error()));
    if (auto const written = writeWhole(path, bytes()); !written)
        return faulty(directory_, toText(written.error()));
    return path;
}

Result<std::optional<std::string>> PackStore::find(std::string_view digest) const
{
    if (!isDigest(digest)) return std::optional<std::string>{};
    return readWhole(pathOf(digest));
}

} // namespace tcds::rules
