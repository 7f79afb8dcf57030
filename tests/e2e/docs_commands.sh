#!/bin/sh
# Runs the commands that a page shows, as a reader would, and compares what they print.
#
#   docs_commands.sh ROOT BINARY PAGE.md
#
# What runs: fenced blocks that begin with ```sh test, in the order of the page, each in a shell of
# its own, in a scratch folder that holds what a checkout holds (rules, deploy, docs). `exit=N` after
# `test` expects that exit code. A block ```text expect after it lists lines that its output must
# hold (a part of the line is enough; a line of "..." stands for anything). The address
# 127.0.0.1:8080 becomes that of a service started for the page. A page that starts a service of its own
# does so on 127.0.0.1:8081, with 127.0.0.1:9465 for administration, which become free ports, and
# leaves its process id in a file NAME.pid.
set -eu
root=$1
binary=$2
page=$3
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

folder=$scratch/checkout
mkdir -p "$folder/.build/release/server" "$scratch/blocks" "$scratch/bin"
cp -r "$root/rules" "$root/deploy" "$root/docs" "$root/README.md" "$folder/"
ln -s "$binary" "$folder/.build/release/server/twitch-cds"
ln -s "$binary" "$scratch/bin/twitch-cds"
ln -s "$scratch/state" "$folder/.build/quickstart"   # where the quickstart keeps its log

awk -v out="$scratch/blocks" '
    /^```/ {
        if (inside) {
            inside = 0
            next
        }
        inside = 1
        target = ""
        if ($1 == "```sh" && $2 == "test") {
            number++
            base = sprintf("%s/%02d", out, number)
            target = base ".sh"
            code = 0
            for (i = 3; i <= NF; ++i) if (sub(/^exit=/, "", $i)) code = $i
            printf "%s %d\n", code, NR > (base ".meta")
        } else if ($1 == "```text" && $2 == "expect" && number > 0) {
            target = base ".expect"
        }
        next
    }
    inside && target != "" { print > target }' "$root/$page"

# Nothing outlives the page, whichever of its blocks failed.
stop_started() {
    for file in "$folder"/*.pid "$folder"/*/*.pid; do
        [ ! -f "$file" ] || kill "$(cat "$file")" 2>/dev/null || true
    done
}
trap 'stop_started; stop_service; rm -rf "$scratch"' EXIT

own_port=8081
admin_port=9465
if grep -qF 127.0.0.1:8081 "$root/$page"; then
    start_service "$binary" "$scratch/ports"
    own_port=$port
    stop_service
    admin_port=$own_port
    while [ "$admin_port" = "$own_port" ]; do
        start_service "$binary" "$scratch/ports"
        admin_port=$port
        stop_service
    done
else
    export TWITCH_CDS__AUDIT__DIRECTORY="$scratch/state/audit"
fi
start_service "$binary" "$scratch/state"
export XDG_STATE_HOME="$scratch/state"
export PATH="$scratch/bin:$PATH"
export no_proxy=127.0.0.1

for block in "$scratch"/blocks/*.sh; do
    [ -f "$block" ] || continue
    base=${block%.sh}
    read -r expected line <"$base.meta"
    sed -i "s/127\.0\.0\.1:8080/127.0.0.1:$port/g; s/127\.0\.0\.1:8081/127.0.0.1:$own_port/g
        s/127\.0\.0\.1:9465/127.0.0.1:$admin_port/g" "$block"
    status=0
    (cd "$folder" && sh -eu "$block") >"$base.out" 2>&1 </dev/null || status=$?
    same "$page:$line: exit code of the block" "$expected" "$status"
    [ "$status" = "$expected" ] || sed 's/^/    /' "$base.out" >&2
    [ -f "$base.expect" ] || continue
    while IFS= read -r text; do
        case $text in '' | ...) continue ;; esac
        contains "$page:$line: output of the block" "$base.out" "$text"
    done <"$base.expect"
done
finish
