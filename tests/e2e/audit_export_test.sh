#!/bin/sh
# Decisions leave the log as FHIR: what `audit export` writes is valid R4, follows IHE Basic Audit Log Patterns and
# loads into a FHIR server, twice without doubles; over the admin listener they are shown by role, and each look is in
# the log. LOG-9, CTL-15, CTL-17.
#
#   audit_export_test.sh ROOT BINARY SCHEMA_FOLDER FHIR_SERVER
#
# SCHEMA_FOLDER: where the programs of exchange_test.sh are laid; FHIR_SERVER: laid by fhir_server_test.sh.
set -eu
root=$1
binary=$2
schema=$3
fhir_server=$4
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"
export no_proxy=127.0.0.1,localhost

status=0
"$root/deploy/sandbox/fhir-server/install.sh" "$schema" "$root/tests/e2e/cql" || status=$?
if [ "$status" = 17 ]; then
    printf 'SKIPPED: the programs that check an export cannot be had here (npm ci failed).\n'
    exit 77
fi
[ "$status" = 0 ] || exit 1
cd "$scratch"

# An EHR, and a service that reads it.
mkdir charts
for sample in "$root"/deploy/samples/*.json; do
    "$root/deploy/samples/fill.sh" "$sample" >"charts/${sample##*/}"
done
node "$fhir_server/main.js" --charts charts --listen 127.0.0.1:0 --page-size 2 --fault 'Condition=status:403' >fhir.out 2>&1 &
ehr=$!
trap 'kill $ehr 2>/dev/null || true; stop_service; rm -rf "$scratch"' EXIT
tries=0
until grep -q '"admin"' fhir.out; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ] || ! kill -0 "$ehr" 2>/dev/null; then
        cat fhir.out >&2
        exit 1
    fi
    sleep 0.1
done
base=$(sed -n 's/.*"fhir":"\([^"]*\)".*/\1/p' fhir.out)
auditor=$(openssl rand -hex 32)
viewer=$(openssl rand -hex 32)
north=$(openssl rand -hex 32)
(umask 077 && printf 'aud %s auditor\nwatch %s viewer\nnorth %s auditor north\n' "$auditor" "$viewer" "$north" >tokens)
cat >site.yaml <<END
admin: {listen: "127.0.0.1:0", token_file: tokens}
fhir: {anonymous: true}
tenants: [{name: north, audit_directory: $scratch/north}]
clients:
  - {name: ehr, auth: none, fhir_servers: ["$base"]}
END
state=$scratch/state
start_service "$binary" "$state" --config site.yaml
admin=http://127.0.0.1:$(sed -n 's/.*"event":"admin: listening".*"port":"\([0-9]*\)".*/\1/p' "$state/service.log")/admin/v1
view=http://127.0.0.1:$port/cds-services/twitch-patient-view

# call FILE   posts a hook call; its headers are in `head`, its answer in `answer`
call() { fetch -D head -o answer -H 'Content-Type: application/json' --data-binary "@$1" "$view"; }
for sample in charts/*.json; do
    grep -q '"hook": *"patient-view"' "$sample" || continue
    call "$sample"
done
for patient in sample-1 sample-2 sample-8; do
    cat >call.json <<END
{"hook": "patient-view", "hookInstance": "$(cat /proc/sys/kernel/random/uuid)", "fhirServer": "$base",
 "fhirAuthorization": {"access_token": "sandbox", "token_type": "Bearer", "expires_in": 300,
   "scope": "patient/*.read", "subject": "twitch-cds", "patient": "$patient"},
 "context": {"userId": "Practitioner/sample-doctor", "patientId": "$patient"}}
END
    call call.json
done
call charts/low-magnesium.json
decision=$(sed -n 's/^[Xx]-[Dd]ecision-[Ii]d: *\([0-9a-f-]*\).*/\1/p' head)
card=$(sed -n 's/.*{"uuid":"\([0-9a-f-]*\)","summary".*/\1/p' answer)
passes "a card was returned" test -n "$card"
fetch -o /dev/null -H 'Content-Type: application/json' --data "{\"feedback\":[{\"card\":\"$card\",\"outcome\":\"overridden\",
 \"overrideReason\":{\"reason\":{\"system\":\"urn:twitch-cds:override-reason\",\"code\":\"addressed\"}},
 \"outcomeTimestamp\":\"2026-03-03T10:15:00Z\"}]}" "$view/feedback"

