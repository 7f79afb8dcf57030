#!/bin/sh
# Records forwarded to a real PostgreSQL: each one once and byte for byte, through outages, kills of
# the service and of the database; by TLS with a password; from two nodes; and nobody can change one.
#
#   postgres_test.sh ROOT BINARY
set -eu
root=$1
binary=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"
# shellcheck source=tests/e2e/postgres.sh
. "$root/tests/e2e/postgres.sh"

"$root/deploy/samples/fill.sh" "$root/deploy/samples/low-magnesium.json" >"$scratch/call.json"
first=$scratch/first   # state of the first node; $state is that of the service that runs

call() {
    fetch -o /dev/null -w '%{http_code}\n' -H 'Content-Type: application/json' --data-binary "@$scratch/call.json" \
        "http://127.0.0.1:$port/cds-services/twitch-patient-view"
}

calls() {   # calls N: that many, all answered
    n=0
    while [ "$n" -lt "$1" ]; do
        n=$((n + 1))
        [ "$(call)" = 200 ] || return 1
    done
}

# wait_for MESSAGE COMMAND...   until the command succeeds, at most a minute
wait_for() {
    message=$1
    shift
    looks=0
    until "$@"; do
        looks=$((looks + 1))
        if [ "$looks" -gt 600 ]; then
            passes "$message (waited for a minute)" false
            tail -n 5 "$state/service.log" >&2
            return 0
        fi
        sleep 0.1
    done
    passes "$message" true
}

