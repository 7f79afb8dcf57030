#!/bin/sh
# Builds the fuzz targets and runs each of them for a while.
#
#   run.sh SECONDS [TARGET...]     (default: all)
#
# Targets: hook_body fhir_bundle rule_file outbound_url token log_file proof_file recorded_decision record_reading
#
# New inputs gather in .build/fuzz/found/TARGET, what crashes in .build/fuzz/artifacts/TARGET.
# Exit codes: 0 nothing found; 1 something was; 20 the build failed; 64 usage.
set -eu

case ${1:-} in
    '' | *[!0-9]*)
        printf '%s\n' "${1:-seconds}: no number of seconds. Fix: write run.sh 600." >&2
        exit 64
        ;;
esac
seconds=$1
shift
[ $# -gt 0 ] || set -- hook_body fhir_bundle rule_file outbound_url token \
    log_file proof_file recorded_decision record_reading

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
build=${TCDS_FUZZ_BUILD:-$root/.build/fuzz}
cd "$root"
for target in "$@"; do
    [ -d "tests/fuzz/corpus/$target" ] || {
        printf '%s\n' "$target: no such target. Fix: see tests/fuzz/corpus." >&2
        exit 64
    }
done

if [ -z "${TCDS_FUZZ_BUILD:-}" ]; then
    mkdir -p .build
    cmake --preset fuzz >.build/fuzz.log 2>&1 || {
        tail -n 20 .build/fuzz.log >&2
        exit 20
    }
fi
# shellcheck disable=SC2046 # one word a target
cmake --build "$build" --target $(printf 'fuzz_%s ' "$@") || exit 20

# The shipped rules are the best seeds of their kind and stand in no second place.
seeds_of() {
    printf '%s\n' "tests/fuzz/corpus/$1"
    [ "$1" != rule_file ] || printf '%s\n' rules/packs/core
}

found=0
for target in "$@"; do
    new=$build/found/$target
    crashes=$build/artifacts/$target
    mkdir -p "$new" "$crashes"
    printf '\n%s for %s s\n' "$target" "$seconds"
    # shellcheck disable=SC2046 # one word a folder
    "$build/tests/fuzz/fuzz_$target" "$new" $(seeds_of "$target") \
        -dict="tests/fuzz/$target.dict" -max_total_time="$seconds" -max_len=16384 \
        -timeout=10 -rss_limit_mb=3000 -artifact_prefix="$crashes/" -print_final_stats=1 || found=1
done
exit "$found"
