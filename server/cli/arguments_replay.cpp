#include "server/cli/argument_groups.hpp"

namespace tcds::cli {

void addReplayCommand(CLI::App& app, Parsing& parsing)
{
    auto [replay, wanted] = addCommand<ReplayArguments>(
        app, parsing, "replay", "make recorded decisions again: with their rules, or with others");
    replay.footer("Examples:\n"
                  "  twitch-cds replay --decision 019cb32f-8e9e-70d8-98e0-985ecc7f6041\n"
                  "  twitch-cds replay --from 2026-02-01 --to 2026-02-28 --pack next.bundle.json\n"
                  "Exit codes: 0 identical, 1 different, 4 rules or settings not in the store,\n"
                  "5 no facts on record.");
    replay.add_option("--directory", wanted.where.directory, "folder of the log");
    replay.add_option("--store", wanted.store,
                      "folder of the rules and settings that were in use (content.store)");
    addConfig(replay, wanted.where.config, parsing);
    auto* decision =
        replay.add_option("--decision", wanted.decision, "decision id (X-Decision-Id)");
    auto* from = replay.add_option("--from", wanted.from, "first day or instant of decisions");
    auto* to = replay.add_option("--to", wanted.to, "last day or instant of decisions");
    decision->excludes(from)->excludes(to);
    replay.add_option("--pack", wanted.pack,
                      "rules to decide with instead: version or digest of the store, \"built-in\", "
                      "a bundle file or a rules folder");
    replay.add_option("--rule", wanted.rule, "only this rule in the table of a period");
    replay.add_option("--format", wanted.format, "text, json, or csv for a period")
        ->check(CLI::IsMember({"text", "json", "csv"}));
    replay.add_flag_callback(
        "--json", [&format = wanted.format] { format = "json"; }, "the same as --format json");
}

} // namespace tcds::cli
