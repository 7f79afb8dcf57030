#!/bin/sh
# Every relative link of the pages leads to a file that exists, and every page says for whom it is.
#
#   docs_links.sh ROOT
set -eu
root=$1
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

leads_somewhere() { [ -e "$1" ]; }

cd "$root"
for page in README.md docs/*.md docs/decisions/*.md deploy/samples/README.md; do
    for link in $(grep -oE '\]\([^)#: ]+[)#]' "$page" | sed 's/^](//; s/[)#]$//'); do
        passes "$page: the link $link leads nowhere" leads_somewhere "$(dirname "$page")/$link"
    done
done
for page in docs/*.md; do
    passes "$page: the first paragraph does not begin with \"For \"" \
        sh -c 'sed -n "2,4p" "$1" | grep -q "^For "' sh "$page"
done
finish
