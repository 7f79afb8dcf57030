#!/bin/sh
# The service behind its own TLS: certificates of servers and clients, renewal at SIGHUP, and files that
# cannot be served. CTL-12 to CTL-14, CTL-18, CTL-19, SEC-01, SEC-04
#
#   tls_test.sh ROOT BINARY
set -eu
root=$1
binary=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

cd "$scratch"
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null && chmod 600 "$1"; }

# authority NAME    its own certificate
authority() {
    key "$1.key"
    openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 2 -addext keyUsage=critical,keyCertSign,cRLSign -out "$1.pem"
}

# issue NAME AUTHORITY ALTERNATIVE-NAME DAYS
issue() {
    key "$1.key"
    openssl req -new -key "$1.key" -subj "/CN=$1" -out request
    printf 'subjectAltName=%s\n' "$3" >extensions
    openssl x509 -req -in request -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days "$4" -extfile extensions \
        -out "$1.pem" 2>/dev/null
}

authority root
authority clients
issue server root DNS:localhost,IP:127.0.0.1 2
issue next root DNS:localhost,IP:127.0.0.1 2
issue ehr clients DNS:ehr.example.org 2
issue other clients DNS:other.example.org 2

place() { cp "$1.pem" current.pem && cp "$1.key" current.key; }
cat >site.yaml <<'END'
tls:
  certificate_file: current.pem
  key_file: current.key
  client_ca_file: clients.pem
  client_certificate: optional
clients:
  - name: ehr
    auth: mtls
    certificate_names: ehr.example.org
    cors_origins: https://pages.example.org
    rate: {per_second: 1, burst: 6}
cors:
  origins: https://all.example.org
END

place server
start_service "$binary" "$scratch/state" --config site.yaml
base=https://localhost:$port
"$root/deploy/samples/fill.sh" "$root/deploy/samples/patient-view.json" >call.json

# call OPTION...   sets $status
call() {
    status=$(fetch --cacert root.pem -o answer -w '%{http_code}' -H 'Content-Type: application/json' \
        --data-binary @call.json "$@" "$base/cds-services/twitch-patient-view" 2>error || true)
}

call --cert ehr.pem --key ehr.key
same "a listed client certificate" 200 "$status"
contains "its cards" answer '"summary"'
call --cert other.pem --key other.key
same "a certificate of no entry" 401 "$status"
call
same "no certificate" 401 "$status"
call --tls-max 1.1
same "TLS 1.1" 000 "$status"
call --cert root.pem --key root.key
same "a certificate of another authority" 000 "$status"
status=$(fetch -o answer -w '%{http_code}' "http://localhost:$port/cds-services")
same "plain HTTP on the port of TLS" 400 "$status"
contains "which says so" answer "plain HTTP on a port that speaks TLS"

# Preflights come without certificate and token.
preflight() {
    fetch --cacert root.pem -o /dev/null -D head -X OPTIONS -H "Origin: $1" -H 'Access-Control-Request-Method: POST' \
        "$base/cds-services/twitch-patient-view"
}
for origin in https://all.example.org https://pages.example.org; do
    preflight "$origin"
    contains "an origin of the settings or of a client" head "Access-Control-Allow-Origin: $origin"
done
preflight https://evil.example.org
passes "no other origin" sh -c '! grep -qi access-control head'

for _ in 1 2 3 4 5 6 7; do call --cert ehr.pem --key ehr.key; done
same "a client beyond its rate" 429 "$status"

# shown: the serial number of the certificate that new connections see
shown() {
    openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null | openssl x509 -noout -serial
}
# waits until the log holds so many lines of an event
logged() {
    tries=0
    while [ "$(grep -cF "$1" "$scratch/state/service.log")" -lt "$2" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 100 ] || return 1
        sleep 0.1
    done
}
old=$(shown)
place next
kill -HUP "$service"
passes "the renewal is logged" logged '"event":"reloaded"' 1
same "the new certificate is shown" "$(openssl x509 -in next.pem -noout -serial)" "$(shown)"
passes "it is another one" test "$old" != "$(shown)"
cp server.key current.key
kill -HUP "$service"
passes "a key of another certificate is refused" logged '"event":"reload refused"' 1
contains "with its reason" "$scratch/state/service.log" 'does not belong to the certificate in current.pem'
same "the last good certificate stays" "$(openssl x509 -in next.pem -noout -serial)" "$(shown)"
stop_service

# starts MESSAGE TEXT   the service must refuse its files with that text
starts() {
    code=0
    XDG_STATE_HOME=$scratch/state "$binary" serve --mode sandbox --listen 127.0.0.1:0 --config site.yaml \
        >out 2>&1 || code=$?
    same "$1: exit code" 78 "$code"
    contains "$1" out "$2"
}
starts "a key of another certificate" 'current.key: does not belong to the certificate in current.pem. Fix: '
place server
chmod 644 current.key
starts "a key that everybody reads" 'current.key: the mode 0644 lets others use the private key. Fix: chmod 600 current.key'
rm current.pem
starts "no certificate" 'current.pem: cannot be read: No such file or directory. Fix: '

# Production beyond loopback needs no proxy with TLS, and one without.
printf '%032d' 0 >audit.key && chmod 600 audit.key
passes "production takes TLS beyond loopback" sh -c '
    TWITCH_CDS__AUDIT__KEY_FILE=audit.key TWITCH_CDS__LISTEN=0.0.0.0:8443 "$1" config check --mode production --config site.yaml' sh "$binary"
code=0
TWITCH_CDS__AUDIT__KEY_FILE=audit.key TWITCH_CDS__LISTEN=0.0.0.0:8443 "$binary" config check --mode production >out 2>&1 || code=$?
same "production refuses plain HTTP beyond loopback" 78 "$code"
contains "production refuses plain HTTP beyond loopback" out "listen is not loopback and this is plain HTTP"
finish
