#!/bin/sh
# The service in production fetches the key set of a client over TLS, follows a rotation, and asks nobody
# whose URL is not listed.
#
#   key_sets_test.sh ROOT BINARY
set -eu
root=$1
binary=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"
export no_proxy=127.0.0.1,localhost

mkdir "$scratch/keys"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=authority of a test" \
    -keyout "$scratch/keys/ca.key" -out "$scratch/ca.pem" 2>"$scratch/openssl.log"
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=127.0.0.1" \
    -keyout "$scratch/key.pem" -out "$scratch/keys/request.pem" 2>>"$scratch/openssl.log"
printf 'subjectAltName=IP:127.0.0.1\n' >"$scratch/keys/names"
openssl x509 -req -in "$scratch/keys/request.pem" -CA "$scratch/ca.pem" -CAkey "$scratch/keys/ca.key" -CAcreateserial \
    -days 2 -extfile "$scratch/keys/names" -out "$scratch/cert.pem" 2>>"$scratch/openssl.log"
openssl rand 32 >"$scratch/audit.key"
chmod 0600 "$scratch/audit.key" "$scratch/key.pem"
"$root/deploy/samples/fill.sh" "$root/deploy/samples/patient-view.json" >"$scratch/call.json"
sed -n 's/^version: *//p' "$root/rules/packs/core/pack.yaml" | tr -d '"' >"$scratch/pack-version"

status=0
node "$root/tests/e2e/key_sets/key_sets.mjs" "$binary" "$scratch" >"$scratch/driver" 2>&1 || status=$?
cat "$scratch/driver"
same "the driver: exit code" 0 "$status"
passes "no token in a log or a record" test -z "$(grep -rl -e 'eyJ' "$scratch/fetching" || true)"
finish
