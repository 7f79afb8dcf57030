#!/bin/sh
# A sandbox without containers: the sample charts on a FHIR server, and the service that reads it.
set -eu

usage() {
    cat <<'END'
Usage: ./deploy/sandbox/run.sh [--once] [--port N] [--fhir-port N] [--page-size N] [--fault F]...

Installs what is missing (compilers and libraries as ./deploy/quickstart.sh, and Node), builds
twitch-cds, starts a FHIR R4 server with the sample charts on 127.0.0.1 and twitch-cds in sandbox mode
against it, plays a hook call that brings no prefetch, and stays in the foreground until Ctrl-C.

  --once         stop both after the call and end
  --port N       port of the service (8080)
  --fhir-port N  port of the FHIR server (8090)
  --page-size N  the FHIR server answers in pages of N entries
  --fault F      the FHIR server misbehaves, for instance 'Observation=slow:3000'; after the first run,
                 node .build/sandbox/fhir-server/main.js --help lists the faults

Exit codes: those of ./deploy/quickstart.sh; 16 Node is too old; 17 npm failed; 21 the FHIR server or
the service did not start; 22 the call was not answered with cards; 64 usage.
END
}

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
# shellcheck source=deploy/packages.sh
. "$root/deploy/packages.sh"

once=no
port=8080
fhir_port=8090
set_of_faults=
page_size=0

need_value() { [ "$2" -ge 2 ] || fail 64 "$1" "a value is missing" "see ./deploy/sandbox/run.sh --help"; }
need_number() {
    case $2 in
        '' | *[!0-9]* | ??????*) fail 64 "$1" "\"$2\" does not fit" "write a number, such as $1 8090" ;;
    esac
}

while [ $# -gt 0 ]; do
    case $1 in
        --once) once=yes ;;
        --port | --fhir-port | --page-size | --fault)
            need_value "$1" $#
            case $1 in
                --port) port=$2 ;;
                --fhir-port) fhir_port=$2 ;;
                --page-size) page_size=$2 ;;
                --fault)
                    case $2 in *[[:space:]]*) fail 64 "--fault" "\"$2\" has a space" "give --fault once for each fault" ;; esac
                    set_of_faults="$set_of_faults --fault $2"
                    ;;
            esac
            shift
            ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) fail 64 "$1" "no such option" "see ./deploy/sandbox/run.sh --help" ;;
    esac
    shift
done
need_number --port "$port"
need_number --fhir-port "$fhir_port"
need_number --page-size "$page_size"

binary=$root/.build/release/server/twitch-cds
state=$root/.build/sandbox
url=http://127.0.0.1:$port
base=http://127.0.0.1:$fhir_port/fhir
service=twitch-patient-view
fhir_pid=
service_pid=

fetch() { curl --noproxy '*' "$@"; }

stop_all() {
    for pid in $service_pid $fhir_pid; do
        kill "$pid" 2>/dev/null || continue
        wait "$pid" 2>/dev/null || true
    done
    service_pid=
    fhir_pid=
}

# wait_for PID LOG COMMAND...   until the command succeeds; fails when the process ends first
wait_for() {
    pid=$1
    log=$2
    shift 2
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        if ! kill -0 "$pid" 2>/dev/null || [ "$tries" -gt 300 ]; then
            tail -n 20 "$log" >&2
            fail 21 "start" "a program did not become ready" "the lines above are its own ($log)"
        fi
        sleep 0.1
    done
}

fill_charts() {
    rm -rf "$state/charts"
    mkdir -p "$state/charts"
    for sample in "$root"/deploy/samples/*.json; do
        "$root/deploy/samples/fill.sh" "$sample" >"$state/charts/${sample##*/}"
    done
}

start_fhir_server() {
    rm -f "$state/fhir.out"   # its first line says that the server of this run is ready
    set -f   # a fault may begin with a star
    # shellcheck disable=SC2086  # a list of options
    node "$state/fhir-server/main.js" --charts "$state/charts" --listen "127.0.0.1:$fhir_port" \
        --page-size "$page_size" --log "$state/fhir.log" $set_of_faults >"$state/fhir.out" 2>&1 &
    fhir_pid=$!
    set +f
    wait_for "$fhir_pid" "$state/fhir.out" grep -q '"admin"' "$state/fhir.out"
    admin=$(sed -n 's/.*"admin":"\([^"]*\)".*/\1/p' "$state/fhir.out")
    say "Charts:  $base ($(sed -n 's/.*"resources":\([0-9]*\).*/\1/p' "$state/fhir.out") resources, patients sample-1 to sample-8)"
}

