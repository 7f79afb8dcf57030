#include "tests/unit/proof/forged_log.hpp"

#include "server/audit/log_directory.hpp"
#include "server/audit/record_line.hpp"
#include "tests/unit/audit/log_stage.hpp"

namespace tcds::proof::test {

Files Files::in(std::string const& directory)
{
    Files found;
    for (auto const& name : audit::logFilesIn(directory).value())
        found.files.emplace_back(directory + "/" + name,
                                 audit::test::linesOf(directory + "/" + name));
    return found;
}

void Files::write() const
{
    for (auto const& [path, lines] : files) audit::test::writeLines(path, lines);
}

void Files::each(std::function<void(std::vector<std::string>&, std::size_t)> const& visit)
{
    for (auto& [path, lines] : files)
        for (std::size_t i = 0; i < lines.size(); ++i) visit(lines, i);
}

Files::At Files::at(std::uint64_t seq)
{
    At found;
    each([&](std::vector<std::string>& lines, std::size_t i) {
        if (audit::splitLine(lines[i])->seq == seq && found.lines == nullptr) found = {&lines, i};
    });
    EXPECT_NE(found.lines, nullptr) << seq;
    return found;
}

std::string type(std::string const& line) { return std::string{audit::splitLine(line)->type}; }

std::string altered(std::string line)
{
    auto const at = line.find("\"ts\":\"2026-03-0") + 15;
    EXPECT_LT(at, line.size());
    line[at] = '9';
    return line;
}

std::string membersOf(std::string const& line)
{
    auto const from = line.find(kOrigin) + kOrigin.size();
    auto const members = line.substr(from, line.rfind(",\"prev\":") - from);
    return members.empty() ? members : members.substr(1);
}

std::string withTree(std::string members, audit::LogTree const& tree)
{
    audit::Sha256 sha256;
    audit::Members made;
    writeTree(made, tree, sha256);
    auto const from = members.find("\"tree\":{");
    if (from == std::string::npos) return members;
    return members.replace(from, members.find("]}", from) + 2 - from, made.take());
}

std::string withoutNote(std::string members)
{
    auto const at = members.find("\"signed\":true");
    return at == std::string::npos ? members : members.substr(0, at) + "\"signed\":false";
}

void rebuild(Files& files, Forger forger, NoteSigner const& own)
{
    audit::Sha256 sha256;
    audit::LogTree tree;
    auto previous = audit::noPrevious();
    std::uint64_t seq = 1;
    files.each([&](std::vector<std::string>& lines, std::size_t i) {
        auto const parts = audit::splitLine(lines[i]);
        ASSERT_TRUE(parts);
        auto members = membersOf(lines[i]);
        if (forger != Forger::Chain) members = withTree(std::move(members), tree);
        if (forger == Forger::Stripped) members = withoutNote(std::move(members));
        if (forger == Forger::OwnKey && parts->type == "checkpoint") {
            audit::Members note;
            note.flag("signed", true);
            note.member("note", own.sign(toText(
                                    CheckpointText{"twitch-cds/mercy-west/cds-1",
                                                   {tree.tree.size(), tree.tree.root(sha256)}})));
            members = members.substr(0, members.find("\"signed\":")) + note.take();
        }
        std::string line;
        previous =
            appendLine(line, {parts->type, seq++, parts->time, kOrigin}, members, previous, sha256);
        line.pop_back();
        lines[i] = line;
        tree.tree.add(audit::bytesOf(audit::view(previous)), sha256);
    });
}

} // namespace tcds::proof::test
