#!/bin/sh
# A broken phone and its replacement.
set -u
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/setup/scenes/lib.sh"

phones=2
sim_options="--speed 60 --contacts 5 --messages 6 --calls 4"
scene 18 "The phone falls into the sea. A new one gets all that was on it."

ok "an account" register sailor "$password"
ok "the phone is bound" bind 1
as_user dd if=/dev/urandom of="$inst/sim/harbour.jpg" bs=9000 count=1 status=none
sim phone 1 file add "$inst/sim/harbour.jpg" >/dev/null
ok "and saved" upload 1
before=$(sim phone 1 contacts; sim phone 1 messages; sim phone 1 calls; sim phone 1 notes)
tell "It is gone. A new phone comes from the shop, with nothing on it."
sim phone 1 power off >/dev/null
sim phone 2 factory-reset >/dev/null
ok "the new one is bound" bind 2
tell "On the page: replace the old phone by the new one."
old=$(sql "SELECT min(phone_id) FROM phone")
new=$(sql "SELECT max(phone_id) FROM phone")
web /restore/replace >"$inst/run/page"
replace() { # PATH [MORE]
	web "$1" --data-urlencode "csrf=$(csrf)" --data "from=$old&to=$new&${2-}" \
	    --data "replace=1&k1=1&k2=1&k3=1&k4=1&k5=1&k6=1" >"$inst/run/page"
}
names_price() {
	replace /restore && grep -q 'id="sms">.*[1-9]' "$inst/run/page"
}
ok "the page names the price" names_price
names_days() {
	tr '\n' ' ' <"$inst/run/page" | grep -E 'about [0-9]+ days.*Of your daily limit of SMS, restores may use: 45.*name="beyond"'
}
ok "and the days that it takes within the daily limit, and offers to go beyond" names_days
sim phone 2 coverage off >/dev/null
tell "He cannot wait for days, and lets this restore alone go beyond the limit."
ok "and starts" replace /restore/start beyond=1
tell "There is no coverage. He pauses it, and goes on where there is."
restore=$(sed -n 's/.*data-restore="\([0-9]*\)".*/\1/p' "$inst/run/page")
make_it() { # STATE: by the button
	web /restore/state --data-urlencode "csrf=$(csrf)" --data "id=$restore&state=$1" \
	    >"$inst/run/page" && grep -q "data-state=\"$1\"" "$inst/run/page"
}
ok "the restore is paused" make_it paused
ok "paused: nothing more is sent" wait_for 60 counts \
    "SELECT count(*) FROM outbox WHERE purpose = 'restore' AND state IN ('queued', 'sending')" 0
ok "paused: it is not over" counts "SELECT state FROM restore" paused
sim phone 2 coverage on >/dev/null
ok "the restore is resumed" make_it running
ok "resumed: the new phone's receipt says that all has arrived" wait_for 240 counts \
    "SELECT state || ' ' || (receipt_mark = mark AND receipt_failed = 0) FROM restore" \
    "done true"
ok "beyond the limit went what he granted, and no more" counts \
    "SELECT sum(s.sms) FILTER (WHERE s.purpose = 'granted') BETWEEN 51 AND max(r.sms_estimate) AND
    coalesce(sum(s.sms) FILTER (WHERE s.purpose <> 'granted'), 0) <= 50
    FROM spend s, (SELECT sms_estimate FROM restore) r" t
# What is numbered anew by the phone is the same but for its number.
same() {
	after=$(sim phone 2 contacts; sim phone 2 messages; sim phone 2 calls; sim phone 2 notes)
	plain() { sed 's/^[0-9]* //' | LC_ALL=C sort; }
	printf '%s\n' "$before" | plain >"$inst/run/before"
	printf '%s\n' "$after" | plain >"$inst/run/after"
	[ "$(wc -l <"$inst/run/before")" -gt 15 ] && diff "$inst/run/before" "$inst/run/after"
}
ok "its contacts, messages and calls are those of the old one" same
for f in $(sim phone 1 file list | sed -n 's/^\([0-9][0-9]*\) .*/\1/p'); do
	sim phone 1 file save "$f" "$inst/sim/old-$f" >/dev/null
done
for f in $(sim phone 2 file list | sed -n 's/^\([0-9][0-9]*\) .*/\1/p'); do
	sim phone 2 file save "$f" "$inst/sim/new-$f" >/dev/null
done
digests() { # OLD-OR-NEW
	for f in "$inst/sim/$1"-*; do cksum <"$f" || return; done | sort
}
same_files() {
	[ -n "$(digests old)" ] && [ "$(digests old)" = "$(digests new)" ]
}
ok "its files are the old one's, octet for octet" same_files
ok "the old phone is bound no more" wait_for 60 counts \
    "SELECT count(*) FROM phone WHERE phone_id = $old AND unbound_at IS NULL" 0
tell "The new phone saves what is new on it, and only that."
sim phone 2 note add Harbour "The boat is fine" >/dev/null
ok "what it has is in the vault" upload 2
ok "and equals it" wait_for 60 same_as_phone 2 sailor "$password" 2
