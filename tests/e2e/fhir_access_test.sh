#!/bin/sh
# The service reads FHIR servers itself: what a call did not bring, from good servers and bad ones, over TLS
# too; and the access token is found nowhere afterwards.
#
#   fhir_access_test.sh ROOT BINARY FHIR_SERVER     FHIR_SERVER: folder laid by fhir_server_test.sh
set -eu
root=$1
binary=$2
fhir_server=$3
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"
export no_proxy=127.0.0.1,localhost

mkdir "$scratch/charts" "$scratch/keys"
for sample in "$root"/deploy/samples/*.json; do
    "$root/deploy/samples/fill.sh" "$sample" >"$scratch/charts/${sample##*/}"
done

# authority NAME    makes NAME.pem and its key
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1 of a test" \
        -keyout "$scratch/keys/$1.key" -out "$scratch/$1.pem" 2>"$scratch/openssl.log"
}
authority ca
authority other-ca
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=127.0.0.1" \
    -keyout "$scratch/key.pem" -out "$scratch/keys/request.pem" 2>>"$scratch/openssl.log"
printf 'subjectAltName=IP:127.0.0.1\n' >"$scratch/keys/names"
openssl x509 -req -in "$scratch/keys/request.pem" -CA "$scratch/ca.pem" -CAkey "$scratch/keys/ca.key" -CAcreateserial \
    -days 2 -extfile "$scratch/keys/names" -out "$scratch/cert.pem" 2>>"$scratch/openssl.log"
chmod 0600 "$scratch/key.pem"

canary=canary-$(openssl rand -hex 16)
printf '%s\n' "$canary" >"$scratch/canary"

status=0
node "$root/tests/e2e/fhir_access/fhir_access.mjs" "$binary" "$fhir_server" "$scratch/charts" "$scratch" \
    >"$scratch/driver" 2>&1 || status=$?
cat "$scratch/driver"
same "the driver: exit code" 0 "$status"

# CTL-06, FHIR-02: logs, records, state files, everything that the programs printed, core files.
rm "$scratch/canary"
found=$(grep -rl -e "$canary" "$scratch" || true)
same "files that hold the access token" "" "$found"
passes "there were files to look through" test "$(find "$scratch" -name 'decisions-*.jsonl' | wc -l)" -ge 1
finish
