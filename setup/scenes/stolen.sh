#!/bin/sh
# A stolen phone with a new SIM.
set -u
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/setup/scenes/lib.sh"

phones=1
sim_options="--speed 60 --contacts 20 --messages 40 --calls 20"
scene 17 "The phone is stolen. The thief puts his own SIM in."

ok "an account" register victim "$password"
ok "the phone is bound" bind 1
ok "and saved" upload 1
tell "There is no coverage where it is taken. Notes wait to be saved."
sim phone 1 policy note at-once >/dev/null
sim phone 1 coverage off >/dev/null
for i in 1 2 3 4 5; do
	sim phone 1 note add "Waiting $i" "To be saved at once" >/dev/null
done
nth_sent() { # N: what the Nth SMS of the phone was
	sim phone 1 sent | sed -n "s/^$1 //p"
}
sent=$(sim phone 1 sent 1 | sed -n 's/^\([0-9]*\) .*/\1/p')
tell "The thief's SIM."
sim phone 1 sim +358409998877 >/dev/null
sim phone 1 coverage on >/dev/null
ok "another SIM: the phone says so by itself" wait_for 60 has_event sim-changed
ok "what has waited is saved" wait_for 120 counts \
    "SELECT count(*) FROM record_version WHERE kind = 5" "$(sim phone 1 notes 99 | grep -vc '^ok$')"
equal "another SIM is the first thing that it says" "$(nth_sent $((sent + 1)))" \
    "transfer $(sql "SELECT max(transfer) FROM record_version WHERE kind = 8"), whole"
ok "its new number is known, and confirmed" wait_for 60 counts \
    "SELECT number FROM phone" +358409998877
tell "The owner says on the page that it is lost."
id=$(sql "SELECT phone_id FROM phone")
shows() { # STAND: what the page says of it
	web "/phone/lost?id=$id" | grep -q "data-stand=\"$1\""
}
ok "it is ordered" lost "$id" --data "act=on&lock=1&locate=5" \
    --data-urlencode "text=Call +358501112233"
ok "the phone is in lost mode" sim wait phone 1 lost 60
ok "which the page says once the phone has confirmed it" wait_for 60 shows on
ok "lost: its settings are locked" refused phone 1 user set call off
sim phone 1 call out +358405550000 33 >/dev/null
ok "the thief's call is reported at once" wait_for 60 counts \
    "SELECT count(*) FROM record_version WHERE kind = 3" 21
ok "and where the phone is" wait_for 60 counts \
    "SELECT count(*) > 0 FROM record_version WHERE kind = 9" t
tell "The owner has it back, and says so on the page."
ok "it is ordered" lost "$id" --data act=found
ok "found: the phone is in lost mode no more" sim wait phone 1 found 60
ok "found: its settings are its user's again" sim phone 1 user set call off
ok "which the page says as well" wait_for 120 shows off
