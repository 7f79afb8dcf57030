#!/bin/sh
# Decisions of a running service are made again from its log alone: exit codes of decision D41, what is said when rules,
# settings or facts are not there, rules that were in use and are not any more, a period.
#
#   replay_test.sh ROOT BINARY
set -eu
root=$1
binary=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"
cd "$scratch"
state=$scratch/state
store=$state/twitch-cds/packs

# runs EXPECTED MESSAGE OPTION...   replay, its output in out and err
runs() {
    expected=$1
    message=$2
    shift 2
    code=0
    "$binary" replay "$@" >out 2>err || code=$?
    same "$message" "$expected" "$code"
}
log="--directory $state/audit --store $store"

# A hospital's rules answer, with settings that nobody has by default: a replay with other ones would differ.
openssl genpkey -algorithm ed25519 -out board.key 2>/dev/null
openssl pkey -in board.key -pubout -out board.pem
passes "the rules are built" "$binary" rules build "$root/rules" --out site.json --key board.key >built
cat >site.yaml <<'END'
max_cards: 2
allow_critical: true
selection_behavior: at-most-one
public_url: https://cds.example.org
content: {bundle: site.json, trusted_keys: [board.pem]}
END
start_service "$binary" "$state" --config site.yaml
for sample in patient-view low-magnesium encounter-start order-select; do
    "$root/deploy/samples/fill.sh" "$root/deploy/samples/$sample.json" >call.json
    hook=$(sed -n 's/.*"hook": *"\([a-z-]*\)".*/\1/p' call.json | head -n 1)
    fetch -D head -o answer -H 'Content-Type: application/json' --data-binary @call.json \
        "http://127.0.0.1:$port/cds-services/twitch-$hook"
    contains "$sample has cards" answer '"summary"'
    decision=$(sed -n 's/^[Xx]-[Dd]ecision-[Ii]d: *\([0-9a-f-]*\).*/\1/p' head)
    # shellcheck disable=SC2086
    runs 0 "$sample is identical" $log --decision "$decision"
    contains "and that is said" out identical
done
stop_service

# shellcheck disable=SC2086
runs 0 "all of them are" $log --from 2020-01-01
contains "and counted" out "4  identical"
# shellcheck disable=SC2086
runs 0 "for scripts as well" $log --from 2020-01-01 --json
contains "with figures" out '"decisions":4,"same":4'
# shellcheck disable=SC2086
runs 1 "an unknown decision" $log --decision 018d5f7a-0000-7000-8000-000000000001
contains "is not in the log" err "holds no decision"
runs 64 "nothing is asked" --directory "$state/audit"
passes "every rule can be listed" sh -c '"$1" audit show --directory "$2" --store "$3" --last 1 --type decision --all >out' \
    sh "$binary" "$state/audit" "$store"
contains "the idle ones too" out "Idle rules:"

log_folder=$state/audit
day=$(basename "$log_folder"/decisions-*.jsonl)

# What is not there is named, with the place that was looked at.
settings=$(basename "$(ls "$store/settings")" .json)
same "settings are kept under their digest" "$settings" "$(sha256sum "$store/settings/$settings.json" | cut -d ' ' -f 1)"
cp -r "$store" other && rm other/settings/*
runs 4 "no settings" --directory "$state/audit" --store other --decision "$decision"
contains "their digest is said" err "other/settings/$settings.json"
mkdir empty && cp -r "$store/settings" empty/
sed "s/\"sha256\":\"[0-9a-f]*\",\"signer\"/\"sha256\":\"$(printf 'a%.0s' $(seq 64))\",\"signer\"/" "$state"/audit/*.jsonl >line
mkdir log && cp line "log/$day"
runs 4 "no rules" --directory log --store empty --decision "$decision"
contains "where it looked is said" err "are not in empty"
TWITCH_CDS__AUDIT__LEVEL=digest start_service "$binary" "$scratch/brief" --config site.yaml
"$root/deploy/samples/fill.sh" "$root/deploy/samples/low-magnesium.json" >call.json
fetch -D head -o answer -H 'Content-Type: application/json' --data-binary @call.json \
    "http://127.0.0.1:$port/cds-services/twitch-patient-view"
stop_service
brief=$(sed -n 's/^[Xx]-[Dd]ecision-[Ii]d: *\([0-9a-f-]*\).*/\1/p' head)
runs 5 "no facts" --directory brief/audit --store "$store" --decision "$brief"
contains "the level is said" err "level digest"
runs 5 "nor in a period" --directory brief/audit --store "$store" --from 2020-01-01
contains "which counts them" out "not replayable: no facts on record"
sed 's/"kind":"patient"/"kind":"pirate"/' "$log_folder"/*.jsonl >"log/$day"
runs 65 "a broken record" --directory log --store "$store" --decision "$decision"
contains "the place is said" err "/facts/0/kind"

# Other rules: a folder, and what it would have said of everything.
cp -r "$root/rules" next
sed -i 's/when: {lab: {analyte: MG, below_reference: true}, as: mg}/when: {lab: {analyte: MG, below: 0.30 mmol\/L}, as: mg}/' \
    next/packs/core/EL-MG-LOW.yaml
# shellcheck disable=SC2086
runs 1 "other rules say something else" $log --from 2020-01-01 --pack next --format csv
contains "for each rule" out "EL-MG-LOW,0,"
# shellcheck disable=SC2086
runs 4 "rules that nobody knows" $log --from 2020-01-01 --pack 1815.6
contains "where it looked is said" err "$store"
# shellcheck disable=SC2086
runs 0 "the rules of the program are the same ones" $log --from 2020-01-01 --pack built-in
contains "and so are the cards" out "would have got the same cards"
finish
