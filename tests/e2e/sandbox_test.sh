#!/bin/sh
# The sandbox script from the build on: FHIR server, service, a call without prefetch. The compiler is left out,
# as in quickstart_test.sh; the configurations of deploy/sandbox are good.
#
#   sandbox_test.sh ROOT BINARY FHIR_SERVER     FHIR_SERVER: folder laid by fhir_server_test.sh
set -eu
root=$1
binary=$2
fhir_server=$3
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"
export no_proxy=127.0.0.1,localhost

folder=$scratch/checkout
mkdir -p "$folder/.build/release/server" "$folder/.build/sandbox" "$scratch/bin"
cp -r "$root/deploy" "$folder/"
ln -s "$binary" "$folder/.build/release/server/twitch-cds"
ln -s "$fhir_server" "$folder/.build/sandbox/fhir-server"
printf '#!/bin/sh\nexit 0\n' >"$scratch/bin/cmake"
# Every package is there: this test is not about packages.
printf '#!/bin/sh\nprintf installed\n' >"$scratch/bin/dpkg-query"
chmod +x "$scratch/bin/cmake" "$scratch/bin/dpkg-query"

# A port that nobody listens on, away from those that the kernel hands out.
free_port() {
    candidate=$1
    while :; do
        status=0
        fetch -o /dev/null "http://127.0.0.1:$candidate/" 2>/dev/null || status=$?
        if [ "$status" = 7 ]; then echo "$candidate"; return; fi
        candidate=$((candidate + 1))
    done
}
port=$(free_port $((10000 + ($$ % 10000))))
fhir_port=$(free_port $((20000 + ($$ % 10000))))

# sandbox CODE NAME [OPTION...]
sandbox() {
    code=$1
    name=$2
    shift 2
    status=0
    env PATH="$scratch/bin:$PATH" "$folder/deploy/sandbox/run.sh" "$@" >"$scratch/out" 2>&1 </dev/null || status=$?
    same "$name: exit code" "$code" "$status"
    [ "$code" = "$status" ] || sed 's/^/    /' "$scratch/out" >&2
}

for option in "--port" "--port x" "--page-size 1234567" "--twice"; do
    # shellcheck disable=SC2086  # option and value
    sandbox 64 "$option" $option
    contains "$option: says what to write" "$scratch/out" "Fix:"
done
sandbox 64 "a fault with a space" --fault "*=html x"
sandbox 0 "--help" --help
contains "--help: names the exit codes" "$scratch/out" "Exit codes:"

sandbox 0 "--once" --once --port "$port" --fhir-port "$fhir_port"
contains "--once: the charts" "$scratch/out" "Charts:  http://127.0.0.1:$fhir_port/fhir (55 resources"
contains "--once: the service asked for the patient" "$scratch/out" "GET /fhir/Patient/sample-1 -> 200"
contains "--once: a card on what was read" "$scratch/out" "2.9 mmol/L"
contains "--once: what to do next" "$scratch/out" "audit show --directory"
contains "--once: the address for the browser" "$scratch/out" "https://sandbox.cds-hooks.org/?fhirServiceUrl=http%3A%2F%2F127.0.0.1%3A$fhir_port%2Ffhir&"
for ended in "$port" "$fhir_port"; do
    status=0
    fetch -o /dev/null "http://127.0.0.1:$ended/" 2>/dev/null || status=$?
    same "--once: nobody listens on port $ended afterwards" 7 "$status"
done

sandbox 0 "pages and a server without _sort" --once --port "$port" --fhir-port "$fhir_port" --page-size 1 --fault '*?_sort=status:400'
sandbox 22 "a server that fails" --once --port "$port" --fhir-port "$fhir_port" --fault '*=status:500'
contains "a server that fails" "$scratch/out" "answered with status 412"

start_service "$binary" "$scratch/other"
sandbox 21 "port in use" --once --port "$port" --fhir-port "$fhir_port"
contains "port in use" "$scratch/out" "something answers there already. Fix:"
stop_service

passes "the configuration for the containers is good" \
    sh -c '"$1" config check --config "$2" >/dev/null' sh "$binary" "$root/deploy/sandbox/compose.twitch-cds.yaml"
finish
