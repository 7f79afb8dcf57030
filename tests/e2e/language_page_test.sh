#!/bin/sh
# docs/rule-language.md names every construct and every code of a fault that the loader knows;
# docs/clinical-scope.md has one line for each rule, with the level "critical" where the rule can reach it.
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

scope=$root/docs/clinical-scope.md
core=$root/rules/packs/core
ids=$(find "$core" -name '*-*.yaml' -exec basename {} .yaml \; | sort)
same "the rules of $scope are those of the pack, each once" "$ids" \
    "$(sed -n 's/^| `\([A-Z0-9-]*\)` | .* | .* |$/\1/p' "$scope" | sort)"
contains "the number of rules on the page" "$scope" "$(printf '%s\n' "$ids" | grep -c .) rules. "
contains "the number of rules in the README" "$root/README.md" "$(printf '%s\n' "$ids" | grep -c .) rules"
for id in $ids; do
    grep -q 'indicator: {worst_of' "$core/$id.yaml" && continue
    reaches=$(grep -q 'indicator: critical' "$core/$id.yaml" && echo critical || echo not critical)
    says=$(grep -F "| \`$id\` |" "$scope" | sed 's/.*| \(.*\) |$/\1/' | grep -q critical &&
        echo critical || echo not critical)
    same "the level of $id on the page" "$reaches" "$says"
done
finish
