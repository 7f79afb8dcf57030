#include "fhir/base/plain_text.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/console.hpp"
#include "server/cli/log_folder.hpp"
#include "server/cli/progress_bar.hpp"
#include "server/cli/settings.hpp"
#include "server/config/tenants.hpp"
#include "server/proof/proof_file.hpp"
#include "server/proof/verify.hpp"

#include <charconv>
#include <iostream>
#include <optional>
#include <utility>

namespace tcds::cli {

namespace {

int exitOf(Error const& error)
{
    complain(error);
    switch (error.kind) {
    case Error::Kind::NotFound:
        return Exit::kCheckFailed;
    case Error::Kind::Config:
        return Exit::kConfiguration;
    default:
        return Exit::kBadInput;
    }
}

void print(std::string_view verdict, proof::Break const& at)
{
    std::cout << verdict << " at " << at.file;
    if (at.line > 0) std::cout << ":" << at.line;
    if (at.seq > 0) std::cout << " (seq " << at.seq << ")";
    std::cout << ": " << plainLine(at.what) << ". Fix: " << at.fix << ".\n";
}

std::string records(std::uint64_t count)
{
    return std::to_string(count) + (count == 1 ? " record" : " records");
}

void printChain(proof::Verification const& found, std::string const& where)
{
    std::cout << "intact: " << records(found.records);
    if (found.records > 0)
        std::cout << ", seq " << found.firstSeq << " to " << found.lastSeq << ", "
                  << plainLine(found.firstTime) << " to " << plainLine(found.lastTime);
    std::cout << ", " << found.files.size() << " file(s)" << where << "\n";
    if (auto const& removed = found.removed)
        std::cout << "records 1 to " << removed->lastSeq << " were removed by retention after "
                  << removed->days
                  << " days, as the log itself says (last: " << plainLine(removed->file)
                  << ", up to " << plainLine(removed->to) << ")\n";
}

void printTree(proof::Verification const& found, bool withKey)
{
    auto const& tree = found.tree;
    if (tree.treeFrom == 0) {
        std::cout << "checkpoints: none; the log is of a version without them\n";
        return;
    }
    std::cout << "checkpoints: " << tree.checkpoints << " fit";
    if (tree.notSigned > 0) std::cout << ", " << tree.notSigned << " of them not signed";
    if (tree.treeFrom > 1)
        std::cout << "; records before " << tree.treeFrom << " are covered by the chain alone";
    if (tree.beginningStated) std::cout << "; the tree before the first file is taken as stated";
    std::cout << "\n";
    if (withKey)
        std::cout << "signed: records up to " << tree.signedTo << ", by " << plainLine(tree.signer)
                  << "; " << records(found.lastSeq - tree.signedTo)
                  << " after them by nobody yet\n";
    else if (tree.notSigned < tree.checkpoints)
        std::cout << "signatures were not checked: name the key of the service with --key\n";
}

void printPublished(proof::Verification const& found)
{
    auto const& tree = found.tree;
    std::cout << "published: " << tree.compared << " checkpoint(s) fit";
    if (tree.before > 0) std::cout << ", " << tree.before << " are older than the first file";
    if (tree.others > 0) std::cout << ", " << tree.others << " are of other logs";
    std::cout << "\n";
}

std::optional<std::uint64_t> readNumber(std::string const& option, std::string const& text)
{
    std::uint64_t value = 0;
    auto const* const end = text.data() + text.size();
    auto const [stop, failure] = std::from_chars(text.data(), end, value);
    if (failure == std::errc{} && stop == end) return value;
    complain(Error{Error::Kind::BadRequest, option, "\"" + text + "\" is not a number",
                   "write a whole number"});
    return std::nullopt;
}

/// The files of the log that is meant.
/// @return nothing, with `code` set, when there are none
std::optional<std::vector<std::string>> pathsOf(VerifyArguments const& where, int& code)
{
    auto const directory = directoryOf(where);
    if (!directory) {
        code = Exit::kConfiguration;
        return std::nullopt;
    }
    auto paths = proof::logPaths(*directory);
    if (paths) return *std::move(paths);
    complain(paths.error());
    code = Exit::kBadInput;
    return std::nullopt;
}

} // namespace

int verify(VerifyArguments const& arguments)
{
    proof::VerifyRequest request;
    std::string where;
    if (arguments.files.empty()) {
        auto const directory = directoryOf(arguments);
        if (!directory) return Exit::kConfiguration;
        request.directory = *directory;
        where = " in " + *directory;
    }
    auto keys = proof::TrustedNoteKeys::read(arguments.keys);
    if (!keys) {
        complain(keys.error());
        return Exit::kUsage;
    }
    request.files = arguments.files;
    request.keys = *std::move(keys);
    request.published = arguments.checkpoints;
    auto const withKey = !request.keys.empty();
    auto const verified = proof::verify(std::move(request), progressBar("verifying"));
    if (!verified) {
        complain(verified.error());
        return Exit::kBadInput;
    }
    if (auto const& broken = verified->firstBreak) {
        print("BROKEN", *broken);
        std::cout << records(verified->records) << " before it are intact.\n";
        return Exit::kCheckFailed;
    }
    if (auto const& mismatch = verified->mismatch) {
        print("CHECKPOINT MISMATCH", *mismatch);
        std::cout << "The chain itself is ";
        printChain(*verified, where);
        return Exit::kCheckpointMismatch;
    }
    printChain(*verified, where);
    printTree(*verified, withKey);
    if (!arguments.checkpoints.empty()) printPublished(*verified);
    return Exit::kDone;
}

int prove(ProveArguments const& arguments)
{
    proof::Proven what;
    what.decisionId = arguments.decision;
    what.withRecord = !arguments.withoutRecord;
    if (!arguments.seq.empty() && !(what.seq = readNumber("--seq", arguments.seq)))
        return Exit::kUsage;
    if (!arguments.size.empty() && !(what.size = readNumber("--size", arguments.size)))
        return Exit::kUsage;
    int code = Exit::kDone;
    auto const paths = pathsOf(arguments.where, code);
    if (!paths) return code;
    auto const proof = proof::proveInclusion(*paths, what, progressBar("reading"));
    if (!proof) return exitOf(proof.error());
    std::cout << proof::toJson(*proof);
    return Exit::kDone;
}

int consistency(ConsistencyArguments const& arguments)
{
    auto const from = readNumber("--from", arguments.from);
    auto const to = readNumber("--to", arguments.to);
    if (!from || !to) return Exit::kUsage;
    int code = Exit::kDone;
    auto const paths = pathsOf(arguments.where, code);
    if (!paths) return code;
    auto const proof = proof::proveConsistency(*paths, *from, *to, progressBar("reading"));
    if (!proof) return exitOf(proof.error());
    std::cout << proof::toJson(*proof);
    return Exit::kDone;
}

int verifyProof(VerifyProofArguments const& arguments)
{
    auto keys = proof::TrustedNoteKeys::read(arguments.keys);
    if (!keys) {
        complain(keys.error());
        return Exit::kUsage;
    }
    auto const text = readText(arguments.file);
    if (!text) {
        complain(text.error());
        return Exit::kBadInput;
    }
    auto const checked = proof::checkProof(*text, *keys);
    if (!checked) {
        complain(checked.error());
        return Exit::kBadInput;
    }
    if (!checked->fault.empty()) {
        std::cout << "DOES NOT HOLD: " << plainLine(checked->fault) << ".\n";
        return Exit::kCheckFailed;
    }
    std::cout << "the proof holds:\n";
    for (auto const& sentence : checked->proven) std::cout << "  " << plainLine(sentence) << "\n";
    if (!checked->caution.empty()) std::cout << "  but " << checked->caution << "\n";
    return Exit::kDone;
}

int checkpointKey(CheckpointKeyArguments const& arguments)
{
    auto flags = arguments.flags;
    if (flags.empty() && arguments.config.empty()) flags.emplace_back("mode", "sandbox");
    auto const loaded = loadSettings(arguments.config, std::move(flags));
    if (!loaded) return Exit::kConfiguration;
    auto const& config = loaded->config;
    if (config.checkpointKeyFile.empty()) {
        complain(Error{Error::Kind::Config, "audit.checkpoint_key_file",
                       "is not set: checkpoints are not signed",
                       "make a key with: openssl genpkey -algorithm ed25519 -out checkpoint.pem; "
                       "chmod 600 checkpoint.pem"});
        return Exit::kConfiguration;
    }
    auto key = rules::SigningKey::fromFile(config.checkpointKeyFile);
    if (!key) {
        complain(key.error());
        return Exit::kConfiguration;
    }
    auto const shared = std::make_shared<rules::SigningKey const>(*std::move(key));
    for (auto const& tenant : config::allTenants(config))
        std::cout << proof::NoteSigner{proof::originOf(tenant.name, config.node), shared}.verifier()
                  << "\n";
    return Exit::kDone;
}

} // namespace tcds::cli
