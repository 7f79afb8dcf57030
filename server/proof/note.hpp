#pragma once

#include "fhir/base/result.hpp"
#include "server/audit/checkpoint.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tcds::proof {

struct NoteSignature {
    std::string keyName;
    std::uint32_t keyId = 0;
    std::string bytes;
};

/// A text with signatures below it. Source: C2SP signed-note (c2sp.org/signed-note)
struct Note {
    std::string text; // ends with a line feed
    std::vector<NoteSignature> signatures;
};

/// Text, an empty line, and a line `— NAME BASE64` for each signature.
std::string toText(Note const& note);

/// @param bytes  one note and nothing else
/// @error BadRequest: longer than 64 KiB, not UTF-8, control characters, no signature or more than
///        a hundred, a line that is none
Result<Note> readNote(std::string_view bytes);

/// The text of a checkpoint. Source: C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint)
struct CheckpointText {
    std::string origin;
    audit::TreeHead head;
};

/// Origin, size and root, a line each.
std::string toText(CheckpointText const& checkpoint);
/// @error BadRequest when it is no such text; lines after the third are ignored, as C2SP asks
Result<CheckpointText> readCheckpoint(std::string_view text);

/// "twitch-cds/TENANT/NODE": the origin of a log's checkpoints, and the name of its key. What a
/// name of a key may not hold, and what would look like another path, becomes '_'.
std::string originOf(std::string_view tenant, std::string_view node);

} // namespace tcds::proof
