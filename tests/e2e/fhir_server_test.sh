#!/bin/sh
# The sandbox's FHIR server: its library can be had, its own tests pass, its command line says what is wrong,
# and it serves the sample charts.
#
#   fhir_server_test.sh ROOT FOLDER     FOLDER: where the server is laid, kept between runs
set -eu
root=$1
folder=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

"$root/deploy/sandbox/fhir-server/install.sh" "$folder" || exit 1
export no_proxy=127.0.0.1,localhost

status=0
(cd "$folder" && node --test test/fhir_server.test.js) >"$scratch/tests" 2>&1 || status=$?
same "node --test: exit code" 0 "$status"
[ "$status" = 0 ] || grep -B 2 -A 30 '^not ok' "$scratch/tests" >&2 || cat "$scratch/tests" >&2
passes "node --test: it ran tests" grep -q '^# pass [1-9]' "$scratch/tests"

passes "no host of a package registry in the lock file" sh -c '! grep -q -e "://" "$1"' sh \
    "$root/deploy/sandbox/fhir-server/package-lock.json"

# refused TEXT OPTION...   the command line is refused with code 64 and this word
refused() {
    text=$1
    shift
    status=0
    node "$folder/main.js" "$@" >"$scratch/out" 2>&1 || status=$?
    same "$*: exit code" 64 "$status"
    contains "$*" "$scratch/out" "$text"
    contains "$*: says what to write" "$scratch/out" "Fix:"
}
mkdir "$scratch/charts"
refused "--charts: missing"
refused "not a loopback address" --charts "$scratch/charts" --listen 0.0.0.0:8090
refused "one is missing" --charts "$scratch/charts" --tls-cert cert.pem
refused "no number" --charts "$scratch/charts" --page-size ten
refused "no fault \"explode\"" --charts "$scratch/charts" --fault '*=explode'
refused "--colour" --charts "$scratch/charts" --colour

for sample in "$root"/deploy/samples/*.json; do
    "$root/deploy/samples/fill.sh" "$sample" >"$scratch/charts/${sample##*/}"
done
node "$folder/main.js" --charts "$scratch/charts" --listen 127.0.0.1:0 --log "$scratch/log" >"$scratch/out" 2>&1 &
service=$!
tries=0
until grep -q '"admin"' "$scratch/out"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ] || ! kill -0 "$service" 2>/dev/null; then
        cat "$scratch/out" >&2
        exit 1
    fi
    sleep 0.1
done
base=$(sed -n 's/.*"fhir":"\([^"]*\)".*/\1/p' "$scratch/out")
# Each sample is a patient, and each chart has its own results, though the files use the same ids.
fetch "$base/Patient" >"$scratch/patients"
contains "patients" "$scratch/patients" '"total":8,'
fetch "$base/Observation?patient=sample-1&code=2823-3&_sort=-date" >"$scratch/potassium"
contains "potassium of sample-1" "$scratch/potassium" '"total":2,'
contains "potassium of sample-1" "$scratch/potassium" '"value":2.9,'
contains "the log names the search" "$scratch/log" '"path":"/fhir/Observation?patient=sample-1&code=2823-3&_sort=-date"'
finish
