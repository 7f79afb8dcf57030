#!/bin/sh
# The rule book as a reader meets it: the command, the files, and the page in a real browser - on a
# phone's width, in dark, and printed. Without a browser (chromium, chromium-browser or
# google-chrome) the last part is skipped and says so; `apt-get install chromium` brings one.
#
#   rulebook_test.sh ROOT BINARY [FOLDER]      FOLDER keeps pictures and PDF to look at
set -eu
root=$1
binary=$2
kept=${3-}
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"

page=$scratch/book.html
passes "rules doc writes the page" "$binary" rules doc "$root/rules" --out "$page" --markdown "$scratch/book.md"
passes "rules doc writes a folder" "$binary" rules doc "$root/rules" --markdown "$scratch/folder"
passes "rules doc writes to stdout" "$binary" rules doc "$root/rules" --out - >"$scratch/again.html"
passes "the same rules make the same page" cmp "$page" "$scratch/again.html"

rules=$(find "$root/rules/packs" -name '*.yaml' ! -name pack.yaml ! -name overlay.yaml | wc -l)
same "rules on the page" "$rules" "$(grep -c '^<section id="[^"]*" class="rule"' "$page")"
passes "the page stays below 3 MB" test "$(wc -c <"$page")" -lt 3000000
for rule in $(find "$root/rules/packs/core" -name '*-*.yaml' -exec basename {} .yaml \;); do
    passes "folder/$rule.md is there" test -s "$scratch/folder/$rule.md"
done
contains "the front says who approved the pack" "$page" "No clinical board has approved this pack."
contains "the Markdown says so too" "$scratch/book.md" "No clinical board has approved this pack."

status=0
"$binary" rules doc "$root/rules" >"$scratch/out" 2>&1 || status=$?
same "nothing to write is a usage error" 64 "$status"
contains "and says what to add" "$scratch/out" "add --out FILE.html"
status=0
"$binary" rules doc "$root/rules" --out "$scratch/no/such/folder/b.html" >"$scratch/out" 2>&1 || status=$?
same "a file that cannot be written" 65 "$status"

# shellcheck source=tests/e2e/browser.sh
. "$root/tests/e2e/browser.sh"

# A copy that measures itself; the page as shipped has no such script.
probe=$scratch/probe.html
sed 's|</body>|<script>addEventListener("load",function(){var w=document.documentElement,wide=[],small=0;\
document.querySelectorAll("main *").forEach(function(e){if(e.closest(".scroll")\&\&!e.classList.contains("scroll"))return;\
if(e.getBoundingClientRect().right>innerWidth+1)wide.push(e.tagName+" in "+(e.closest("section")\|\|{}).id)});\
document.querySelectorAll("svg text").forEach(function(e){var h=e.getBoundingClientRect().height;if(h>0\&\&h<9)small+=1});\
var found=document.getElementById("find");found.value="potassium digoxin-less";found.dispatchEvent(new Event("input"));\
var none=document.querySelectorAll("section.rule:not([hidden])").length;\
found.value="EL-K-LOW";found.dispatchEvent(new Event("input"));\
var some=document.querySelectorAll("section.rule:not([hidden])").length;\
parent.postMessage("PROBE width="+innerWidth+" page="+w.scrollWidth+" wide="+wide.slice(0,3).join(";")+" small="+small+" none="+none+" some="+some,"*");});</script></body>|' "$page" >"$probe"
# A window has a least width; a frame has none.
printf %s '<!DOCTYPE html><title>none</title><script>onmessage=function(e){document.title=e.data}</script><iframe src="probe.html" width="360" height="740" style="border:0"></iframe>' >"$scratch/frame.html"
browse --virtual-time-budget=8000 --dump-dom "file://$scratch/frame.html" | grep -o 'PROBE [^<]*' | head -n 1 >"$scratch/probe" || true
contains "the page opens on a phone" "$scratch/probe" "PROBE width=360"
contains "nothing is wider than the phone" "$scratch/probe" "page=360 wide= "
contains "no label of a picture is too small to read" "$scratch/probe" "small=0"
contains "the search finds nothing where there is nothing" "$scratch/probe" "none=0"
contains "the search finds the rule" "$scratch/probe" "some=1"

browse --window-size=360,740 --screenshot="$scratch/phone.png" "file://$page" >/dev/null || true
passes "a picture at phone width" test "$(wc -c <"$scratch/phone.png")" -gt 20000
browse --window-size=360,740 --blink-settings=preferredColorScheme=0 --screenshot="$scratch/dark.png" "file://$page" >/dev/null || true
passes "a picture in dark" test "$(wc -c <"$scratch/dark.png")" -gt 20000
browse --no-pdf-header-footer --print-to-pdf="$scratch/book.pdf" "file://$page" >/dev/null || true
pages=$(LC_ALL=C grep -a -c '/Type /Page$' "$scratch/book.pdf" || true)
passes "on paper every rule begins a page (got $pages)" test "$pages" -gt "$rules"

if [ -n "$kept" ]; then
    mkdir -p "$kept"
    cp "$scratch"/*.png "$scratch"/*.pdf "$page" "$kept/"
fi
finish
