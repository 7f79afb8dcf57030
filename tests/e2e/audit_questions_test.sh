#!/bin/sh
# Questions to a log as an auditor asks them: records by patient, card, rule and answer, the report in
# each of its forms, compared with what grep counts in the files; and the page in a real browser - on
# a phone's width, in dark, and printed. Without a browser the last part is skipped and says so.
#
#   audit_questions_test.sh ROOT BINARY MANY_RECORDS [FOLDER]      FOLDER keeps pictures to look at
set -eu
root=$1
binary=$2
many=$3
kept=${4-}
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

quiet() { "$@" >/dev/null 2>&1; }

passes "a log of 3,000 records" quiet "$many" 3000 "$scratch/many" --days 20
site=$scratch/many/site.yaml
log=$scratch/many/audit
lines() { zcat -f "$log"/*.jsonl*; } # finished files are compressed
passes "it is intact" quiet "$binary" audit verify --config "$site"

# ask OPTION...   asks the log; $status, $scratch/out and $scratch/err
ask() {
    status=0
    "$binary" audit query --config "$site" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
}
count() { lines | grep -c "$1" || true; }
rows() { tail -n +2 "$scratch/out" | grep -c . || true; }

ask --type decision --format csv
same "all decisions" 0 "$status"
same "as many as the files hold" "$(count '"type":"decision"')" "$(rows)"
ask --type feedback --answer overridden --format csv
same "feedback that overrides" "$(count '"outcome":"overridden"')" "$(rows)"
ask --user Practitioner/u7 --type decision --format csv
same "decisions of a user" "$(count '"user":"Practitioner/u7"')" "$(rows)"

ask --patient p12 --type decision --format jsonl
key=$(sed -n 's/.*"patientKey":"\([^"]*\)".*/\1/p' "$scratch/out" | sort -u)
same "a patient has one pseudonym on one server" 1 "$(printf '%s\n' "$key" | grep -c .)"
same "and all decisions of it are found" "$(count "\"patientKey\":\"$key\"")" "$(grep -c . <"$scratch/out")"
passes "they are the lines of the files" sh -c 'zcat -f "$1"/*.jsonl* | grep -qxF "$(head -n 1 "$2")"' sh "$log" "$scratch/out"
found=$(grep -c . <"$scratch/out")
echo p12 | "$binary" audit query --config "$site" --patient - --type decision --format jsonl >"$scratch/typed" 2>/dev/null
same "the same for an id that is typed in" "$found" "$(grep -c . <"$scratch/typed")"
ask --patient p12 --fhir-server https://elsewhere.example.org/fhir
same "another server has another patient" 1 "$status"
contains "nobody is found, and that is said" "$scratch/err" "no record fits"
"$binary" audit query --directory "$log" --key "$scratch/many/k26q1.key" --tenant example --patient p12 \
    --type decision --format jsonl >"$scratch/typed" 2>/dev/null
same "without a configuration, by key and tenant" "$found" "$(grep -c . <"$scratch/typed")"

card=$(lines | sed -n 's/.*"type":"feedback".*"card":"\([^"]*\)".*/\1/p' | head -n 1)
ask --card "$card" --format csv
contains "a card leads to its decision" "$scratch/out" ",decision,"
contains "and to its feedback" "$scratch/out" ",feedback,"

