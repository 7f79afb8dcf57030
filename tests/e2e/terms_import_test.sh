#!/bin/sh
# An import of RxNorm that goes wrong leaves the tables as they were and says what to do; one that goes
# right is the same each time it is run.
#
#   terms_import_test.sh ROOT BINARY
set -eu
root=$1
binary=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

sample=$root/deploy/samples/rxnorm/rrf
cp -r "$root/rules" "$scratch/rules"
sum() { cat "$scratch/rules/terms/products.tsv" "$scratch/rules/terms/ingredients.tsv" | sha256sum; }
before=$(sum)

# refused NAME EXIT TEXT   imports $scratch/release with the options in $options
options="--rules $scratch/rules"
refused() {
    status=0
    # shellcheck disable=SC2086
    "$binary" terms import-rxnorm "$scratch/release" $options >"$scratch/out" 2>"$scratch/err" || status=$?
    same "$1: exit code" "$2" "$status"
    contains "$1: says what is wrong" "$scratch/err" "$3"
    contains "$1: says what to do" "$scratch/err" "Fix: "
    same "$1: the tables" "$before" "$(sum)"
    same "$1: nothing is left behind" "" "$(find "$scratch/rules" -name '*.new' -o -name '*.old')"
}
fresh() {
    rm -rf "$scratch/release"
    cp -r "$sample" "$scratch/release"
}

for file in RXNCONSO.RRF RXNREL.RRF RXNSAT.RRF; do
    fresh; rm "$scratch/release/$file"
    refused "without $file" 65 "$file: the file is missing"
    fresh; truncate -s -20 "$scratch/release/$file"
    refused "$file cut short" 65 "the last line has no end"
    fresh; : >"$scratch/release/$file"
    refused "$file empty" 65 "$file:1: the file is empty"
    fresh; sed -i '2s/|/ /' "$scratch/release/$file"
    refused "$file with a lost bar" 65 "$file:2: the line has"
done
rm -rf "$scratch/release"
refused "no folder" 65 "no such folder"

fresh
options="--out $scratch/rules/ruleset.yaml"
refused "a file where the folder should be" 65 "the old tables stand as they were"
options=
refused "no place to write to" 64 "no folder to write to"
mkdir "$scratch/hospital" && echo "rules: {}" >"$scratch/hospital/overlay.yaml"
options="--rules $scratch/hospital"
refused "a hospital's folder" 64 "has no tables"
options="--rules $scratch/rules"
cp -r "$scratch/rules" "$scratch/kept"
echo "bad" >>"$scratch/rules/terms/units.tsv"
sed -i 's/kind: drug-class/kind: drug-klass/' "$scratch/rules/valuesets/LOOP.yaml"
refused "rules with a fault" 78 "drug-klass"
rm -rf "$scratch/rules" && mv "$scratch/kept" "$scratch/rules"

"$binary" terms import-rxnorm "$scratch/release" --rules "$scratch/rules" >"$scratch/out" 2>"$scratch/err"
same "no progress where there is no terminal" "" "$(cat "$scratch/err")"
after=$(sum)
passes "the tables are new" test "$before" != "$after"
passes "products are sorted by number" sh -c "tail -n +2 '$scratch/rules/terms/products.tsv' | sort -c -n -k1,1"
"$binary" rules lint "$scratch/rules" >"$scratch/out"
contains "lint of the new tables" "$scratch/out" "0 error(s)"
"$binary" terms import-rxnorm "$scratch/release" --rules "$scratch/rules" >"$scratch/out"
same "a second import" "$after" "$(sum)"
contains "a second import changes no class" "$scratch/out" "0 value sets differ"

"$binary" terms import-rxnorm "$scratch/release" --out "$scratch/tables" >/dev/null
same "the tables of --out" "ingredients.tsv products.tsv retired.tsv" "$(cd "$scratch/tables" && echo *)"
"$binary" terms diff "$scratch/tables" "$scratch/rules" >"$scratch/out"
contains "a folder of tables can be compared" "$scratch/out" "0 value sets differ"
finish