# as ROLE TOKEN PATH   asks the admin listener; prints the status
ask() { fetch -o shown -w '%{http_code}' -H "Authorization: Bearer $1" "$admin/$2"; }
same "nobody without a token" 401 "$(ask wrong "decisions/$decision")"
same "no viewer" 403 "$(ask "$viewer" "decisions/$decision")"
contains "the reason" shown 'role viewer'
same "nobody of another tenant" 403 "$(ask "$auditor" "decisions/$decision?tenant=north")"
same "nor that tenant" 403 "$(ask "$north" "decisions/$decision?tenant=default")"
same "the auditor sees the record" 200 "$(ask "$auditor" "decisions/$decision")"
"$binary" audit show --directory "$state/audit" --decision "$decision" --type decision --json >stored
passes "as it is stored" sh -c 'test "$(cat stored)" = "$(cat shown)"'
same "as a GuidanceResponse" 200 "$(ask "$auditor" "decisions/$decision?as=guidanceresponse")"
contains "as a GuidanceResponse" shown '"resourceType":"GuidanceResponse"'
same "with feedback" 200 "$(ask "$auditor" "decisions/$decision?as=detectedissue")"
contains "with feedback" shown '"code":"overridden"'
same "a list" 200 "$(ask "$auditor" "decisions?from=$(date -u +%Y-%m-%d)&rule=EL-MG-LOW")"
contains "a list" shown "\"decisionId\":\"$decision\""
contains "a list" shown '"fired":["'
same "no other parameter" 400 "$(ask "$auditor" "decisions?since=2026-01-01")"

# Every look and every attempt has its record.
"$binary" audit show --directory "$state/audit" --type access --json >looks
same "looks and attempts recorded" 8 "$(wc -l <looks | tr -d ' ')"
same "shown" 3 "$(grep -c '"actor":"aud","role":"auditor".*"http":200,"records":1' looks)"
contains "nobody known" looks '"what":"decision","http":401,"reason":"token"'
contains "a role too few" looks '"actor":"watch","role":"viewer","what":"decision","decisionId":"'
contains "of another tenant" looks '"actor":"north","role":"auditor","what":"decision"'
"$binary" audit show --directory "$scratch/north" --type access --json >looks-north
same "told to the tenant that was asked for" 1 "$(grep -c '"actor":"aud".*"reason":"tenant"' looks-north)"
"$binary" audit show --directory "$state/audit" --type access >looks-text
contains "for people" looks-text "asked for   decision $decision, as detectedissue"
passes "the chain holds" "$binary" audit verify --directory "$state/audit" >out

# The export: valid, and loadable.
today=$(date -u +%Y-%m-%d)
passes "lines" "$binary" audit export --directory "$state/audit" --from "$today" --out all.ndjson
passes "bundles" "$binary" audit export --directory "$state/audit" --from "$today" --format bundle --out bundles.ndjson
"$binary" audit export --directory "$state/audit" --from "$today" >again
passes "the same records give the same bytes" cmp all.ndjson again
same "for nobody else to read" 600 "$(stat -c %a all.ndjson)"
status=0
node "$root/tests/e2e/audit_export/check.mjs" all.ndjson bundles.ndjson "$schema" "$fhir_server" >found 2>&1 || status=$?
head -n 60 found | cut -c 1-500
same "valid: exit code" 0 "$status"
for kind in AuditEvent GuidanceResponse DetectedIssue PatientQuery PatientRead; do
    passes "there were some of $kind" grep -q "[1-9][0-9]* $kind" found
done
passes "a refused read is no success" sh -c 'grep -q "\"outcome\":\"4\".*Condition?" all.ndjson'
grep -o '"patientId": *"[^"]*"' charts/*.json call.json | sed 's/.*"\([^"]*\)"$/\1/' | sort -u >ids
passes "there are patients" test -s ids
passes "no id of a patient is in it" sh -c '! grep -qwF -f ids all.ndjson'

# One decision: with its feedback, and with who looked at it.
"$binary" audit export --directory "$state/audit" --decision "$decision" >one
same "one response" 1 "$(grep -c '"resourceType":"GuidanceResponse","id":"'"$decision"'"' one)"
contains "its feedback" one '"text":"overridden: Already addressed or being treated"'
same "who looked at it" 5 "$(grep -c '"code":"110101"' one)"

# refused CODE TEXT OPTION...   the command ends with this code and says this
refused() {
    code=$1
    text=$2
    shift 2
    status=0
    "$binary" audit export --directory "$state/audit" "$@" >out 2>said || status=$?
    same "$*: exit code" "$code" "$status"
    contains "$*" said "$text"
}
refused 64 "give either --decision ID or --from and --to"
refused 64 "give either --decision ID or --from and --to" --decision "$decision" --from "$today"
refused 64 "cannot begin a canonical URL" --from "$today" --base hospital
refused 1 "no record of" --decision 019cb32f-8e9e-70d8-98e0-985ecc7f6041
refused 65 "not the id of a decision" --decision d1
refused 65 "is no date or instant" --from yesterday
refused 65 "cannot be written" --from "$today" --out "$scratch/said/below"
passes "nothing is left of what failed" sh -c '! ls "$1"/*.partial 2>/dev/null' sh "$scratch"
mkdir damaged
awk '/"type":"decision"/ && !done { done = sub(/"decisionId":"/, "&x") } { print }' "$state"/audit/decisions-*.jsonl \
    >"damaged/decisions-$today.jsonl"
status=0
"$binary" audit export --directory damaged --from "$today" >out 2>said || status=$?
same "a damaged record: exit code" 65 "$status"
contains "and which" said ": /decisionId: the record names no decision"
passes "the others are exported" grep -q GuidanceResponse out
finish
