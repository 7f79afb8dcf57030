#!/bin/sh
# docs/rule-language.md names every construct and every code of a fault that the loader knows.
#
#   language_page_test.sh ROOT
set -eu
root=$1
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"
page=$root/docs/rule-language.md

for construct in $(sed -n 's/.*Reader{"\([a-z_]*\)".*/\1/p' "$root/rules/load/read_condition.cpp"); do
    contains "construct $construct" "$page" "\`$construct: "
done
for code in $(grep -rhoE '"L[0-9]{2}"' "$root/rules/load" "$root/fhir/terms" | tr -d '"' | sort -u); do
    contains "code $code" "$page" "| $code |"
done
passes "constructs were found" [ "$checks" -gt 40 ]
finish
