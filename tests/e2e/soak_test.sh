#!/bin/sh
# Many calls in a row: every one is answered and recorded, memory stays flat, the log stays intact.
#
#   soak_test.sh ROOT BINARY [CALLS]
set -eu
root=$1
binary=$2
calls=${3:-30000}
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

resident() { sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$service/status"; }

# play COUNT   over 16 connections that stay open
play() {
    fetch --parallel --parallel-max 16 -o /dev/null -w '%{http_code}\n' \
        -H 'Content-Type: application/json' --data-binary "@$scratch/call.json" --max-time 900 \
        "http://127.0.0.1:$port/cds-services/twitch-patient-view?[1-$1]" 2>/dev/null | sort | uniq -c
}

"$root/deploy/samples/fill.sh" "$root/deploy/samples/patient-view.json" >"$scratch/call.json"
start_service "$binary" "$scratch/state"
same "warm-up: every call is answered" "2000 200" "$(play 2000 | sed 's/^ *//')"
before=$(resident)
same "every call is answered" "$calls 200" "$(play "$calls" | sed 's/^ *//')"
after=$(resident)
printf 'resident memory: %s kB after 2000 calls, %s kB after %s more\n' "$before" "$after" "$calls"
passes "memory grows by less than a quarter" [ "$after" -lt $((before * 5 / 4)) ]
stop_service
same "every call has its record" "$((calls + 2000))" \
    "$(cat "$scratch"/state/audit/*.jsonl | grep -c '"type":"decision"')"
passes "the log is intact" "$binary" audit verify --directory "$scratch/state/audit"
finish
