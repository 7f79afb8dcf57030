#!/bin/sh
# `kill -9` while calls are being answered: each answered call has its record, the chain verifies, and
# a second process is refused while the first one lives.
#
#   kill_under_load_test.sh ROOT BINARY
set -eu
root=$1
binary=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

"$root/deploy/samples/fill.sh" "$root/deploy/samples/patient-view.json" >"$scratch/call.json"
state=$scratch/state

# Posts until the service is gone; writes the decision id of each answer that arrived whole.
caller() {
    while fetch -o /dev/null -D - -H 'Content-Type: application/json' --data-binary "@$scratch/call.json" \
        "http://127.0.0.1:$port/cds-services/twitch-patient-view" 2>/dev/null >"$scratch/head.$1"; do
        tr -d '\r' <"$scratch/head.$1" | sed -n 's/^X-Decision-Id: //p' >>"$scratch/answered.$1"
    done
}

round=0
while [ "$round" -lt 5 ]; do
    round=$((round + 1))
    start_service "$binary" "$state"
    callers=
    for n in 1 2 3 4; do
        caller "$round.$n" &
        callers="$callers $!"
    done
    # Long enough for some answers: the log itself tells, not the clock.
    while [ "$(cat "$scratch"/answered."$round".* 2>/dev/null | wc -l)" -lt 20 ]; do sleep 0.05; done
    if [ "$round" = 1 ]; then
        XDG_STATE_HOME=$state TWITCH_CDS__AUDIT__DIRECTORY=$state/audit \
            "$binary" serve --mode sandbox --listen 127.0.0.1:0 >"$scratch/second.log" 2>&1 && second=0 || second=$?
        same "a second process on the directory is refused" 78 "$second"
    fi
    kill -9 "$service"
    wait "$service" 2>/dev/null || true
    service=
    for pid in $callers; do wait "$pid" 2>/dev/null || true; done
done

cat "$scratch"/answered.* | sort >"$scratch/answered"
cat "$state"/audit/*.jsonl | grep '"type":"decision"' | sed 's/.*"decisionId":"\([^"]*\)".*/\1/' | sort >"$scratch/recorded"
answered=$(wc -l <"$scratch/answered")
passes "enough calls were answered ($answered)" test "$answered" -ge 100
same "answered calls without a record" "" "$(comm -23 "$scratch/answered" "$scratch/recorded")"

start_service "$binary" "$state"
stop_service
"$binary" audit verify --directory "$state/audit" >"$scratch/verified" || true
contains "the chain verifies after five kills" "$scratch/verified" "intact:"
finish
