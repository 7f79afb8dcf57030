#!/bin/sh
# What stands in records at each level: they fit the published schema by a foreign validator too, altered ones do not;
# at level full what came and what left is sealed, and opens with its key alone; keys that are destroyed unlink.
#
#   records_test.sh ROOT BINARY FOLDER     FOLDER: where the validator is laid, kept between runs; needs node
#
# Exit code 77: the validator cannot be had.
set -eu
root=$1
binary=$2
folder=$3
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"
cd "$scratch"

"$root/deploy/sandbox/fhir-server/install.sh" "$folder" "$root/tests/e2e/cql" || exit 77
"$root/deploy/samples/fill.sh" "$root/deploy/samples/low-magnesium.json" >call.json
"$root/deploy/samples/fill.sh" "$root/deploy/samples/patient-view.json" >other.json
(umask 077 && head -c 32 /dev/urandom >seal.key && head -c 32 /dev/urandom >other.key)

play() {   # play LEVEL   calls and feedback of every kind
    view=http://127.0.0.1:$port/cds-services/twitch-patient-view
    for body in call.json other.json; do
        same "$1: a call is answered" 200 "$(fetch -o "answer.$1" -D head -w '%{http_code}' \
            -H 'Content-Type: application/json' --data-binary @"$body" "$view")"
    done
    decision=$(sed -n 's/^[Xx]-[Dd]ecision-[Ii]d: *\([0-9a-f-]*\).*/\1/p' head)
    card=$(grep -o '"uuid":"[^"]*"' "answer.$1" | head -n 1 | cut -d '"' -f 4)
    cat >feedback.json <<END
{"feedback":[{"card":"$card","outcome":"overridden","outcomeTimestamp":"2026-03-03T10:00:00Z",
 "overrideReason":{"reason":{"system":"urn:twitch-cds:override-reason","code":"addressed"},"userComment":"Canary words"},
 "extension":{"org.twitch-cds":{"user":"Practitioner/p7","location":"Location/ward-3"}}}]}
END
    same "$1: feedback is taken" 200 "$(fetch -o out -w '%{http_code}' -H 'Content-Type: application/json' \
        --data-binary @feedback.json "$view/feedback")"
    same "$1: no JSON is refused" 400 "$(fetch -o out -w '%{http_code}' -H 'Content-Type: application/json' -d '{' "$view")"
}

for level in digest facts full; do
    digests=off
    [ $level != facts ] || digests=on
    [ $level != full ] || digests=hmac
    TWITCH_CDS__AUDIT__LEVEL=$level
    TWITCH_CDS__AUDIT__SEAL_KEY_FILE=$scratch/seal.key
    TWITCH_CDS__AUDIT__INPUT_DIGEST=$digests
    export TWITCH_CDS__AUDIT__LEVEL TWITCH_CDS__AUDIT__SEAL_KEY_FILE TWITCH_CDS__AUDIT__INPUT_DIGEST
    start_service "$binary" "$scratch/$level"
    play $level
    kill -HUP "$service"
    tries=0
    until grep -q '"event":"content reload' "$scratch/$level/service.log" || [ $((tries += 1)) -gt 300 ]; do sleep 0.1; done
    stop_service
    passes "$level: the log verifies" "$binary" audit verify --directory "$level/audit" >out
    passes "$level: no word of a person" sh -c '! grep -rqF -e "Canary words" -e ward-3 "$1"' sh "$level/audit"
done
unset TWITCH_CDS__AUDIT__LEVEL TWITCH_CDS__AUDIT__SEAL_KEY_FILE TWITCH_CDS__AUDIT__INPUT_DIGEST

passes "every record fits the schema, no altered one does" node "$root/tests/e2e/record_schema/validate.mjs" \
    "$root/docs/record.schema.json" "$folder" digest/audit facts/audit full/audit >types
for type in decision feedback reject config/content config/key config/settings start stop; do
    contains "some record is of type $type" types "$type "
done
passes "facts: facts" grep -q '"facts":\[{' facts/audit/decisions-*.jsonl
passes "digest: none" sh -c '! grep -qe "\"facts\":\[{" -e "\"card\":{" "$1"/audit/decisions-*.jsonl' sh digest
passes "facts: digests of prefetch values" grep -q '"via":"prefetch","status":"ok","count":1,"sha256":"' facts/audit/decisions-*.jsonl
passes "full: keyed ones" grep -q '"via":"prefetch","status":"ok","count":1,"hmac":"k' full/audit/decisions-*.jsonl

# The newest call was other.json, and its answer is answer.full.
unseal() { "$binary" audit unseal --directory full/audit "$@"; }
unseal --decision "$decision" --key seal.key --part request >request
passes "the request comes out byte by byte" cmp request other.json
unseal --decision "$decision" --key seal.key --part answer >answer
passes "and so does the answer" cmp answer answer.full
unseal --decision "$decision" --key seal.key >out
contains "the parts fit the digests of the record" out "## request: $(wc -c <other.json) bytes, as the digest in the record says"
seq=$(sed -n 's/.*"type":"feedback","seq":\([0-9]*\),.*/\1/p' full/audit/decisions-*.jsonl)
unseal --seq "$seq" --key seal.key >out
contains "the comment of feedback comes out" out "Canary words"

refused() {   # refused MESSAGE CODE TEXT ARGUMENT...
    message=$1
    expected=$2
    text=$3
    shift 3
    code=0
    "$binary" audit unseal "$@" >out 2>err || code=$?
    same "$message: exit code" "$expected" "$code"
    contains "$message: says why" err "$text"
}
refused "another key" 65 "was made with the key s1" --directory full/audit --decision "$decision" --key other.key
chmod 644 other.key
refused "a key for everybody" 65 "can be read by others" --directory full/audit --decision "$decision" --key other.key
refused "nothing was sealed" 1 "nothing is sealed in it" --directory facts/audit --key seal.key \
    --decision "$(sed -n 's/.*"decisionId":"\([^"]*\)","hookInstance.*/\1/p' facts/audit/decisions-*.jsonl | head -n 1)"
refused "no such record" 1 "matches" --directory full/audit --seq 999999 --key seal.key
refused "no record is named" 64 "no record is named" --directory full/audit --key seal.key
cp -r full/audit altered
sed -i 's/\("type":"decision".*"jwe":"[^.]*\.\.[^.]*\.\)\(....\)/\1AAAA/' altered/decisions-*.jsonl
refused "altered" 65 "was altered" --directory altered --decision "$decision" --key seal.key

finish
