#!/bin/sh
# A pharmacist's bundle reaches the running service: signed, reloaded under load by signal and by call, refused when
# it is altered, rolled back; nothing is lost and every decision is of one set of rules. Decisions D7, D54; control
# CTL-16, CTL-17.
#
#   reload_test.sh ROOT BINARY
set -eu
root=$1
binary=$2
# shellcheck source=tests/e2e/check.sh
. "$root/tests/e2e/check.sh"
cd "$scratch"

openssl genpkey -algorithm ed25519 -out board.key 2>/dev/null
openssl pkey -in board.key -pubout -out board.pem
cp -r "$root/rules" next
sed -i 's/^version: .*/version: next/' next/ruleset.yaml
sed -i 's/twitching; check magnesium/twitching; check magnesium today/' next/packs/core/CMB-DIURETIC-LOWK.yaml
passes "the shipped rules are built" "$binary" rules build "$root/rules" --out first.json --key board.key >out
passes "changed rules need another version" sh -c '! "$1" rules build next --out next.json --since first.json' sh "$binary" 2>err
contains "and lint says so" err "error L14"
awk '/^version:/ { $2 = "99.0.0" } { print }' next/packs/core/CMB-DIURETIC-LOWK.yaml >rule && mv rule next/packs/core/CMB-DIURETIC-LOWK.yaml
passes "the changed rules are built" "$binary" rules build next --out next.json --key board.key --since first.json >out
cp -r "$root/rules" broken
sed -i '/id: moderate/s/below: 3.0 mmol/below: 3.1 mmol/' broken/packs/core/EL-K-LOW.yaml
code=0
"$binary" rules build broken --out broken.json --key board.key >out 2>err || code=$?
same "no bundle of rules that fail a test" 1 "$code"
passes "not even a file" test ! -e broken.json
contains "which is named" err "test cases failed, the first: "

use() { cp "$1" site.json.new && cp "$1.sig" site.json.sig && mv site.json.new site.json; }
cat >site.yaml <<'END'
content: {bundle: site.json, trusted_keys: [board.pem]}
admin: {listen: "127.0.0.1:0", token_file: tokens}
metrics: {listen: "127.0.0.1:0"}
END
token=$(openssl rand -hex 32)
(umask 077 && echo "pharmacy $token" >tokens)
use first.json
state=$scratch/state
start_service "$binary" "$state" --config site.yaml
port_of() { sed -n "s/.*\"event\":\"$1: listening\".*\"port\":\"\([0-9]*\)\".*/\1/p" "$state/service.log"; }
admin=http://127.0.0.1:$(port_of admin)/admin/v1
metrics=http://127.0.0.1:$(port_of metrics)/metrics
first=$(sed -n 's/.*"digest":"\([0-9a-f]*\)","files".*/\1/p' first.json)
next=$(sed -n 's/.*"digest":"\([0-9a-f]*\)","files".*/\1/p' next.json)
passes "the two contents differ" test "$first" != "$next"

reload() { fetch -o answer -w '%{http_code}' -X POST -H "Authorization: Bearer $token" "$admin/reload"; }
same "nobody reloads without a token" 401 "$(fetch -o answer -w '%{http_code}' -X POST "$admin/reload")"

# Load: four clients over connections of their own; each goes on until the contents were exchanged six times, and
# then makes one batch more.
"$root/deploy/samples/fill.sh" "$root/deploy/samples/patient-view.json" >call.json
view=http://127.0.0.1:$port/cds-services/twitch-patient-view
batch=25
load() {
    n=0
    last=
    until [ -n "$last" ]; do
        [ ! -e exchanged ] || last=yes
        n=$((n + 1))
        i=0
        while [ $i -lt $batch ]; do
            printf 'url = "%s"\noutput = "body-%s-%s-%s"\n' "$view" "$1" "$n" "$i"
            i=$((i + 1))
        done >"urls-$1"
        echo $batch >>"sent-$1"
        curl --noproxy '*' -sS --max-time 60 -H 'Content-Type: application/json' --data-binary @call.json \
            -w '%{http_code}\n' -K "urls-$1" >>"codes-$1"
    done
}
loads=
for client in 1 2 3 4; do
    load $client &
    loads="$loads $!"
done
reloads=0
for wanted in next first next first next first; do # each return to the first is a roll back
    use $wanted.json
    same "a reload under load" 200 "$(reload)"
    reloads=$((reloads + 1))
done
touch exchanged
for pid in $loads; do wait "$pid"; done

