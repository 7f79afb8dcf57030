#!/bin/sh
# Each sample says what it is meant to say: the rules that fire, and the highest level of its cards.
#
#   samples_test.sh ROOT BINARY
set -eu
root=$1
binary=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

# sample SAMPLE LEVEL RULE...
sample() {
    name=$1
    level=$2
    shift 2
    "$root/deploy/samples/fill.sh" "$root/deploy/samples/$name" >"$scratch/$name"
    "$binary" evaluate "$scratch/$name" --output findings >"$scratch/found" || faults=$((faults + 1))
    fired=$(sed 's/.*"fired":\[\([^]]*\)\].*/\1/' "$scratch/found" | grep -o '"rule":"[^"]*"' | sed 's/.*:"\(.*\)"/\1/' | tr '\n' ' ')
    same "$name: rules that fire" "$*" "${fired% }"
    highest=none
    for word in info warning critical; do
        if sed 's/.*"cards":\[//' "$scratch/found" | grep -q "\"level\":\"$word\""; then highest=$word; fi
    done
    same "$name: highest level" "$level" "$highest"
    passes "$name: says that it is synthetic" grep -q 'Synthetic: no such person exists' "$scratch/$name"
}

sample patient-view.json warning CMB-DIURETIC-LOWK EL-K-LOW MED-LOOP WU-LABS-MISSING
sample low-magnesium.json critical CMB-LOOP-PPI-LOWMG EL-MG-LOW MED-LOOP MED-PPI WU-LABS-MISSING
sample parkinson.json warning MED-PD-AGONIST MED-PD-AMANTADINE MED-PD-COMT MED-PD-LEVODOPA
sample order-select.json warning ORD-WORSEN-K
sample encounter-start.json warning CMB-LITHIUM-INTERACT MED-LITHIUM
sample normal-work-up.json none
sample new-class.json warning CMB-DIURETIC-LOWK EL-K-LOW MED-LOOP WU-LABS-MISSING

passes "chart.json: can be evaluated with a complaint" sh -c '
    "$1/deploy/samples/fill.sh" "$1/deploy/samples/chart.json" >"$3/chart.json" &&
        "$2" evaluate --bundle "$3/chart.json" --complaint R25.3 --output findings | grep -q EL-K-LOW' \
    sh "$root" "$binary" "$scratch"
finish
