#!/bin/sh
# CTL-12: slow clients take nothing from the others, and connections beyond the bound cost no memory.
#
#   slow_clients_test.sh ROOT BINARY      needs node
set -eu
root=$1
binary=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

ulimit -n 8192 2>/dev/null || ulimit -n "$(ulimit -H -n)"
"$root/deploy/samples/fill.sh" "$root/deploy/samples/patient-view.json" >"$scratch/call.json"
export TWITCH_CDS__LIMITS__CONNECTIONS=2200 TWITCH_CDS__DEADLINES__HEADER_MS=60000 TWITCH_CDS__DEADLINES__BODY_MS=60000
start_service "$binary" "$scratch/state"
status=0
node "$root/tests/e2e/slow_clients.mjs" "$port" "$service" "$scratch/call.json" >"$scratch/driver" 2>&1 || status=$?
cat "$scratch/driver"
same "two thousand slow clients" 0 "$status"
stop_service
finish