ask --rule EL-K-LOW --format csv
same "decisions in which a rule fired" \
    "$(count '"id":"EL-K-LOW","version":"[^"]*","outcome":"fired"')" "$(rows)"
ask --rule EL-K-LOW --outcome suppressed --format csv
same "and in which it was suppressed" \
    "$(count '"id":"EL-K-LOW","version":"[^"]*","outcome":"suppressed"')" "$(rows)"
ask --rule EL-K-LOW --limit 3
same "three lines under a head" 3 "$(rows)"
contains "the rest is spoken of" "$scratch/err" "the newest 3 of"
contains "and the end of the log" "$scratch/err" "the log ends with record"

ask --from yesterday
same "a day that is none" 65 "$status"
ask --outcome perhaps
same "an outcome that is none" 64 "$status"
ask --limit many
same "a number that is none" 64 "$status"
"$binary" audit query --directory "$scratch/absent" >"$scratch/out" 2>&1 && status=0 || status=$?
same "a folder that is none" 65 "$status"

"$binary" audit report --config "$site" --format csv >"$scratch/report.csv"
fired=$(count '"id":"EL-MG-LOW","version":"[^"]*","outcome":"fired"')
contains "the report counts as the files do" "$scratch/report.csv" "EL-MG-LOW,$fired,"
"$binary" audit report --config "$site" --format json >"$scratch/report.json"
contains "in JSON too" "$scratch/report.json" "\"decisions\":$(count '"type":"decision"')"
for by in client week reason; do
    passes "by $by" quiet "$binary" audit report --config "$site" --by "$by"
done

# A copy on a medium that nobody writes: the index lies elsewhere.
cp -r "$log" "$scratch/copy"
rm -f "$scratch/copy"/index.db*
passes "a copy is asked with the index elsewhere" quiet "$binary" audit query --directory "$scratch/copy" \
    --index "$scratch/elsewhere.db" --rule EL-K-LOW --limit 1
passes "nothing is written beside it" test ! -e "$scratch/copy/index.db"

# An index that is of no use is made anew; the log is never touched.
before=$(lines | cksum)
head -c 100000 "$log/index.db" >"$scratch/half" && cp "$scratch/half" "$log/index.db"
ask --patient p12 --type decision --format jsonl
same "a half index is replaced" "$found" "$(grep -c . <"$scratch/out")"
same "and the log is as it was" "$before" "$(lines | cksum)"

page=$scratch/report.html
passes "the page is written" "$binary" audit report --config "$site" --html "$page"
"$binary" audit report --config "$site" --html "$scratch/no/such/r.html" >"$scratch/out" 2>&1 && status=0 || status=$?
same "a file that cannot be written" 65 "$status"

# shellcheck source=tests/e2e/browser.sh
. "$root/tests/e2e/browser.sh"

# A copy that measures itself, without the policy that forbids scripts.
sed -e 's|<meta http-equiv="Content-Security-Policy"[^>]*>||' \
    -e 's|</body>|<script>addEventListener("load",function(){var wide=[],small=0;\
document.querySelectorAll("main *").forEach(function(e){if(e.closest(".scroll")\&\&!e.classList.contains("scroll"))return;\
if(e.getBoundingClientRect().right>innerWidth+1)wide.push(e.tagName)});\
document.querySelectorAll("svg text").forEach(function(e){if(e.getBoundingClientRect().height<9)small+=1});\
var svg=document.querySelectorAll("figure").length;\
parent.postMessage("PROBE width="+innerWidth+" page="+document.documentElement.scrollWidth+" wide="+wide.slice(0,3).join(";")+" small="+small+" pictures="+svg,"*");});</script></body>|' \
    "$page" >"$scratch/probe.html"
# A window has a least width; a frame has none.
printf %s '<!DOCTYPE html><title>none</title><script>onmessage=function(e){document.title=e.data}</script><iframe src="probe.html" width="360" height="740" style="border:0"></iframe>' >"$scratch/frame.html"
browse --virtual-time-budget=8000 --dump-dom "file://$scratch/frame.html" | grep -o 'PROBE [^<]*' | head -n 1 >"$scratch/probe" || true
contains "the page opens on a phone" "$scratch/probe" "PROBE width=360"
contains "nothing is wider than the phone" "$scratch/probe" "page=360 wide= "
contains "no label of a picture is too small to read" "$scratch/probe" "small=0"
contains "there are four pictures" "$scratch/probe" "pictures=4"

browse --window-size=360,740 --screenshot="$scratch/phone.png" "file://$page" >/dev/null || true
passes "a picture at phone width" test "$(wc -c <"$scratch/phone.png")" -gt 20000
browse --window-size=1000,860 --blink-settings=preferredColorScheme=0 --screenshot="$scratch/dark.png" "file://$page" >/dev/null || true
passes "a picture in dark" test "$(wc -c <"$scratch/dark.png")" -gt 20000
browse --no-pdf-header-footer --print-to-pdf="$scratch/report.pdf" "file://$page" >/dev/null || true
passes "a print" test "$(wc -c <"$scratch/report.pdf")" -gt 20000

if [ -n "$kept" ]; then
    mkdir -p "$kept"
    cp "$scratch"/*.png "$scratch"/*.pdf "$page" "$kept/"
fi
finish