# Sorted, for a new day may begin and a finished file be compressed while this runs.
lines_of() {
    for file in "$1"/*.jsonl; do [ ! -e "$file" ] || cat "$file"; done >"$scratch/lines"
    for file in "$1"/*.gz; do [ ! -e "$file" ] || zcat "$file"; done >>"$scratch/lines"
    LC_ALL=C sort "$scratch/lines"
}
lines_of_log() { lines_of "$1/audit"; }
lines_of_database() { pg -c "SELECT line FROM twitch_cds.record WHERE node = '$1'" | LC_ALL=C sort; }
has_all() { [ "$(lines_of_database "$1" | sha256sum)" = "$(lines_of_log "$2" | sha256sum)" ]; }
said() { grep -qF "$1" "$state/service.log"; }

# --- Schema and roles --------------------------------------------------------------------------------

start_postgres
pg -c "CREATE ROLE installer LOGIN CREATEROLE" -c "CREATE DATABASE other OWNER installer"
"$pg_bin/psql" -XAtq -h "$pg_socket" -p "$pg_port" -U installer -d other -f "$root/deploy/postgres/install.sql" \
    >"$scratch/out" 2>&1 && code=0 || code=$?
same "a role that may make roles and owns its database can install too" 0 "$code"
contains "an installation says that it is one" /dev/stdin "the schema is ready" <<END
$(pg -f "$root/deploy/postgres/install.sql" 2>&1)
END
pg -f "$root/deploy/postgres/install.sql" >"$scratch/again" 2>&1 && again=0 || again=$?
same "a second installation changes nothing and works" 0 "$again"
pg -c "CREATE ROLE cds_1 LOGIN PASSWORD 'node secret' IN ROLE twitch_cds_writer"
pg -c "CREATE ROLE auditor LOGIN PASSWORD 'auditor secret' IN ROLE twitch_cds_reader"
(umask 077 && echo 'node secret' >"$scratch/node.password" && echo 'wrong' >"$scratch/wrong.password")
to="host=localhost hostaddr=127.0.0.1 port=$pg_port dbname=twitch_cds user=cds_1"
to="$to sslmode=verify-full sslrootcert=$pg_root_certificate"

# --- The database is away when the service starts ----------------------------------------------------

stop_postgres
export TWITCH_CDS__NODE=cds-1
export TWITCH_CDS__AUDIT__POSTGRES__CONNECTION="$to"
export TWITCH_CDS__AUDIT__POSTGRES__PASSWORD_FILE="$scratch/node.password"
export TWITCH_CDS__METRICS__LISTEN=127.0.0.1:0
start_service "$binary" "$first"
passes "calls are answered without the database" calls 5
same "readiness does not ask for it" 200 \
    "$(fetch -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/healthz/ready")"
wait_for "the operations log says that it is away" said 'audit database not reached'
start_postgres
wait_for "what was recorded meanwhile arrives, byte for byte" has_all cds-1 "$first"
wait_for "the operations log says that all has arrived" said 'audit database has every record'
calls 5
wait_for "new records arrive soon" has_all cds-1 "$first"
same "the connection was encrypted and by password" cds_1 \
    "$(pg -c "SELECT usename FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND usename = 'cds_1'")"
metrics_port=$(sed -n 's/.*"event":"metrics: listening".*"port":"\([0-9]*\)".*/\1/p' "$state/service.log")
if [ -n "$metrics_port" ]; then
    fetch "http://127.0.0.1:$metrics_port/metrics" >"$scratch/metrics"
    contains "the metrics say that it is there" "$scratch/metrics" 'twitch_cds_audit_forward_connected{tenant="default"} 1'
    contains "the metrics say that nothing is missing" "$scratch/metrics" 'twitch_cds_audit_forward_lag_records{tenant="default"} 0'
else
    passes "the port of the metrics is in the log" false
fi

# --- Kills under load --------------------------------------------------------------------------------

caller() {   # posts until told to end; a file a caller holds what was answered
    while [ ! -e "$scratch/enough" ]; do
        call >>"$scratch/codes.$1" 2>/dev/null || true
    done
}
answered() { cat "$scratch"/codes.* 2>/dev/null | grep -c 200 || true; }
more_answers() {
    goal=$(($(answered) + $1))
    while [ "$(answered)" -lt "$goal" ]; do sleep 0.05; done
}

for round in 1 2 3; do
    rm -f "$scratch/enough"
    callers=
    for n in 1 2; do
        caller "$round.$n" &
        callers="$callers $!"
    done
    more_answers 15
    kill_postgres
    more_answers 15
    start_postgres
    more_answers 15
    touch "$scratch/enough"
    [ "$round" = 2 ] || { kill -9 "$service"; wait "$service" 2>/dev/null || true; service=; }
    for pid in $callers; do wait "$pid" 2>/dev/null || true; done
    [ -n "$service" ] || start_service "$binary" "$first"
done
wait_for "after kills of both every record is there, once, in order" has_all cds-1 "$first"
"$binary" audit verify --directory "$first/audit" >"$scratch/verified" || true
contains "the log verifies" "$scratch/verified" "intact:"
same "nothing was refused" 0 "$(pg -c 'SELECT count(*) FROM twitch_cds.refused')"

# --- A database that hangs slows no call -------------------------------------------------------------

(pg -c "BEGIN; LOCK TABLE twitch_cds.chain IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(20); COMMIT" >/dev/null 2>&1) &
locker=$!
locked() { [ "$(pg -c "SELECT count(*) FROM pg_locks WHERE relation = 'twitch_cds.chain'::regclass AND mode = 'AccessExclusiveLock' AND granted")" = 1 ]; }
wait_for "the table is locked" locked
passes "calls are answered while the database hangs" calls 20
passes "it did hang meanwhile" locked
pg -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%'" >/dev/null
wait "$locker" 2>/dev/null || true
wait_for "afterwards all is there" has_all cds-1 "$first"

# --- A second node, by hand and again ----------------------------------------------------------------

stop_service
other=$scratch/other
TWITCH_CDS__NODE=cds-2 TWITCH_CDS__AUDIT__POSTGRES__CONNECTION='' TWITCH_CDS__AUDIT__POSTGRES__PASSWORD_FILE='' \
    start_service "$binary" "$other"
calls 7
stop_service
forward() { "$binary" audit forward --directory "$1" --to "$to" --password-file "$scratch/node.password" --once; }
forward "$other/audit" >"$scratch/forwarded"
contains "records of another node go beside" "$scratch/forwarded" \
    "forwarded: $(lines_of_log "$other" | wc -l) new records, 0 were there already, 0 refused"
forward "$other/audit" >"$scratch/forwarded"
contains "the second time there is nothing to send" "$scratch/forwarded" "forwarded: 0 new records, 0 were there already, 0 refused"
forward "$first/audit" >/dev/null
passes "the other node has all of its own" has_all cds-2 "$other"
passes "and the first one too, its stop included" has_all cds-1 "$first"
same "two logs" "cds-1 cds-2" "$(pg -c 'SELECT node FROM twitch_cds.node ORDER BY 1' | tr '\n' ' ' | sed 's/ $//')"

# --- And back into files -----------------------------------------------------------------------------

"$binary" audit fetch --postgres "host=$pg_socket port=$pg_port dbname=twitch_cds user=auditor" --node cds-1 \
    --directory "$scratch/fetched" >"$scratch/out"
contains "a log is fetched" "$scratch/out" "fetched: "
same "its lines are those of the node" "$(lines_of_log "$first" | sha256sum)" "$(lines_of "$scratch/fetched" | sha256sum)"
"$binary" audit verify --directory "$scratch/fetched" >"$scratch/verified" || true
contains "what was fetched verifies" "$scratch/verified" "intact:"
"$binary" audit fetch --postgres "host=$pg_socket port=$pg_port dbname=twitch_cds user=auditor" --node cds-1 \
    --directory "$scratch/fetched" >"$scratch/out" 2>&1 && code=0 || code=$?
same "a folder with a log is left alone" 65 "$code"

# --- A log that was begun anew under the same name ---------------------------------------------------

before=$(lines_of_database cds-2 | sha256sum)
mv "$other" "$scratch/gone"
TWITCH_CDS__NODE=cds-2 TWITCH_CDS__AUDIT__POSTGRES__CONNECTION='' TWITCH_CDS__AUDIT__POSTGRES__PASSWORD_FILE='' \
    start_service "$binary" "$other"
calls 1
stop_service
forward "$other/audit" >"$scratch/forwarded" 2>"$scratch/complaint" && code=0 || code=$?
same "a log begun anew is an error" 1 "$code"
contains "it is named" "$scratch/complaint" "has other records of this node"
all=$(lines_of_log "$other" | wc -l)
contains "its records are refused" "$scratch/forwarded" "0 new records, 0 were there already, $all refused"
same "the records of before stay as they were" "$before" "$(lines_of_database cds-2 | sha256sum)"
same "the others are kept as evidence" "conflict $all" "$(pg -c "SELECT reason || ' ' || count(*) FROM twitch_cds.refused GROUP BY reason")"

# --- Nobody changes a record -------------------------------------------------------------------------

# refuses ROLE SQL   as that role, by its right: 42501
refuses() {
    pg -v VERBOSITY=sqlstate -c "SET SESSION AUTHORIZATION $1" -c "$2" >"$scratch/tried" 2>&1 && tried=done || tried=refused
    passes "$1 may not: $2" test "$tried" = refused
    contains "$1 may not: $2" "$scratch/tried" 42501
}
count_before=$(pg -c 'SELECT count(*) FROM twitch_cds.record')
month=$(pg -c "SELECT 'twitch_cds.' || relname FROM pg_class WHERE relname ~ '^record_[0-9]' AND relkind = 'r' ORDER BY 1 LIMIT 1")
for role in cds_1 auditor; do
    for table in twitch_cds.record twitch_cds.chain twitch_cds.refused "$month"; do
        refuses "$role" "UPDATE $table SET tenant = 'x'"
        refuses "$role" "DELETE FROM $table"
        refuses "$role" "TRUNCATE $table"
        refuses "$role" "INSERT INTO $table DEFAULT VALUES"
        refuses "$role" "DROP TABLE $table"
    done
    refuses "$role" "SELECT twitch_cds.remove_month('2000-01-01')"
    refuses "$role" "SELECT twitch_cds.make_month('2000-01-01')"
    refuses "$role" "CREATE TABLE twitch_cds.mine (x int)"
    refuses "$role" "CREATE OR REPLACE FUNCTION twitch_cds.version() RETURNS integer LANGUAGE sql AS 'SELECT 2'"
done
refuses cds_1 "SELECT line FROM twitch_cds.record"
refuses auditor "SELECT twitch_cds.append('{}')"
for table in record chain refused; do
    refuses twitch_cds_owner "UPDATE twitch_cds.$table SET tenant = 'x'"
    refuses twitch_cds_owner "DELETE FROM twitch_cds.$table"
    refuses twitch_cds_owner "TRUNCATE twitch_cds.$table"
done
refuses twitch_cds_owner "TRUNCATE $month"
refuses twitch_cds_owner "DELETE FROM $month"
same "all records are still there" "$count_before" "$(pg -c 'SELECT count(*) FROM twitch_cds.record')"
pg -c "SET SESSION AUTHORIZATION twitch_cds_owner" -c "SELECT twitch_cds.remove_month(now()::date)" >"$scratch/removed" 2>&1 || true
contains "a month that is to be kept is not removed" "$scratch/removed" "are to be kept until"

# --- Who the server is, and who asks -----------------------------------------------------------------

attempt() { "$binary" audit forward --directory "$other/audit" --once "$@" >"$scratch/out" 2>"$scratch/err"; }
address="hostaddr=127.0.0.1 port=$pg_port dbname=twitch_cds user=cds_1"
attempt --to "host=localhost $address sslmode=verify-full sslrootcert=$root/README.md" --password-file "$scratch/node.password" &&
    code=0 || code=$?
same "an authority that did not sign the server's certificate is an end" 1 "$code"
attempt --to "host=db.example.org $address sslrootcert=$pg_root_certificate" --password-file "$scratch/node.password" &&
    code=0 || code=$?
same "a certificate of another name is an end, without a word about sslmode" 1 "$code"
contains "the name is the reason" "$scratch/err" "db.example.org"
attempt --to "$to" --password-file "$scratch/wrong.password" && code=0 || code=$?
same "a wrong password is a fault of the configuration" 78 "$code"
chmod 644 "$scratch/node.password"
attempt --to "$to" --password-file "$scratch/node.password" && code=0 || code=$?
same "a password that others can read is not used" 78 "$code"
TWITCH_CDS__AUDIT__DIRECTORY=$scratch/never/audit "$binary" serve --mode sandbox --listen 127.0.0.1:0 \
    >"$scratch/out" 2>&1 && code=0 || code=$?
same "nor does the service start with it" 78 "$code"
chmod 600 "$scratch/node.password"
TWITCH_CDS__AUDIT__POSTGRES__CONNECTION='dbname=x password=swordfish' "$binary" config show --mode sandbox \
    >"$scratch/out" 2>&1 || true
passes "a password in the configuration is not shown" sh -c "! grep -q swordfish '$scratch/out'"
contains "it is refused" "$scratch/out" "audit.postgres.connection holds a password"
finish
