#include "server/cli/argument_groups.hpp"

namespace tcds::cli {

namespace {

using What = ConfigArguments::What;

void addCheck(CLI::App& config, Parsing& parsing)
{
    auto [check, wanted] = addCommand<ConfigArguments>(config, parsing, "check",
                                                       "report every fault of the configuration");
    check.footer("Example: twitch-cds config check --config twitch-cds.yaml");
    wanted.what = What::Check;
    addConfig(check, wanted.config, parsing);
    addListen(check, parsing);
}

void addShow(CLI::App& config, Parsing& parsing)
{
    auto [show, wanted] = addCommand<ConfigArguments>(
        config, parsing, "show", "print every setting and where it comes from");
    show.footer("Example: twitch-cds config show --mode sandbox");
    wanted.what = What::Show;
    addConfig(show, wanted.config, parsing);
    addListen(show, parsing);
}

void addExplain(CLI::App& config, Parsing& parsing)
{
    auto [explain, wanted] = addCommand<ConfigArguments>(config, parsing, "explain",
                                                         "what a key does, and what is in force");
    explain.footer("Examples:\n"
                   "  twitch-cds config explain audit.fsync\n"
                   "  twitch-cds config explain clients.jku --config twitch-cds.yaml");
    wanted.what = What::Explain;
    explain.add_option("key", wanted.key, "a key, a section of keys, or clients.MEMBER")
        ->required();
    addConfig(explain, wanted.config, parsing);
    addListen(explain, parsing);
}

void addPrefetch(CLI::App& config, Parsing& parsing)
{
    auto [prefetch, wanted] = addCommand<PrefetchArguments>(
        config, parsing, "prefetch", "print the queries that an analyst types into the EHR");
    prefetch.footer("Examples:\n"
                    "  twitch-cds config prefetch --profile uscore\n"
                    "  twitch-cds config prefetch --config twitch-cds.yaml --client NAME "
                    "--format json");
    auto* client = prefetch.add_option("--client", wanted.client, "name of a client entry");
    prefetch.add_option("--profile", wanted.profile, "default, uscore or context")
        ->check(CLI::IsMember({"default", "uscore", "context"}))
        ->excludes(client)
        ->capture_default_str();
    prefetch.add_option("--format", wanted.format, "json, table or curl")
        ->check(CLI::IsMember({"json", "table", "curl"}))
        ->capture_default_str();
    addConfig(prefetch, wanted.config, parsing);
}

void addDoctor(CLI::App& app, Parsing& parsing)
{
    auto [doctor, wanted] = addCommand<DoctorArguments>(
        app, parsing, "doctor",
        "check the connection to an EHR and say what to change; writes nothing");
    doctor.footer("Exit code 0: no problem, 1: a problem was found.\n"
                  "Examples:\n"
                  "  twitch-cds doctor --config twitch-cds.yaml\n"
                  "  twitch-cds doctor --config twitch-cds.yaml --client NAME --patient ID "
                  "--token-file FILE");
    addConfig(doctor, wanted.config, parsing);
    doctor.add_option("--client", wanted.client, "name of a client entry; default: all");
    doctor.add_option("--fhir-server", wanted.fhirServer,
                      "only this base of the entry; default: all");
    doctor.add_option("--patient", wanted.patient,
                      "id of a test patient, to try every prefetch query");
    doctor.add_option("--encounter", wanted.encounter, "id of a visit of that patient")
        ->needs("--patient");
    doctor.add_option("--token-file", wanted.tokenFile,
                      "file (mode 600) with an access token of the FHIR server; never printed");
    addFormat(doctor, wanted.json);
}

} // namespace

void addConfigCommands(CLI::App& app, Parsing& parsing)
{
    auto* config = app.add_subcommand("config", "check and show the configuration");
    config->require_subcommand(1);
    addCheck(*config, parsing);
    addShow(*config, parsing);
    addExplain(*config, parsing);
    addPrefetch(*config, parsing);
    addDoctor(app, parsing);
}

} // namespace tcds::cli
