#include "server/cli/arguments.hpp"

#include "server/app/version.hpp"
#include "server/cli/argument_groups.hpp"

namespace tcds::cli {

namespace {

void addServe(CLI::App& app, Parsing& parsing)
{
    auto [serve, wanted] =
        addCommand<ServeArguments>(app, parsing, "serve", "answer CDS Hooks calls");
    serve.footer("Example: twitch-cds serve --mode sandbox --listen 127.0.0.1:8080");
    addConfig(serve, wanted.config, parsing);
    addListen(serve, parsing);
}

Output outputOf(std::string const& text)
{
    if (text == "findings") return Output::Findings;
    if (text == "trace") return Output::Trace;
    if (text == "text") return Output::Text;
    return Output::Cards;
}

void addEvaluate(CLI::App& app, Parsing& parsing)
{
    auto [evaluate, wanted] = addCommand<EvaluateArguments>(
        app, parsing, "evaluate", "show what a call would be answered; writes no record");
    evaluate.footer(
        "Examples:\n"
        "  twitch-cds evaluate request.json --output text\n"
        "  twitch-cds evaluate --bundle chart.json --hook patient-view --complaint R25.3 "
        "--output text");
    evaluate.add_option("requests", wanted.requests, "hook requests (JSON files, - = stdin)");
    evaluate.add_option("--bundle", wanted.bundle, "a patient Bundle to make the request from");
    evaluate.add_option("--hook", wanted.hook, "hook of that request")->capture_default_str();
    evaluate.add_option("--complaint", wanted.complaint,
                        "code or text that is added as a complaint of today");
    evaluate.add_option("--now", wanted.now, "time of the call, such as 2026-01-31T08:00:00Z");
    evaluate
        .add_option_function<std::string>(
            "--output", [&to = wanted.output](std::string const& text) { to = outputOf(text); },
            "cards, findings, trace or text")
        ->check(CLI::IsMember({"cards", "findings", "trace", "text"}))
        ->default_str("cards");
    evaluate.add_flag("--allow-critical", wanted.allowCritical,
                      "do not cap the indicator at warning");
    addConfig(evaluate, wanted.config, parsing);
}

} // namespace

void addConfig(CLI::App& options, std::string& config, Parsing& parsing)
{
    options.add_option("--config", config, "configuration file (YAML)");
    options.add_option("--mode", parsing.mode, "production, sandbox or dev");
}

void addListen(CLI::App& options, Parsing& parsing)
{
    options.add_option("--listen", parsing.listen, "ADDRESS:PORT");
}

void addFormat(CLI::App& options, bool& json)
{
    options
        .add_option_function<std::string>(
            "--format", [&json](std::string const& text) { json = text == "json"; }, "text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->default_str("text");
}

std::variant<Command, int> parseArguments(int argc, char const* const* argv)
{
    Parsing parsing;
    CLI::App app{"twitch-cds: notes which medicine or electrolyte may explain muscle twitching.",
                 "twitch-cds"};
    app.set_version_flag("--version", std::string{kVersion} + " (" + std::string{kCommit} + ")");
    app.require_subcommand(1);
    addServe(app, parsing);
    addEvaluate(app, parsing);
    addRuleCommands(app, parsing);
    addAuditCommands(app, parsing);
    addReplayCommand(app, parsing);
    addConfigCommands(app, parsing);
    addTermsCommands(app, parsing);
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        auto const code = app.exit(error);
        return code == 0 ? Exit::kDone : Exit::kUsage;
    }
    return *std::move(parsing.command);
}

} // namespace tcds::cli
