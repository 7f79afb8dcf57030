#pragma once

#include "server/cli/arguments.hpp"

namespace tcds::cli {

// One function a command; each prints its own errors and returns the exit code (decision D41).

int serve(ServeArguments const& arguments);
int evaluate(EvaluateArguments const& arguments);
int lint(LintArguments const& arguments);
int test(TestArguments const& arguments);
int coverage(CoverageArguments const& arguments);
int explain(ExplainArguments const& arguments);
int build(BuildArguments const& arguments);
int verifyBundle(VerifyBundleArguments const& arguments);
int diff(DiffArguments const& arguments);
int exportRules(ExportArguments const& arguments);
int doc(DocArguments const& arguments);
int verify(VerifyArguments const& arguments);
int prove(ProveArguments const& arguments);
int consistency(ConsistencyArguments const& arguments);
int verifyProof(VerifyProofArguments const& arguments);
int checkpointKey(CheckpointKeyArguments const& arguments);
int show(ShowArguments const& arguments);
int query(QueryArguments const& arguments);
int unseal(UnsealArguments const& arguments);
int report(ReportArguments const& arguments);
int forwardLog(ForwardArguments const& arguments);
int exportRecords(AuditExportArguments const& arguments);
int fetchLog(FetchArguments const& arguments);
int replay(ReplayArguments const& arguments);
int config(ConfigArguments const& arguments);
int configPrefetch(PrefetchArguments const& arguments);
int lookup(LookupArguments const& arguments);
int importRxnorm(ImportArguments const& arguments);
int termsDiff(TermsDiffArguments const& arguments);
int doctor(DoctorArguments const& arguments);

} // namespace tcds::cli
