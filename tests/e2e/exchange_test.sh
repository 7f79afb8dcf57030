#!/bin/sh
# What `rules export` writes is valid FHIR R4, and its CQL, translated and run by foreign programs on the test
# cases of the rules, says what our evaluator says.
#
#   exchange_test.sh ROOT BINARY FOLDER     FOLDER: where the programs are laid, kept between runs
set -eu
root=$1
binary=$2
folder=$3
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

passes "no host of a package registry in the lock file" sh -c '! grep -q -e "://" "$1"' sh \
    "$root/tests/e2e/cql/package-lock.json"

# Beside the shipped rules some that use what no shipped rule uses.
cp -r "$root/rules" "$scratch/rules"
cp "$root"/tests/e2e/cql/constructs/rules/*.yaml "$scratch/rules/packs/core/"
cp "$root"/tests/e2e/cql/constructs/tests/*.yaml "$scratch/rules/tests/core/"
passes "the cases of the further rules hold" "$binary" rules test "$scratch/rules" --rule EL-TEST-COUNT
"$binary" rules export --fhir "$scratch/out" --cases "$scratch/cases.json" "$scratch/rules" >"$scratch/said"
contains "it says what it wrote" "$scratch/said" "rules in $scratch/out"
"$binary" rules export --fhir "$scratch/again" "$scratch/rules" >/dev/null
passes "the same rules give the same bytes" diff -r "$scratch/out" "$scratch/again"
"$binary" rules export --fhir "$scratch/hospital" --base https://hospital.example.org/fhir "$root/rules" >/dev/null
contains "the base of canonical URLs" "$scratch/hospital/PlanDefinition-EL-K-LOW.json" \
    '"url": "https://hospital.example.org/fhir/PlanDefinition/EL-K-LOW"'
contains "the base in CQL" "$scratch/hospital/cql/TwitchCdsRules.cql" "'https://hospital.example.org/fhir/ValueSet/LOOP'"
passes "no other base" sh -c '! grep -rqF twitch-cds.example.org "$1"' sh "$scratch/hospital"

# refused CODE TEXT OPTION...   the command ends with this code and says this
refused() {
    code=$1
    text=$2
    shift 2
    status=0
    "$binary" rules export "$@" >"$scratch/said" 2>&1 || status=$?
    same "$*: exit code" "$code" "$status"
    contains "$*" "$scratch/said" "$text"
}
refused 64 "--fhir is required" "$root/rules"
refused 64 "cannot begin a canonical URL" --fhir "$scratch/none" --base hospital "$root/rules"
refused 64 "cannot begin a canonical URL" --fhir "$scratch/none" --base https://hospital.example.org/fhir/ "$root/rules"
refused 65 "cannot be written" --fhir "$scratch/said/below" "$root/rules"

status=0
"$root/deploy/sandbox/fhir-server/install.sh" "$folder" "$root/tests/e2e/cql" || status=$?
if [ "$status" = 17 ]; then
    printf 'SKIPPED: the programs that check an export cannot be had here (npm ci failed).\n'
    exit 77
fi
[ "$status" = 0 ] || exit 1
status=0
node --max-semi-space-size=64 "$folder/main.mjs" "$scratch/out" "$scratch/cases.json" "$root/docs/exchange.md" \
    >"$scratch/found" 2>&1 || status=$?
sed -n 1,200p "$scratch/found"
same "the proof: exit code" 0 "$status"
finish
