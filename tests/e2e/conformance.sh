#!/bin/sh
# Lists every row of docs/conformance.md with the tests that name it, or why there is none.
#
#   conformance.sh ROOT [--final]
#
# A row names how it is shown: `test`, `reason: WHY`, or `planned: WHAT IS MISSING`. A test names a row
# by writing its id. Fails for: a row that no test names and that has no reason; a reason without
# words; a row with a reason that a test names all the same; an id in tests/ that is no row; a row
# listed twice. With --final, planned rows fail too. Tests are tests/unit/**/*_test.cpp and the
# scripts of tests/e2e.
set -eu
root=$1
final=${2:-}
page=docs/conformance.md
cd "$root"

# id <tab> what <tab> shown, one line a row: | id | what | shown |
rows=$(awk -F'|' '/^\| *[A-Z]+(-[A-Z]+)?-[0-9]+ *\|/ {
    id = $2; what = $3; shown = $(NF - 1)
    for (i = 4; i < NF - 1; i++) what = what "|" $i
    gsub(/^ +| +$/, "", id); gsub(/^ +| +$/, "", what); gsub(/^ +| +$/, "", shown)
    print id "\t" what "\t" shown
}' "$page")
if [ -z "$rows" ]; then
    echo "$page: no row found. Fix: write rows as | ID-01 | what | test |" >&2
    exit 1
fi
families=$(printf '%s\n' "$rows" | sed 's/-.*//' | sort -u | tr '\n' '|' | sed 's/|$//')

# file:line:id of every id in tests/
named() {
    grep -rInoE --exclude-dir=node_modules "(^|[^A-Za-z0-9_-])($families)(-[A-Z]{2})?-[0-9]+" "$@" |
        sed -E "s/^([^:]*:[0-9]+:).*[^A-Z-](($families)(-[A-Z]{2})?-[0-9]+)\$/\1\2/" || true
}
everywhere=$(named tests)
proofs=$(printf '%s\n' "$everywhere" | grep -E '^tests/(unit/.*_test\.cpp|e2e/.*\.(sh|mjs|js|ts)):' || true)

printf 'ROWS\n%s\nPROOFS\n%s\nEVERYWHERE\n%s\n' "$rows" "$proofs" "$everywhere" | awk -v final="$final" '
function fault(text) { faults++; print "FAILED: " text | "cat 1>&2" }
/^(ROWS|PROOFS|EVERYWHERE)$/ { part = $0; next }
$0 == "" { next }
part == "ROWS" {
    split($0, cell, "\t")
    if (cell[1] in shown) fault(cell[1] " is listed twice. Fix: keep one row")
    else order[++count] = cell[1]
    shown[cell[1]] = cell[3]
    if (cell[2] == "") fault(cell[1] ": the row says nothing. Fix: say what the service does")
    next
}
{
    n = split($0, cell, ":")
    place = cell[1] ":" cell[2]
    id = cell[n]
}
part == "PROOFS" && !((id, place) in seen) {
    seen[id, place] = 1
    file = cell[1]
    sub(/^tests\//, "", file)
    tests[id] = tests[id] (last[id] == file ? "," cell[2] : " " file ":" cell[2])
    last[id] = file
    next
}
part == "EVERYWHERE" && !(id in shown) {
    fault(place ": " id " is no row. Fix: correct the id, or add the row to docs/conformance.md")
}
END {
    for (i = 1; i <= count; i++) {
        id = order[i]
        how = shown[id]
        by = tests[id]
        if (how == "test") {
            tested++
            if (by == "") fault(id ": no test names it. Fix: write one, or give a reason")
            print id "\ttest\t" substr(by, 2)
        } else if (how ~ /^reason:/) {
            reasons++
            why = substr(how, 8); sub(/^ +/, "", why)
            if (why == "") fault(id ": the reason has no words. Fix: say why there is nothing to test")
            if (by != "") fault(id ": has a reason, and a test names it:" by ". Fix: say `test`, or take the id out of the test")
            print id "\treason\t" why
        } else if (how ~ /^planned:/) {
            planned++
            why = substr(how, 9); sub(/^ +/, "", why)
            if (why == "") fault(id ": planned without words. Fix: say what is missing")
            if (final == "--final") fault(id ": still planned: " why)
            print id "\tplanned\t" why (by == "" ? "" : " [named by" by "]")
        } else {
            fault(id ": is shown by \"" how "\". Fix: test, reason: WHY or planned: WHAT IS MISSING")
        }
    }
    printf "%d rows: %d by tests, %d by reason, %d planned; %d faults\n", count, tested, reasons, planned, faults
    close("cat 1>&2")
    exit faults > 0
}'
