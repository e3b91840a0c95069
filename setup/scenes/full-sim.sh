#!/bin/sh
# The gateway's SIM is full: messages wait in the network, none is lost.
set -u
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/setup/scenes/lib.sh"

phones=2
sim_options="--slots 3,2 --contacts 20 --messages 40 --calls 20"
scene 7 "The gateway is down while a phone sends, and its SIM holds five SMS."

ok "an account" register full "$password"
ok "phone 1 is bound" bind 1
ok "and saved, five slots at a time" upload 1
tell "The gateway ends. The phone goes on sending."
stop smsd
for n in 1 2 3 4 5 6 7 8; do
	sim phone 1 note add "Note $n" "What was said on day $n, word for word: $(head -c 60 /dev/urandom | od -An -tx1 | tr -d ' \n')" >/dev/null
done
sim phone 1 upload >/dev/null
more_than_fit() {
	sim stats | grep -qE 'waiting [1-9]'
}
ok "the SIM is full, the rest waits in the network" wait_for 30 more_than_fit
ok "not all has arrived" refused wait phone 1 acked 1
tell "The gateway is back."
smsd_start
ok "everything arrives" sim wait phone 1 acked 120
ok "the vault equals the phone" same_as_phone 1 full "$password" 1
