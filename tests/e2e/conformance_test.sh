#!/bin/sh
# conformance.sh accepts a list whose rows are all shown, and finds each fault it is there to find.
# The rows of this test are of a family DEMO that the real list does not have.
#
#   conformance_test.sh ROOT
set -eu
root=$1
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"
tree=$scratch/tree
page=$tree/docs/conformance.md
unit=$tree/tests/unit/demo/first_test.cpp
script=$tree/tests/e2e/second_test.sh

# A tree without a fault; a case then changes one thing.
set_tree() {
    rm -rf "$tree"
    mkdir -p "$tree/docs" "$tree/tests/unit/demo" "$tree/tests/e2e" "$tree/tests/support"
    cat >"$page" <<'END'
| id | what it does | shown by |
|---|---|---|
| DEMO-01 | does one thing | test |
| DEMO-02 | does another, `a|b` | test |
| DEMO-PV-1 | does a third | test |
| DEMO-04 | does nothing here | reason: it is not offered |
| DEMO-05 | will do more | planned: needs a part that is not built |
END
    printf 'TEST(Demo, Works) // DEMO-01, DEMO-PV-1\n' >"$unit"
    printf '# DEMO-02: by hand\n' >"$script"
}

# ends CODE NAME [TEXT] [OPTION]   runs the script on the tree; TEXT must stand in what it says
ends() {
    status=0
    sh "$root/tests/e2e/conformance.sh" "$tree" ${4:-} >"$scratch/out" 2>&1 || status=$?
    same "$2: exit code" "$1" "$status"
    if [ -n "${3:-}" ]; then contains "$2" "$scratch/out" "$3"; fi
}
change() { sed -i "$2" "$1"; }

set_tree
ends 0 "no fault" "5 rows: 3 by tests, 1 by reason, 1 planned; 0 faults"
contains "the place of a test is printed" "$scratch/out" "$(printf 'DEMO-PV-1\ttest\tunit/demo/first_test.cpp:1')"
printf '// DEMO-01 once more\n' >>"$unit"
ends 0 "two places in one file" "$(printf 'DEMO-01\ttest\tunit/demo/first_test.cpp:1,2')"
contains "a reason is printed" "$scratch/out" "$(printf 'DEMO-04\treason\tit is not offered')"

set_tree
change "$unit" 's/DEMO-01, //'
ends 1 "a row that no test names" "DEMO-01: no test names it"

set_tree
printf '// DEMO-01 is for this\n' >"$tree/tests/support/demo.hpp"
change "$unit" 's/DEMO-01, //'
ends 1 "a row that only a support file names" "DEMO-01: no test names it"

set_tree
change "$unit" 's/DEMO-01/XDEMO-01/'
ends 1 "a word that only ends like an id" "DEMO-01: no test names it"

set_tree
printf '# DEMO-04\n' >>"$script"
ends 1 "a reason and a test" "DEMO-04: has a reason, and a test names it: e2e/second_test.sh:2"

set_tree
change "$page" 's/reason: it is not offered/reason:  /'
ends 1 "a reason without words" "DEMO-04: the reason has no words"

set_tree
change "$page" 's/planned: needs a part that is not built/planned:/'
ends 1 "planned without words" "DEMO-05: planned without words"

set_tree
printf '// DEMO-99 is no row\n' >>"$unit"
ends 1 "an id that is no row" "tests/unit/demo/first_test.cpp:2: DEMO-99 is no row"

set_tree
printf '// DEMO-99 is no row\n' >"$tree/tests/support/demo.hpp"
ends 1 "an id in a support file that is no row" "DEMO-99 is no row"

set_tree
printf '| DEMO-01 | does it again | test |\n' >>"$page"
ends 1 "a row that stands twice" "DEMO-01 is listed twice"

set_tree
change "$page" 's/does one thing//'
ends 1 "a row that says nothing" "DEMO-01: the row says nothing"

set_tree
change "$page" 's/| does one thing | test |/| does one thing | tested |/'
ends 1 "an unknown word" 'DEMO-01: is shown by "tested"'

set_tree
printf '# DEMO-05: a part of it\n' >>"$script"
ends 0 "planned rows may be named" "named by e2e/second_test.sh:2"
ends 1 "planned rows at the end" "DEMO-05: still planned" --final

set_tree
printf 'no table\n' >"$page"
ends 1 "a page without rows" "no row found"

finish
