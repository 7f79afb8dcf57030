#!/bin/sh
# Lays programs and the npm packages of their lock file into a folder; installs nothing that is there already.
#
#   install.sh FOLDER [SOURCE]      needs node 18 or later, npm, and npm's registry the first time
#
# SOURCE: where the programs, package.json and package-lock.json are; default: the FHIR server beside this script.
# The checkout itself stays as it is. Exit codes: 0 done; 16 no node or npm, or too old; 17 npm failed.
set -eu
folder=${1:?name the folder}
source=${2:-$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)}

for program in node npm; do
    command -v "$program" >/dev/null 2>&1 || {
        printf '%s: not installed. Fix: apt-get install nodejs npm.\n' "$program" >&2
        exit 16
    }
done
node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)' || {
    printf 'node: version %s is too old. Fix: install 18 or later.\n' "$(node --version)" >&2
    exit 16
}

mkdir -p "$folder"
cp -R "$source"/. "$folder"/
cmp -s "$source/package-lock.json" "$folder/node_modules/.installed.json" && exit 0
if ! (cd "$folder" && npm ci --no-progress >npm.log 2>&1); then
    tail -n 15 "$folder/npm.log" >&2
    printf 'npm ci: it failed; its words are above. Fix: check network and proxy (npm takes https_proxy), then start this again.\n' >&2
    exit 17
fi
cp "$source/package-lock.json" "$folder/node_modules/.installed.json"   # last: a mark that all of it is there
