#pragma once

#include "server/cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Private to the parser of the command line: one function for each group of commands, so that a
// command and its options stand in one place.

namespace tcds::cli {

/// What is gathered while the command line is parsed.
struct Parsing {
    std::string mode, listen;       // of the command that was given
    std::optional<Command> command; // what was given

    [[nodiscard]] std::vector<std::pair<std::string, std::string>> flags() const
    {
        std::vector<std::pair<std::string, std::string>> flags;
        if (!mode.empty()) flags.emplace_back("mode", mode);
        if (!listen.empty()) flags.emplace_back("listen", listen);
        return flags;
    }
};

/// A command while its options are added; CLI11 writes into `wanted`, which lives as long as the
/// parser does.
template <class Arguments>
struct AddedCommand {
    CLI::App& options;
    Arguments& wanted;
};

/// Adds a command. When it is given, what was written into its arguments becomes parsing.command.
/// @param parsing  outlives the parser
template <class Arguments>
AddedCommand<Arguments> addCommand(CLI::App& parent, Parsing& parsing, char const* name,
                                   char const* about)
{
    auto wanted = std::make_shared<Arguments>();
    auto* command = parent.add_subcommand(name, about);
    command->callback([wanted, &parsing] {
        if constexpr (requires { wanted->flags; }) wanted->flags = parsing.flags();
        if constexpr (requires { wanted->where.flags; }) wanted->where.flags = parsing.flags();
        parsing.command = *wanted;
    });
    return {*command, *wanted};
}

/// `--config` and `--mode`.
void addConfig(CLI::App& options, std::string& config, Parsing& parsing);
/// `--listen`, for commands that look at the address of the service.
void addListen(CLI::App& options, Parsing& parsing);
/// `--format text|json`.
void addFormat(CLI::App& options, bool& json);

void addRuleCommands(CLI::App& app, Parsing& parsing);   // rules ...
void addAuditCommands(CLI::App& app, Parsing& parsing);  // audit ...
void addReplayCommand(CLI::App& app, Parsing& parsing);  // replay
void addConfigCommands(CLI::App& app, Parsing& parsing); // config ..., doctor
void addTermsCommands(CLI::App& app, Parsing& parsing);  // terms ...

} // namespace tcds::cli
