#!/bin/sh
# The service with a listener for metrics: what was called is counted there, and nothing else is served there.
#
#   metrics_test.sh ROOT BINARY
set -eu
root=$1
binary=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

export TWITCH_CDS__METRICS__LISTEN=127.0.0.1:0
state=$scratch/state
start_service "$binary" "$state"
tries=0
metrics_port=
while [ -z "$metrics_port" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ]; then
        printf 'No listener for metrics:\n' >&2
        cat "$state/service.log" >&2
        exit 1
    fi
    sleep 0.1
    metrics_port=$(sed -n 's/.*"event":"metrics: listening".*"port":"\([0-9]*\)".*/\1/p' "$state/service.log")
done
service_url=http://127.0.0.1:$port
metrics_url=http://127.0.0.1:$metrics_port

scrape() { fetch -o "$scratch/metrics" "$metrics_url/metrics"; }
post() {
    fetch -o "$scratch/body" -w '%{http_code}' -H 'Content-Type: application/json' --data-binary "@$1" "$2" || true
}
view=$service_url/cds-services/twitch-patient-view

scrape
contains "before the first call" "$scratch/metrics" 'twitch_cds_audit_write_errors_total 0'
contains "the pack" "$scratch/metrics" 'twitch_cds_pack_info{id="'
same "health" live "$(fetch "$metrics_url/healthz")"

"$root/deploy/samples/fill.sh" "$root/deploy/samples/patient-view.json" >"$scratch/good.json"
sed 's/"prefetch": *{/&"canary_key":null,/' "$scratch/good.json" >"$scratch/key.json"
printf '{' >"$scratch/bad.json"
same "a call" 200 "$(post "$scratch/good.json" "$view")"
same "a call with a key of its own" 200 "$(post "$scratch/key.json" "$view")"
same "a call that is no JSON" 400 "$(post "$scratch/bad.json" "$view")"
same "another path" 404 "$(post "$scratch/good.json" "$service_url/cds-services/canary_path")"
same "a request that the listener refuses" 405 \
    "$(fetch -o /dev/null -w '%{http_code}' -X DELETE "$view" || true)"

scrape
line='twitch_cds_requests_total{client="none",code="200",hook="patient-view",service="twitch-patient-view"} 2'
contains "calls" "$scratch/metrics" "$line"
contains "refusals" "$scratch/metrics" 'twitch_cds_rejects_total{reason="json"} 1'
contains "unknown prefetch keys" "$scratch/metrics" 'twitch_cds_unknown_prefetch_keys_total{client="none"} 1'
contains "times" "$scratch/metrics" \
    'twitch_cds_request_duration_seconds_count{service="twitch-patient-view"} 3'
contains "cards by rule" "$scratch/metrics" 'twitch_cds_cards_returned_total{indicator="'
contains "another path" "$scratch/metrics" \
    'twitch_cds_requests_total{client="none",code="404",hook="none",service="none"} 1'
same "lines that hold what a caller sent" "" "$(grep -i canary "$scratch/metrics" || true)"
same "lines that are no sample" "" \
    "$(grep -v -e '^# \(HELP\|TYPE\) twitch_cds_' -e '^twitch_cds_[a-z_]*\({[^{}]*}\)\{0,1\} [0-9.e+-]*$' "$scratch/metrics" || true)"

same "services where only metrics are" 404 \
    "$(fetch -o /dev/null -w '%{http_code}' "$metrics_url/cds-services")"
same "metrics where the services are" 404 "$(fetch -o /dev/null -w '%{http_code}' "$service_url/metrics")"
before=$(cat "$state"/audit/*.jsonl | grep -vc '"type":"checkpoint"')
same "a coding that the listener of the metrics refuses" 501 \
    "$(fetch -o /dev/null -w '%{http_code}' -H 'Transfer-Encoding: canary' -X POST -d x "$metrics_url/metrics" || true)"
same "records of it" "$before" "$(cat "$state"/audit/*.jsonl | grep -vc '"type":"checkpoint"')"

# In production only loopback, unless said.
printf '%032d' 0 >"$scratch/key"
chmod 600 "$scratch/key"
printf 'audit: {key_file: %s}\nmetrics: {listen: "0.0.0.0:9464"}\n' "$scratch/key" >"$scratch/open.yaml"
status=0
env -u TWITCH_CDS__METRICS__LISTEN "$binary" config check --config "$scratch/open.yaml" \
    >"$scratch/checked" 2>&1 || status=$?
same "metrics beyond loopback in production: exit code" 78 "$status"
contains "metrics beyond loopback in production" "$scratch/checked" metrics.beyond_loopback
finish
