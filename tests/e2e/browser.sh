# shellcheck shell=sh disable=SC2154
# The browser of tests that look at pages, if there is one. Sourced after check.sh.

browser=
for name in chromium chromium-browser google-chrome; do
    [ -n "$browser" ] || browser=$(command -v "$name" || true)
done
if [ -z "$browser" ]; then
    printf 'SKIPPED: no browser here, so the page was not looked at. Fix: apt-get install chromium.\n'
    finish
fi

# browse OPTION...   one run of the browser with a profile of its own
browse() {
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
        --user-data-dir="$scratch/profile" --hide-scrollbars "$@" 2>>"$scratch/browser.log"
}
