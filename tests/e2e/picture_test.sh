#!/bin/sh
# The picture of the README shows what the service says: each line of class "said" is in the card
# that the sample gets on the day of the picture.
#
#   picture_test.sh ROOT BINARY
set -eu
root=$1
binary=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

"$root/deploy/samples/fill.sh" "$root/deploy/samples/patient-view.json" 2026-01-31 >"$scratch/call.json"
"$binary" evaluate "$scratch/call.json" --now 2026-01-31T08:00:00Z --output text |
    tr '\n' ' ' | tr -s ' ' >"$scratch/card"
sed -n 's/.*class="said"[^>]*>\([^<]*\)<.*/\1/p' "$root/docs/images/card.svg" >"$scratch/lines"
while IFS= read -r line; do
    contains "docs/images/card.svg shows a line that the card does not have" "$scratch/card" "$line"
done <"$scratch/lines"
finish
