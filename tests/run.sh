#!/bin/sh
# Installs what is missing, builds, runs every test.
set -eu

usage() {
    cat <<'END'
Usage: ./tests/run.sh [--fast | --soak | --sanitize | --asan-units]

Installs the missing Debian packages, builds the release preset with its tests, checks and tests the
rules, runs every test of CTest (units, corpus, shell-level tests, the commands of the docs).

  --fast         units and rules only
  --soak         the long tests besides (label "soak")
  --sanitize     everything, then once more under ASan + UBSan and under TSan (clang; takes long)
  --asan-units   the unit tests under ASan + UBSan, and nothing else

Exit codes: 0 all passed; 1 a test failed; 10 to 15 packages (see deploy/packages.sh); 20 the build
failed; 64 usage.
END
}

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# shellcheck source=deploy/packages.sh
. "$root/deploy/packages.sh"

skipped='soak'   # labels, as ctest -LE wants them
release=yes
sanitizers=
skipped_by_sanitizers='soak'
for option in "$@"; do
    case $option in
        --fast) skipped='soak|e2e' ;;
        --soak) skipped='none' ;;
        --sanitize) sanitizers='asan tsan' ;;
        --asan-units)
            release=no
            sanitizers=asan
            skipped_by_sanitizers='soak|e2e'
            ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) fail 64 "$option" "no such option" "see ./tests/run.sh --help" ;;
    esac
done

cd "$root"
jobs=$(nproc)
passed=0
failed=0
failures=

count() {   # count OK NAME
    if [ "$1" = yes ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        failures="$failures $2;"
    fi
}

build() {   # build PRESET
    say "Building preset $1."
    if ! { cmake --preset "$1" -DTCDS_TESTS=ON && cmake --build --preset "$1" -j "$jobs"; } >".build/$1.log" 2>&1; then
        grep -E -A 5 'error|FAILED|Error' ".build/$1.log" | tail -n 30 >&2
        fail 20 "build" "preset $1 stopped; the end of the log is above" "see .build/$1.log"
    fi
}

# Adds the figures of a CTest run; what CTest counts is what we count.
run_ctest() {   # run_ctest PRESET [CTEST OPTION...]
    preset=$1
    shift
    log=.build/$preset.ctest.log
    status=0
    ctest --preset "$preset" -j "$jobs" --no-tests=error "$@" >"$log" 2>&1 || status=$?
    grep 'tests passed' "$log" || true
    sed -n '/The following tests FAILED/,/^Errors while/p' "$log"
    bad=$(sed -n 's/.* tests passed, \([0-9]*\) tests* failed out of .*/\1/p' "$log")
    all=$(sed -n 's/.* tests* failed out of \([0-9]*\)$/\1/p' "$log")
    if [ -z "$all" ]; then
        tail -n 20 "$log" >&2
        count no "ctest --preset $preset"
        return
    fi
    passed=$((passed + all - bad))
    failed=$((failed + bad))
    if [ "$bad" -gt 0 ] || [ "$status" -ne 0 ]; then
        failures="$failures ctest --preset $preset (see $log);"
        [ "$bad" -gt 0 ] || failed=$((failed + 1))
    fi
}

check_rules() {
    binary=.build/release/server/twitch-cds
    for command in lint test; do
        say "twitch-cds rules $command rules"
        if "$binary" rules "$command" rules >".build/rules-$command.log" 2>&1; then
            tail -n 1 ".build/rules-$command.log"
            count yes
        else
            tail -n 40 ".build/rules-$command.log"
            count no "rules $command"
        fi
    done
}

# Debian and Ubuntu keep the sanitizer runtime in a package named after the version of clang.
clang_runtime() {
    version=$(LC_ALL=C apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
    say "libclang-rt-${version:-14}-dev"
}

mkdir -p .build
ensure_packages "to build and test twitch-cds" ca-certificates curl g++ cmake ninja-build boost \
    rapidjson-dev libssl-dev libspdlog-dev libfmt-dev libyaml-cpp-dev libcli11-dev libcjose-dev \
    libpq-dev libsqlite3-dev libsqlitecpp-dev prometheus-cpp-dev zlib1g-dev \
    libgtest-dev libgmock-dev
case $skipped$release in
    *e2e* | *no) ;;
    *)
        ensure_node "for the FHIR server of the end-to-end tests"
        ensure_postgres "for the tests of the forwarding of records"
        ;;
esac
start=$(date +%s)

if [ "$release" = yes ]; then
    build release
    check_rules
    run_ctest release -LE "$skipped"
fi
if [ -n "$sanitizers" ]; then
    ensure_packages "for the sanitizers" clang "$(clang_runtime)"
fi
for preset in $sanitizers; do
    build "$preset"
    run_ctest "$preset" -LE "$skipped_by_sanitizers"
done

say
[ -z "$failures" ] || say "Failed:$failures"
say "Took $((($(date +%s) - start) / 60)) min $((($(date +%s) - start) % 60)) s."
say "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
