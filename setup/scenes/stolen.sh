#!/bin/sh
# A stolen phone with a new SIM.
set -u
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/setup/scenes/lib.sh"

phones=1
sim_options="--speed 60 --contacts 20 --messages 40 --calls 20"
scene 10 "The phone is stolen. The thief puts his own SIM in."

ok "an account" register victim "$password"
ok "the phone is bound" bind 1
ok "and saved" upload 1
tell "The thief's SIM."
sim phone 1 sim +358409998877 >/dev/null
ok "the phone says so by itself" wait_for 60 has_event sim-changed
ok "its new number is known, and confirmed" wait_for 60 counts \
    "SELECT number FROM phone" +358409998877
tell "The owner says that it is lost."
# XXX: the row that the page writes, until there is the page.
sql "INSERT INTO lost (account_id, phone_id, version, is_on, locate_min)
    SELECT account_id, phone_id, 1, true, 5 FROM phone" >/dev/null
ok "the phone is in lost mode" sim wait phone 1 lost 60
ok "its settings are locked" refused phone 1 user set call off
sim phone 1 call out +358405550000 33 >/dev/null
ok "the thief's call is reported at once" wait_for 60 counts \
    "SELECT count(*) FROM record_version WHERE kind = 3" 21
ok "and where the phone is" wait_for 60 sh -c '[ "$1" != 0 ]' sh \
    "$(sleep 10; sql 'SELECT count(*) FROM record_version WHERE kind = 9')"
sql "INSERT INTO lost (account_id, phone_id, version, is_on)
    SELECT account_id, phone_id, 2, false FROM phone" >/dev/null
ok "found: all is as before" sim wait phone 1 found 60