write_configuration() {
    cat >"$state/sandbox.yaml" <<END
mode: sandbox
listen: 127.0.0.1:$port
audit: {directory: "$state/audit"}
fhir:
  anonymous: true   # the FHIR server asks nobody for a token, nor does the public sandbox send one
clients:
  - name: sandbox
    auth: none                      # anybody may call: never outside a sandbox
    fhir_servers: ["$base"]
END
}

start_service() {
    XDG_STATE_HOME=$state "$binary" serve --config "$state/sandbox.yaml" >"$state/service.log" 2>&1 &
    service_pid=$!
    wait_for "$service_pid" "$state/service.log" fetch -s -f -o "$state/ready.json" --max-time 2 "$url/healthz/ready"
    say "Service: $url/cds-services"
}

# A call as from an EHR that sends no prefetch: the service has to ask the FHIR server.
write_call() {
    cat >"$state/call.json" <<END
{"hook": "patient-view", "hookInstance": "8f0c2e0e-6d7e-4f7e-9a44-0a6d1c5b3e10",
 "fhirServer": "$base",
 "fhirAuthorization": {"access_token": "sandbox", "token_type": "Bearer", "expires_in": 300,
   "scope": "patient/*.read", "subject": "twitch-cds", "patient": "sample-1"},
 "context": {"userId": "Practitioner/sample-doctor", "patientId": "sample-1"}}
END
}

play_call() {
    say
    say "The call: patient sample-1, without prefetch. What the service asks the FHIR server for, and its answer:"
    status=$(fetch -sS -o "$state/answer.json" -w '%{http_code}' --max-time 10 -H 'Content-Type: application/json' \
        --data-binary "@$state/call.json" "$url/cds-services/$service") || status=000
    fetch -s "$admin/log" | sed 's/},{/},\
{/g' | sed -n 's/.*"method":"\([A-Z]*\)","path":"\([^"]*\)".*"status":\([0-9]*\).*/  \1 \2 -> \3/p' | cut -c 1-140
    cards=$(sed 's/"summary":"/\
  card: /g' "$state/answer.json" | sed -n 's/^\(  card: [^"]*\)".*/\1/p') || cards=
    if [ "$status" != 200 ] || [ -z "$cards" ]; then
        head -c 2000 "$state/answer.json" >&2 || true
        fail 22 "call" "answered with status $status and no card" "see $state/answer.json and $state/service.log"
    fi
    say "$cards"
}

for wanted in "$url/" "$base/metadata"; do
    busy=0
    fetch -s -o /dev/null --max-time 2 "$wanted" 2>/dev/null || busy=$?
    case $busy in
        7 | 127) ;;   # curl: connection refused; or there is no curl yet
        *) fail 21 "$wanted" "something answers there already" "stop it, or choose other ports: --port, --fhir-port" ;;
    esac
done
ensure_node "for the FHIR server"
"$root/deploy/quickstart.sh" --build
mkdir -p "$state"
"$root/deploy/sandbox/fhir-server/install.sh" "$state/fhir-server"
fill_charts
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
start_fhir_server
write_configuration
start_service
write_call
play_call

say
say "Next:"
say "  curl -sS -H 'Content-Type: application/json' --data-binary @.build/sandbox/call.json $url/cds-services/$service"
say "  curl -sS -X PUT --data '[\"Observation=status:500\"]' $admin/faults      # then the call again: what the card says now"
say "  $binary audit show --directory $state/audit --last 1"
say "In a browser, the public sandbox with these charts:"
say "  https://sandbox.cds-hooks.org/?fhirServiceUrl=http%3A%2F%2F127.0.0.1%3A$fhir_port%2Ffhir&patientId=sample-1&serviceDiscoveryURL=http%3A%2F%2F127.0.0.1%3A$port%2Fcds-services"
if [ "$once" = yes ]; then
    say "Done; both are stopped. Without --once they stay up."
    exit 0
fi
say "Both run until Ctrl-C."
wait "$service_pid" || { service_pid=; fail 21 "service" "it ended by itself" "see $state/service.log"; }
