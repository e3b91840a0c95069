#!/bin/sh
# A phone in a valley without coverage for three days.
set -u
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/setup/scenes/lib.sh"

phones=1
sim_options="--speed 14400 --contacts 20 --messages 40 --calls 20"
scene 6 "Three days in a valley: the phone has no network, and loses nothing."

ok "an account" register hiker "$password"
ok "its phone is bound" bind 1
ok "and saved" upload 1
sim phone 1 policy call at-once >/dev/null
tell "No coverage. The phone is used, and goes off and on once."
sim phone 1 coverage off >/dev/null
sim phone 1 note add Trail "left at the third bridge" >/dev/null
sim phone 1 call missed +358401112222 >/dev/null
# Six seconds are a day here.
sleep 6
sim phone 1 restart >/dev/null
sim phone 1 contact add "Mountain hut" +358405556666 >/dev/null
sleep 6
sim phone 1 note add Hut "Bed 7, 25 euros" >/dev/null
sleep 6
ok "after three days nothing of it is at the service" \
    sh -c '[ "$1" -gt 0 ]' sh "$(sim phone 1 | sed -n 's/^pending //p')"
tell "Coverage again."
sim phone 1 coverage on >/dev/null
ok "the vault comes to equal the phone" \
    wait_for 120 same_as_phone 1 hiker "$password" 1
ok "nothing is stored twice" counts \
    "SELECT count(*) - count(DISTINCT (phone_id, transfer, ordinal)) FROM record_version" 0
