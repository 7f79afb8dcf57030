#!/bin/sh
# Writes a sample with its dates filled in: {{today}}, {{today-2d}}, {{today+3d}} become days (UTC).
#
#   fill.sh SAMPLE.json [DAY]     DAY: the day that counts as today, such as 2026-01-31
set -eu

[ $# -ge 1 ] && [ -f "$1" ] || {
    printf '%s\n' "${1:-sample}: no such file. Fix: write fill.sh SAMPLE.json [DAY]." >&2
    exit 64
}
day=${2:-$(date -u +%Y-%m-%d)}
date -u -d "$day" +%Y-%m-%d >/dev/null 2>&1 || {
    printf '%s\n' "$day: no day. Fix: write it as 2026-01-31." >&2
    exit 64
}

script=
for place in $(grep -o '{{today[-+0-9d]*}}' "$1" | sort -u); do
    shift_by=${place#\{\{today}
    shift_by=${shift_by%\}\}}
    filled=$(date -u -d "$day ${shift_by:+${shift_by%d} days}" +%Y-%m-%d)
    script="$script;s/$place/$filled/g"
done
sed "${script#;}" "$1"
