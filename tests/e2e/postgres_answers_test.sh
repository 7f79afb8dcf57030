#!/bin/sh
# Questions and reports give the same answers from the files and from PostgreSQL, byte for byte: the log of a
# small hospital over three months, forwarded, then each question to both.
#
#   postgres_answers_test.sh ROOT BINARY MANY_RECORDS
set -eu
root=$1
binary=$2
many=$3
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"
# shellcheck source=tests/e2e/postgres.sh
. "$root/tests/e2e/postgres.sh"

start_postgres
pg -f "$root/deploy/postgres/install.sql" >/dev/null
pg -c 'CREATE ROLE cds_1 LOGIN IN ROLE twitch_cds_writer' -c 'CREATE ROLE auditor LOGIN IN ROLE twitch_cds_reader'
at="host=$pg_socket port=$pg_port dbname=twitch_cds"
log=$scratch/hospital
"$many" 3000 "$log" --days 75 --from 2026-12-10 >"$scratch/many" 2>&1 || cat "$scratch/many" >&2
"$binary" audit forward --directory "$log/audit" --to "$at user=cds_1" --once >"$scratch/forwarded"
contains "all of it arrives" "$scratch/forwarded" ", 0 were there already, 0 refused"
cat "$log"/audit/*.jsonl >"$scratch/lines" 2>/dev/null || true
for packed in "$log"/audit/*.gz; do [ ! -e "$packed" ] || zcat "$packed" >>"$scratch/lines"; done
same "each line once and byte for byte" "$(sort "$scratch/lines" | sha256sum)" \
    "$(pg -c 'SELECT line FROM twitch_cds.record' | sort | sha256sum)"
same "a table for each month" "record_2026_12 record_2027_01 record_2027_02" \
    "$(pg -c "SELECT relname FROM pg_class WHERE relname ~ '^record_[0-9_]+$' AND relkind = 'r' ORDER BY 1" | tr '\n' ' ' | sed 's/ $//')"
same "each record is in the table of its month" 0 \
    "$(pg -c "SELECT count(*) FROM twitch_cds.record WHERE tableoid::regclass::text <> 'twitch_cds.record_' || to_char(ts AT TIME ZONE 'UTC', 'YYYY_MM')")"

# agree MESSAGE COMMAND OPTION...   the same exit code and text from both; the place of a record differs
agree() {
    message=$1
    command=$2
    shift 2
    from_files=0
    "$binary" audit "$command" --directory "$log/audit" "$@" >"$scratch/of_files" 2>"$scratch/err_files" || from_files=$?
    from_database=0
    "$binary" audit "$command" --postgres "$at user=auditor" "$@" >"$scratch/of_database" 2>"$scratch/err_database" ||
        from_database=$?
    same "$message: exit code" "$from_files" "$from_database"
    for side in of_files of_database; do
        sed -e 's/,"file":"[^"]*"//' -e 's/,[^,]*,\(no\|yes\)\(.\)$/,\1\2/' "$scratch/$side" >"$scratch/$side.plain"
    done
    if cmp -s "$scratch/of_files.plain" "$scratch/of_database.plain"; then
        passes "$message" true
    else
        passes "$message: $command $*" false
        diff "$scratch/of_files.plain" "$scratch/of_database.plain" | head -n 6 >&2
        head -n 3 "$scratch/err_database" >&2
    fi
}
# finds MESSAGE OPTION...   a question that has an answer
finds() {
    agree "$@" --limit 0 --format jsonl
    passes "$1: there is an answer" test -s "$scratch/of_database"
}

for by in rule client week reason; do
    agree "report by $by" report --by "$by"
    agree "report by $by as csv" report --by "$by" --format csv
done
agree "report as json" report --format json
passes "the report has decisions" grep -q '"decisions":[1-9]' "$scratch/of_database"
passes "and feedback" grep -q '"overridden":[1-9]' "$scratch/of_database"
agree "report of a period" report --from 2026-12-20 --to 2027-01-15 --format json
agree "report of one end" report --from 2027-01-01T12:00:00Z --format json
agree "report of a day without records" report --from 2020-01-01 --to 2020-01-01 --format json
agree "report of what is no day" report --from someday
agree "report as a page" report --html -

record() { grep "\"type\":\"$1\"" "$scratch/lines" | sed -n "$2p"; }
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1; }
decision=$(grep '"type":"decision"' "$scratch/lines" | grep '"cards":\[{' | sed -n '100p' | member decisionId)
card=$(record feedback 20 | member card)
user=$(record decision 50 | member user)
agree "everything, for people" query
agree "everything as json" query --format json
agree "everything as csv" query --format csv
finds "everything as it is stored" query
finds "a decision" query --decision "$decision"
finds "a card with its feedback" query --card "$card"
agree "a card for people" query --card "$card"
finds "a user" query --user "$user"
finds "a client" query --client north-ehr
finds "a hook and a period" query --hook patient-view --from 2027-01-01 --to 2027-01-31
finds "feedback" query --type feedback
finds "rejects" query --type reject
rule=$("$binary" audit report --directory "$log/audit" --format csv | sed -n 's/^\([A-Z-]*\),[1-9].*/\1/p' | head -n 1)
finds "a rule that fired" query --rule "$rule"
agree "a rule that fired as csv" query --rule "$rule" --format csv
for outcome in fired not-met unknown any; do
    agree "a rule, $outcome" query --rule "$rule" --outcome "$outcome" --limit 0 --format jsonl
    agree "any rule, $outcome" query --outcome "$outcome" --limit 0 --format jsonl
done
agree "suppressed rules" query --outcome suppressed --limit 0 --format json
finds "decisions with a card that was overridden" query --answer overridden
finds "and accepted, in a period" query --answer accepted --from 2026-12-15 --to 2027-02-01
agree "a rule on a card that was overridden" query --rule "$rule" --answer overridden --format json
agree "feedback that overrode a rule" query --type feedback --rule "$rule" --answer overridden --limit 0 --format jsonl
finds "a patient" query --patient p7 --key "$log/k26q1.key" --tenant example
agree "a patient that is not there" query --patient nobody --key "$log/k26q1.key" --tenant example
agree "the newest few" query --limit 7 --format csv
agree "a rule that is not there" query --rule "X' OR 'a' = 'a"
agree "a client that is not there" query --client '"}'\''\'
agree "what is no day" query --from someday

agree "a decision in words" show --decision "$decision"
agree "a card in words" show --card "$card" --json
agree "the newest of a type" show --type feedback --last 3 --json
agree "a rule" show --rule "$rule" --from 2027-01-01 --to 2027-01-03 --json
agree "a number" show --seq 42

"$binary" audit query --postgres "$at user=cds_1" >"$scratch/out" 2>&1 && code=0 || code=$?
same "a node may not ask" 78 "$code"
contains "and is told who may" "$scratch/out" "twitch_cds_reader"
finish
