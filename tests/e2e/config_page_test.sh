#!/bin/sh
# docs/configuration.md has one line for each key, in order, with its default, as `config show` has it.
#
#   config_page_test.sh ROOT BINARY
set -eu
root=$1
binary=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"
page=$root/docs/configuration.md

env -i HOME="$scratch" PATH="$PATH" "$binary" config show --mode sandbox >"$scratch/shown"
keys_of_page=$(sed '/^## Who may ask/,/^## [^W]/d' "$page" | sed -n 's/^| `\([a-z_.]*\)` |.*/\1/p')
keys_shown=$(sed -n 's/^\([a-z_.]*\)[ :=].*/\1/p' "$scratch/shown" | grep -v '^$')
same "keys of the page and of config show" "$(printf '%s' "$keys_shown" | tr '\n' ' ')" \
    "$(printf '%s' "$keys_of_page" | tr '\n' ' ')"
members_of_page=$(sed -n 's/^| `clients\[\]\.\([a-z_]*\)` |.*/\1/p' "$page")
members=$("$binary" config explain clients | sed '1,/^  in force/d; s/^  \([a-z_]*\) .*/\1/')
same "members of client entries on the page and in config explain" \
    "$(printf '%s' "$members" | tr '\n' ' ')" "$(printf '%s' "$members_of_page" | tr '\n' ' ')"
tenants_of_page=$(sed -n 's/^| `tenants\[\]\.\([a-z_]*\)` |.*/\1/p' "$page")
tenants=$("$binary" config explain tenants | sed '1,/^  in force/d; s/^  \([a-z_]*\) .*/\1/')
same "members of tenants on the page and in config explain" \
    "$(printf '%s' "$tenants" | tr '\n' ' ')" "$(printf '%s' "$tenants_of_page" | tr '\n' ' ')"
sed '/^#clients:/,/^$/s/^#//; /^#tenants:/,/^$/s/^#//' "$root/deploy/twitch-cds.yaml" >"$scratch/with-client.yaml"
passes "the sample holds a client entry in a comment" grep -q '^  - name: st-mary' "$scratch/with-client.yaml"
passes "the sample holds a tenant in a comment" grep -q '^  - name: north' "$scratch/with-client.yaml"
passes "the client entry and the tenant of the sample are accepted" \
    env -i HOME="$scratch" "$binary" config check --config "$scratch/with-client.yaml"
passes "the sample configuration is accepted" sh -c '
    printf "%032d" 0 >"$3/key" && chmod 600 "$3/key" &&
        TWITCH_CDS__AUDIT__KEY_FILE="$3/key" "$2" config check --config "$1/deploy/twitch-cds.yaml"' \
    sh "$root" "$binary" "$scratch"
finish
