#!/bin/sh
# Installs what is missing, builds, starts the service in sandbox mode, plays one hook call.
set -eu

usage() {
    cat <<'END'
Usage: ./deploy/quickstart.sh [--once | --build] [--port N]

Installs the missing Debian packages, builds twitch-cds, starts it on 127.0.0.1 in sandbox mode,
plays the hook call of a synthetic patient and prints the cards. Without --once the service then
stays in the foreground until Ctrl-C.

  --once     stop the service after the cards and end
  --build    end after the build
  --port N   port of the service (8080)

Exit codes: 0 done; 10 no root; 11 package manager locked; 12 package not offered; 13 a package would
have to be removed; 14 no network; 15 other trouble with apt; 20 the build failed; 21 the service did
not start; 22 the call was not answered with cards; 23 the decision log is not intact; 64 usage.
END
}

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# shellcheck source=deploy/packages.sh
. "$root/deploy/packages.sh"

once=no
only_build=no
port=8080
while [ $# -gt 0 ]; do
    case $1 in
        --once) once=yes ;;
        --build) only_build=yes ;;
        --port)
            [ $# -ge 2 ] || fail 64 "--port" "a number is missing" "write --port 8081"
            port=$2
            shift
            ;;
        --port=*) port=${1#--port=} ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) fail 64 "$1" "no such option" "see ./deploy/quickstart.sh --help" ;;
    esac
    shift
done
case $port in
    '' | *[!0-9]*) fail 64 "--port" "\"$port\" is no number" "write --port 8081" ;;
esac
if [ "${#port}" -gt 5 ] || [ "$port" -lt 1 ] || [ "$port" -gt 65535 ]; then
    fail 64 "--port" "$port is no port" "write a number from 1 to 65535"
fi

build=$root/.build/release
binary=$build/server/twitch-cds
state=$root/.build/quickstart
url=http://127.0.0.1:$port
pid=

# A call to the service itself never goes through a proxy.
fetch() { curl --noproxy '*' "$@"; }

build_product() {
    cd "$root"
    mkdir -p "$state"
    log=$state/build.log
    set -- -DTCDS_TESTS=OFF
    [ -f "$build/CMakeCache.txt" ] && set --   # whoever configured it first decides about tests
    say "Building (the first time takes some minutes; log: $log)."
    if ! { cmake --preset release "$@" && cmake --build --preset release --target twitch-cds -j "$(nproc)"; } >"$log" 2>&1; then
        grep -E -A 5 'error|FAILED|Error' "$log" | tail -n 30 >&2
        fail 20 "build" "it stopped; the end of the log is above" "see $log; an old build folder can be removed: rm -r $build"
    fi
}

service_runs() { [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; }

stop_service() {
    service_runs || return 0
    kill "$pid"
    wait "$pid" 2>/dev/null || true
    pid=
}

start_service() {
    busy=0
    fetch -s -o /dev/null --max-time 2 "$url/" || busy=$?
    [ "$busy" = 7 ] ||   # curl: connection refused
        fail 21 "$url" "something answers there already" "stop it, or start with --port N"
    mkdir -p "$state"
    XDG_STATE_HOME=$state TWITCH_CDS__AUDIT__DIRECTORY=$state/audit \
        "$binary" serve --mode sandbox --listen "127.0.0.1:$port" >"$state/service.log" 2>&1 &
    pid=$!
    trap stop_service EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    tries=0
    until fetch -s -f -o /dev/null --max-time 2 "$url/healthz/ready"; do
        tries=$((tries + 1))
        if ! service_runs || [ "$tries" -gt 200 ]; then
            tail -n 20 "$state/service.log" >&2
            fail 21 "service" "it did not become ready on $url" "the lines above are its own ($state/service.log)"
        fi
        sleep 0.1
    done
    say "Ready: $url (sandbox mode, process $pid, log $state/service.log)."
}

play_call() {
    service=twitch-patient-view
    call=$state/patient-view.json
    "$root/deploy/samples/fill.sh" "$root/deploy/samples/patient-view.json" >"$call"
    say
    say "The call: POST $url/cds-services/$service"
    say "A synthetic patient of 68 years with muscle twitching, furosemide, and potassium 2.9 mmol/L."
    status=$(fetch -sS -o "$state/answer.json" -D "$state/answer.head" -w '%{http_code}' --max-time 10 \
        -H 'Content-Type: application/json' --data-binary "@$call" \
        "$url/cds-services/$service") || status=000
    decision=$(sed -n 's/^[Xx]-[Dd]ecision-[Ii]d: *\([0-9a-f-]*\).*/\1/p' "$state/answer.head")
    cards=$(grep -o '"summary":' "$state/answer.json" 2>/dev/null | wc -l)
    if [ "$status" != 200 ] || [ -z "$decision" ] || [ "$cards" -lt 1 ]; then
        head -c 2000 "$state/answer.json" >&2 || true
        fail 22 "call" "answered with status $status, $cards card(s), decision id \"$decision\"" \
            "see $state/answer.json and $state/service.log"
    fi
    say
    say "The answer: status $status, $cards card(s), X-Decision-Id: $decision"
    say
    "$binary" evaluate "$call" --mode sandbox --output text ||
        fail 22 "evaluate" "the same call could not be shown as text" "see the lines above"
}

verify_log() {
    say
    say "Is the decision log intact? twitch-cds audit verify --directory $state/audit"
    "$binary" audit verify --directory "$state/audit" ||
        fail 23 "decision log" "it does not verify" "look at the line named above in $state/audit"
}

ensure_packages "to build and run twitch-cds" ca-certificates curl g++ cmake ninja-build boost \
    rapidjson-dev libssl-dev libspdlog-dev libfmt-dev libyaml-cpp-dev libcli11-dev libcjose-dev \
    libpq-dev libsqlite3-dev libsqlitecpp-dev prometheus-cpp-dev zlib1g-dev
build_product
[ "$only_build" = no ] || exit 0
start_service
play_call
verify_log

say
if [ "$once" = yes ]; then
    stop_service
    say "Done; the service is stopped. Without --once it stays up. Read on in README.md."
    exit 0
fi
say "The service runs until Ctrl-C. Discovery: $url/cds-services. Read on in README.md."
wait "$pid" || { pid=; fail 21 "service" "it ended by itself" "see $state/service.log"; }
