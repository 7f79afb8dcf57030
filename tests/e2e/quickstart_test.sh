#!/bin/sh
# The quickstart from the build on: real service, real call. The compiler is left out: a stand-in for
# cmake does nothing, and the binary of this build lies where the build would put it.
#
#   quickstart_test.sh ROOT BINARY
set -eu
root=$1
binary=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

folder=$scratch/checkout
mkdir -p "$folder/.build/release/server" "$scratch/bin"
cp -r "$root/deploy" "$folder/"
ln -s "$binary" "$folder/.build/release/server/twitch-cds"
printf '#!/bin/sh\nexit ${CMAKE_STATUS:-0}\n' >"$scratch/bin/cmake"
# Every package is there: this test is not about packages.
printf '#!/bin/sh\nprintf installed\n' >"$scratch/bin/dpkg-query"
chmod +x "$scratch/bin/cmake" "$scratch/bin/dpkg-query"
state=$folder/.build/quickstart

# A port that nobody listens on, away from those that the kernel hands out.
free_port() {
    candidate=$((10000 + ($$ % 20000)))
    while :; do
        status=0
        fetch -o /dev/null "http://127.0.0.1:$candidate/" 2>/dev/null || status=$?
        if [ "$status" = 7 ]; then echo "$candidate"; return; fi
        candidate=$((candidate + 1))
    done
}

# quickstart CODE NAME [OPTION...]
quickstart() {
    code=$1
    name=$2
    shift 2
    status=0
    env PATH="$scratch/bin:$PATH" "$folder/deploy/quickstart.sh" "$@" >"$scratch/out" 2>&1 </dev/null || status=$?
    same "$name: exit code" "$code" "$status"
}

for option in "--port" "--port x" "--port 0" "--port 65536" "--port 123456" "--twice"; do
    # shellcheck disable=SC2086  # option and value
    quickstart 64 "$option" $option
    contains "$option: says what to write" "$scratch/out" "Fix:"
done
quickstart 0 "--help" --help
contains "--help: names the exit codes" "$scratch/out" "Exit codes:"

port=$(free_port)
quickstart 0 "--once" --once --port "$port"
contains "--once: the answer carried cards" "$scratch/out" "The answer: status 200, "
decision=$(sed -n 's/.*X-Decision-Id: //p' "$scratch/out")
passes "--once: the decision id is a UUID" sh -c \
    'echo "$1" | grep -qE "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$"' sh "$decision"
contains "--once: the card names the result" "$scratch/out" "2.9 mmol/L"
contains "--once: the card names the day of the result" "$scratch/out" "$(date -u -d '-2 days' +%Y-%m-%d)"
contains "--once: the log is intact" "$scratch/out" "intact: "
contains "--once: closing line" "$scratch/out" "Done; the service is stopped."
status=0
fetch -o /dev/null "http://127.0.0.1:$port/" 2>/dev/null || status=$?
same "--once: nobody listens afterwards" 7 "$status"
passes "--once: the decision is in the log" sh -c '"$1" audit show --directory "$2" --decision "$3" --json | grep -q "$3"' \
    sh "$binary" "$state/audit" "$decision"
quickstart 0 "a second time" --once "--port=$port"

start_service "$binary" "$scratch/other"
quickstart 21 "port in use" --once --port "$port"
contains "port in use" "$scratch/out" "something answers there already. Fix: stop it, or start with --port N"
stop_service

port=$(free_port)
env PATH="$scratch/bin:$PATH" "$folder/deploy/quickstart.sh" --port "$port" >"$scratch/out" 2>&1 </dev/null &
service=$!
tries=0
until grep -q 'runs until Ctrl-C' "$scratch/out"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 600 ] || ! kill -0 "$service" 2>/dev/null; then break; fi
    sleep 0.1
done
contains "in the foreground: says how to stop" "$scratch/out" "The service runs until Ctrl-C."
passes "in the foreground: answers" fetch -f -o /dev/null "http://127.0.0.1:$port/cds-services"
stop_service
status=0
fetch -o /dev/null "http://127.0.0.1:$port/" 2>/dev/null || status=$?
same "in the foreground: ends with the service" 7 "$status"

export CMAKE_STATUS=1
quickstart 20 "the build fails" --once
unset CMAKE_STATUS
contains "the build fails" "$scratch/out" "build: it stopped"

rm "$folder/.build/release/server/twitch-cds"
printf '#!/bin/sh\necho "service: no content" >&2\nexit 78\n' >"$folder/.build/release/server/twitch-cds"
chmod +x "$folder/.build/release/server/twitch-cds"
quickstart 21 "the service ends at once" --once --port "$port"
contains "the service ends at once: shows its words" "$scratch/out" "service: no content"

finish
