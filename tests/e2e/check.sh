# Small assertions for the shell-level tests. To be sourced; set $root before.

checks=0
faults=0
scratch=$(mktemp -d)
trap 'stop_service; rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# passes MESSAGE COMMAND...   the command must succeed
passes() {
    checks=$((checks + 1))
    message=$1
    shift
    "$@" && return
    faults=$((faults + 1))
    printf 'FAILED: %s\n' "$message" >&2
}

# same MESSAGE EXPECTED GOT
same() {
    checks=$((checks + 1))
    [ "$2" = "$3" ] && return
    faults=$((faults + 1))
    printf 'FAILED: %s\n  expected: %s\n  got:      %s\n' "$1" "$2" "$3" >&2
}

# contains MESSAGE FILE TEXT   some line of the file holds the text
contains() {
    checks=$((checks + 1))
    grep -qF -e "$3" "$2" && return
    faults=$((faults + 1))
    printf 'FAILED: %s\n  expected: a line with %s\n  got:\n' "$1" "$3" >&2
    sed 's/^/    /' "$2" | head -n 40 >&2
}

fetch() { curl --noproxy '*' -sS --max-time 10 "$@"; }

# start_service BINARY STATE [OPTION...]   sandbox mode on a port of the kernel's choice; sets $port
service=
start_service() {
    binary=$1
    state=$2
    shift 2
    mkdir -p "$state"
    XDG_STATE_HOME=$state TWITCH_CDS__AUDIT__DIRECTORY=$state/audit \
        "$binary" serve --mode sandbox --listen 127.0.0.1:0 "$@" >"$state/service.log" 2>&1 &
    service=$!
    tries=0
    port=
    while [ -z "$port" ]; do
        tries=$((tries + 1))
        if ! kill -0 "$service" 2>/dev/null || [ "$tries" -gt 600 ]; then
            printf 'The service did not start:\n' >&2
            cat "$state/service.log" >&2
            exit 1
        fi
        sleep 0.1
        port=$(sed -n 's/.*"port":"\{0,1\}\([0-9]*\).*/\1/p' "$state/service.log" | head -n 1)
    done
}

stop_service() {
    [ -n "$service" ] || return 0
    kill "$service" 2>/dev/null || true
    wait "$service" 2>/dev/null || true
    service=
}

finish() {
    if [ "$checks" -eq 0 ]; then
        printf 'No check was made.\n' >&2
        exit 1
    fi
    printf '%s checks, %s failed\n' "$checks" "$faults"
    [ "$faults" -eq 0 ]
    exit
}
