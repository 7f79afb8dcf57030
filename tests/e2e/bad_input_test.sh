#!/bin/sh
# Bad input of any kind gets a clear answer, never a 500, a crash or a lost record; after each, a good
# call is answered.
#
#   bad_input_test.sh ROOT BINARY
set -eu
root=$1
binary=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

state=$scratch/state
start_service "$binary" "$state"
service_url=http://127.0.0.1:$port/cds-services/twitch-patient-view
"$root/deploy/samples/fill.sh" "$root/deploy/samples/patient-view.json" >"$scratch/good.json"

# post FILE: sets $status, writes the body to $scratch/body
post() {
    status=$(fetch -o "$scratch/body" -w '%{http_code}' -H 'Content-Type: application/json' -H 'Expect:' \
        --data-binary "@$1" "$service_url" || true)
}

# refused NAME STATUS TEXT   posts $scratch/bad
refused() {
    post "$scratch/bad"
    same "$1: status" "$2" "$status"
    contains "$1: an OperationOutcome" "$scratch/body" '"resourceType":"OperationOutcome"'
    contains "$1: says what is wrong" "$scratch/body" "$3"
    post "$scratch/good.json"
    same "$1: the next good call" 200 "$status"
}

bad() { printf "$1" >"$scratch/bad"; }

bad '';                                  refused "empty body" 400 byte
bad '{';                                 refused "cut JSON" 400 "byte 1"
bad '[]';                                refused "no object" 400 object
bad '{"hook":"patient-view"} x';         refused "garbage after the end" 400 "byte 24"
bad '{"hook":"patient-view"}\000';       refused "NUL after the end" 400 "byte 23"
bad '\357\273\277{}';                    refused "byte order mark" 400 "byte 0"
bad '{"hook":"\377"}';                   refused "invalid UTF-8" 400 "byte 9"
bad '{"hook":"\\ud800"}';                refused "lone surrogate" 400 byte
bad '{"a":1e999}';                       refused "number beyond all bounds" 400 byte
{ printf '{"a":'; head -c 400 /dev/zero | tr '\0' 9; printf '}'; } >"$scratch/bad"
refused "a number of 400 digits" 400 byte
bad '{"hook":"patient-view","hook":"x"}'; refused "duplicate key" 400 byte
{ head -c 100000 /dev/zero | tr '\0' '['; } >"$scratch/bad"
refused "deep nesting" 400 byte
sed 's/"patient-view"/"order-sign"/' "$scratch/good.json" >"$scratch/bad"
refused "hook of another service" 400 /hook
printf '{"hook":"patient-view","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"}' >"$scratch/bad"
refused "no context" 400 /context
printf '{"hook":"patient-view","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea","context":{"userId":"Practitioner/1","patientId":"../metadata"}}' >"$scratch/bad"
refused "path in the patient id" 400 /context/patientId
printf '{"hook":"patient-view","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea","context":{"userId":"Practitioner/1","patientId":"1"}}' >"$scratch/bad"
refused "no data" 412 patient
printf '{"hook":"patient-view","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea","context":{"userId":"Practitioner/1","patientId":"1"},"prefetch":{"patient":{"resourceType":"Patient","id":"2"}}}' >"$scratch/bad"
refused "another patient" 400 /prefetch/patient
head -c 20971520 /dev/zero | tr '\0' ' ' >"$scratch/bad"
refused "20 MB" 413 "10485760"

printf '{"hook":"patient-view","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea","context":{"userId":"Practitioner/1","patientId":"1"},"prefetch":{"patient":{"resourceType":"Patient","id":"1","birthDate":"9999-99-99"},"conditions":{"resourceType":"Bundle"},"medications":7,"labs":"<html>"}}' >"$scratch/odd"
post "$scratch/odd"
same "odd shapes without a complaint: status" 200 "$status"
same "odd shapes without a complaint: cards" '{"cards":[]}' "$(cat "$scratch/body")"

rejects=$(cat "$state"/audit/*.jsonl | grep -c '"type":"reject"')
same "each refused call has a record" 18 "$rejects"
stop_service
"$binary" audit verify --directory "$state/audit" >"$scratch/verified" || true
contains "the chain verifies" "$scratch/verified" "intact:"

# Broken content and configuration: every problem is listed, exit 78.
mkdir -p "$scratch/rules"
cp -r "$root/rules/." "$scratch/rules"
sed -i 's/below_reference/belov_reference/; s/cluster: K/cluster: KK/' "$scratch/rules/packs/core/EL-K-LOW.yaml"
TWITCH_CDS__AUDIT__DIRECTORY=$scratch/other/audit "$binary" serve --mode dev --listen 127.0.0.1:0 \
    --config /dev/stdin >"$scratch/broken.log" 2>&1 <<END && code=0 || code=$?
content: {folder: $scratch/rules}
END
same "broken pack: exit code" 78 "$code"
contains "broken pack: first problem" "$scratch/broken.log" 'belov_reference'
contains "broken pack: second problem" "$scratch/broken.log" '"KK"'
printf 'not a database, though it stands where one is expected\n' >"$scratch/state.db"
chmod 600 "$scratch/state.db"
TWITCH_CDS__AUDIT__DIRECTORY=$scratch/third/audit TWITCH_CDS__STATE__SUPPRESS=true \
    TWITCH_CDS__STATE__FILE=$scratch/state.db "$binary" serve --mode sandbox \
    --listen 127.0.0.1:0 >"$scratch/damaged.log" 2>&1 && code=0 || code=$?
same "damaged state: exit code" 78 "$code"
contains "damaged state: names the file" "$scratch/damaged.log" "state.file $scratch/state.db"
printf 'mode: sandbox\nprot: 80\nmax_cards: 9\n' >"$scratch/config.yaml"
"$binary" config check --config "$scratch/config.yaml" >"$scratch/config.log" 2>&1 && code=0 || code=$?
same "broken configuration: exit code" 78 "$code"
contains "broken configuration: unknown key" "$scratch/config.log" "config.yaml:2:1: error: unknown key"
contains "broken configuration: bad value" "$scratch/config.log" "config.yaml:3:12"
finish
