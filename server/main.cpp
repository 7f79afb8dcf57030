#include "server/cli/commands.hpp"

#include <exception>
#include <iostream>

namespace {

struct Run {
    int operator()(tcds::cli::ServeArguments const& arguments) const
    {
        return tcds::cli::serve(arguments);
    }
    int operator()(tcds::cli::EvaluateArguments const& arguments) const
    {
        return tcds::cli::evaluate(arguments);
    }
    int operator()(tcds::cli::LintArguments const& arguments) const
    {
        return tcds::cli::lint(arguments);
    }
    int operator()(tcds::cli::CoverageArguments const& arguments) const
    {
        return tcds::cli::coverage(arguments);
    }
    int operator()(tcds::cli::TestArguments const& arguments) const
    {
        return tcds::cli::test(arguments);
    }
    int operator()(tcds::cli::ExplainArguments const& arguments) const
    {
        return tcds::cli::explain(arguments);
    }
    int operator()(tcds::cli::BuildArguments const& arguments) const
    {
        return tcds::cli::build(arguments);
    }
    int operator()(tcds::cli::VerifyBundleArguments const& arguments) const
    {
        return tcds::cli::verifyBundle(arguments);
    }
    int operator()(tcds::cli::DiffArguments const& arguments) const
    {
        return tcds::cli::diff(arguments);
    }
    int operator()(tcds::cli::ExportArguments const& arguments) const
    {
        return tcds::cli::exportRules(arguments);
    }
    int operator()(tcds::cli::DocArguments const& arguments) const
    {
        return tcds::cli::doc(arguments);
    }
    int operator()(tcds::cli::VerifyArguments const& arguments) const
    {
        return tcds::cli::verify(arguments);
    }
    int operator()(tcds::cli::QueryArguments const& arguments) const
    {
        return tcds::cli::query(arguments);
    }
    int operator()(tcds::cli::ProveArguments const& arguments) const
    {
        return tcds::cli::prove(arguments);
    }
    int operator()(tcds::cli::ConsistencyArguments const& arguments) const
    {
        return tcds::cli::consistency(arguments);
    }
    int operator()(tcds::cli::VerifyProofArguments const& arguments) const
    {
        return tcds::cli::verifyProof(arguments);
    }
    int operator()(tcds::cli::CheckpointKeyArguments const& arguments) const
    {
        return tcds::cli::checkpointKey(arguments);
    }
    int operator()(tcds::cli::UnsealArguments const& arguments) const
    {
        return tcds::cli::unseal(arguments);
    }
    int operator()(tcds::cli::ReportArguments const& arguments) const
    {
        return tcds::cli::report(arguments);
    }
    int operator()(tcds::cli::ShowArguments const& arguments) const
    {
        return tcds::cli::show(arguments);
    }
    int operator()(tcds::cli::ForwardArguments const& arguments) const
    {
        return tcds::cli::forwardLog(arguments);
    }
    int operator()(tcds::cli::AuditExportArguments const& arguments) const
    {
        return tcds::cli::exportRecords(arguments);
    }
    int operator()(tcds::cli::FetchArguments const& arguments) const
    {
        return tcds::cli::fetchLog(arguments);
    }
    int operator()(tcds::cli::ReplayArguments const& arguments) const
    {
        return tcds::cli::replay(arguments);
    }
    int operator()(tcds::cli::ConfigArguments const& arguments) const
    {
        return tcds::cli::config(arguments);
    }
    int operator()(tcds::cli::PrefetchArguments const& arguments) const
    {
        return tcds::cli::configPrefetch(arguments);
    }
    int operator()(tcds::cli::ImportArguments const& arguments) const
    {
        return tcds::cli::importRxnorm(arguments);
    }
    int operator()(tcds::cli::TermsDiffArguments const& arguments) const
    {
        return tcds::cli::termsDiff(arguments);
    }
    int operator()(tcds::cli::LookupArguments const& arguments) const
    {
        return tcds::cli::lookup(arguments);
    }
    int operator()(tcds::cli::DoctorArguments const& arguments) const
    {
        return tcds::cli::doctor(arguments);
    }
};

} // namespace

int main(int argc, char** argv)
{
    try {
        auto const parsed = tcds::cli::parseArguments(argc, argv);
        if (auto const* code = std::get_if<int>(&parsed)) return *code;
        return std::visit(Run{}, std::get<tcds::cli::Command>(parsed));
    } catch (std::exception const& error) {
        std::cerr << "twitch-cds: internal error: " << error.what()
                  << ". Fix: report it with the command that was run.\n";
        return tcds::cli::kInternal;
    }
}