sent=$(cat sent-* | awk '{ n += $1 } END { print n }')
passes "the load went on meanwhile" test "$sent" -ge $((4 * 2 * batch))
same "every call was answered" "$sent" "$(cat codes-* | grep -c '^200$')"
"$binary" audit show --directory "$state/audit" --type decision --json >decisions
same "every answer has its record" "$sent" "$(wc -l <decisions)"
same "every record is of one of the two contents" "$sent" "$(grep -cE "\"pack\":\{[^}]*\"sha256\":\"($first|$next)\"" decisions)"
old_text=$(grep -c 'twitching; check magnesium"' decisions || true)
new_text=$(grep -c 'twitching; check magnesium today"' decisions || true)
same "cards of the first content" "$(grep -c "\"sha256\":\"$first\"" decisions || true)" "$old_text"
same "cards of the next content" "$(grep -c "\"sha256\":\"$next\"" decisions || true)" "$new_text"
same "no decision shows both" "$sent" "$((old_text + new_text))"
passes "both contents answered" test "$old_text" -gt 0 -a "$new_text" -gt 0
same "answers show what the records say" "$new_text" "$(grep -l 'twitching; check magnesium today"' body-* | wc -l)"
printf '%s calls, %s reloads; %s by the first content, %s by the next\n' "$sent" "$reloads" "$old_text" "$new_text"

# An altered bundle is refused; the old rules go on.
use next.json
same "the next content" 200 "$(reload)"
sed 's/furosemide/furosemidx/' next.json >altered && mv altered site.json
kill -HUP "$service"
tries=0
until fetch -o scraped "$metrics" && grep -q "^twitch_cds_content_reload_refused 1" scraped; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || break
    sleep 0.1
done
passes "SIGHUP with an altered bundle is refused" test "$tries" -lt 100
fetch -o ready "http://127.0.0.1:$port/healthz/ready"
contains "health says so" ready '"warning":"content-reload-refused"'
contains "the operations log says why" "$state/service.log" 'site.json.sig is of no trusted key, or the bundle was altered'
fetch -o body -H 'Content-Type: application/json' --data-binary @call.json "$view"
contains "the old rules go on" body 'twitching; check magnesium today"'
same "the admin call says 409" 409 "$(reload)"
contains "and why" answer 'the bundle was altered'

# Back to the first, by the configuration.
sed -i 's/site.json/first.json/' site.yaml
same "another bundle of the configuration" 200 "$(reload)"
fetch -o body -H 'Content-Type: application/json' --data-binary @call.json "$view"
contains "the first rules answer again" body 'twitching; check magnesium"'
fetch -o ready "http://127.0.0.1:$port/healthz/ready"
same "health is good again" '{"status":"ready"}' "$(cat ready)"
stop_service

"$binary" audit show --directory "$state/audit" --type config --json | grep '"change":"content"' >configs
same "the start, each exchange and each refusal are on record" "$((1 + reloads + 1 + 2 + 1))" "$(wc -l <configs)"
same "two of them refused" 2 "$(grep -c '"outcome":"refused"' configs)"
contains "with who asked" configs '"via":"admin","actor":"pharmacy"'
passes "the log is intact" "$binary" audit verify --directory "$state/audit" >out
for digest in "$first" "$next"; do
    kept=$state/twitch-cds/packs/$digest.json
    passes "the content is kept" test -s "$kept"
    passes "with its signature" openssl pkeyutl -verify -rawin -pubin -inkey board.pem -in "$kept" -sigfile "$kept.sig" >out
    contains "and the log knows its bytes" configs "\"stored\":\"$(sha256sum "$kept" | cut -d' ' -f1)\""
done

# Production takes a bundle without approval only by name and version.
printf '%032d' 0 >audit.key && chmod 600 audit.key
production() {
    code=0
    TWITCH_CDS__AUDIT__KEY_FILE=audit.key TWITCH_CDS__AUDIT__DIRECTORY=$scratch/production \
        TWITCH_CDS__CONTENT__STORE=$scratch/production-packs "$binary" serve --mode production \
        --listen 127.0.0.1:0 --config site.yaml >out 2>&1 || code=$?
    same "$1" 78 "$code"
    contains "$1" out "$2"
}
production "an unapproved pack" "content: {acknowledged: {pack: twitch-core"
rm first.json.sig
production "no signature" "content.bundle first.json: it is not signed"
printf 'content: {bundle: first.json}\n' >site.yaml
production "no trusted key" "content.bundle is set without content.trusted_keys"
finish
