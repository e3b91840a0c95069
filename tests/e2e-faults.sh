#!/bin/sh
# The whole gateway under faults: killed at twenty points, its database gone
# for a minute, its modem unplugged, malformed SMS.  Nothing lost, nothing
# doubled: at the end the vault equals the phone, octet for octet.
set -u
. "${top_srcdir:-$(dirname "$0")/..}/tests/whole/lib.sh"

phones=2
quiet_s=3
outage_s=${SMSVAULT_OUTAGE_S-60}
new_instance
plan 14
instance_start
ok "an account is registered" register faults "correct horse battery"
ok "the first phone is bound over three SMS" bind 1

# Who holds the modem, the database, the spool: any of them may be killed.
kill_one() {
	case $(($1 % 4)) in
	0) pid=$(cat "$inst/run/smsd.pid") ;;
	1) pid=$(pgrep -f "^$bin_modem" | head -n 1) ;;
	2) pid=$(pgrep -f "$bin_smsd.*ingest" | head -n 1) ;;
	3) pid=$(pgrep -f "$bin_smsd.*outbox" | head -n 1) ;;
	esac
	[ -n "$pid" ] && kill -s KILL "$pid" || return 1
	kills=$((kills + 1))
	if [ $(($1 % 4)) = 0 ]; then
		# Children whose parent has died end by themselves.
		wait_for 10 not_running "$pid"
		smsd_start
	fi
}

kills=0
sim phone 1 upload >/dev/null
i=0
while [ "$i" -lt 20 ]; do
	sim phone 1 contact add "Killed $i" "+3584099990$(printf %02d "$i")" >/dev/null
	sim phone 1 upload >/dev/null
	# Points of the way: from at once to well into the work.
	sleep "0.$(printf %02d $((i * 37 % 100)))"
	kill_one "$i"
	i=$((i + 1))
	sleep 0.5
done
equal "twenty processes were killed" "$kills" 20
sim phone 1 upload >/dev/null
ok "after the kills everything is acknowledged" sim wait phone 1 acked 180
ok "and the vault equals the phone" same_as_phone 1 faults "correct horse battery" 1
equal "no version is stored twice" \
    "$(sql "SELECT count(*) - count(DISTINCT (phone_id, transfer, ordinal)) FROM record_version")" 0

stop postgres INT 30
sim phone 1 contact add "During the outage" +358409999199 >/dev/null
sim phone 1 upload >/dev/null
sleep "$outage_s"
ok "smsd outlives $outage_s s without its database" running smsd
pg_start
ok "what came meanwhile is acknowledged" sim wait phone 1 acked 120
ok "and is in the vault" same_as_phone 1 faults "correct horse battery" 1

# A header that claims more octets than there are, between two good messages.
sim phone 1 contact add "Before the bad one" +358409999201 >/dev/null
sim phone 1 upload >/dev/null
sim modem 0 raw 0891534850020200F0440B915348000000F100F462110000000000057F0504415600 >/dev/null
sim phone 1 contact add "After the bad one" +358409999202 >/dev/null
sim phone 1 upload >/dev/null
ok "both good messages around a malformed one arrive" sim wait phone 1 acked 120
ok "and are in the vault" same_as_phone 1 faults "correct horse battery" 1
ok "the malformed one is set aside" \
    wait_for 60 sh -c "'$bin_smsctl' -c '$inst/etc/smsd.conf' quarantine list | grep -q ."

sim modem 0 detach >/dev/null
sim phone 1 contact add "While unplugged" +358409999203 >/dev/null
sim phone 1 upload >/dev/null
sleep 3
sim modem 0 attach >/dev/null
ok "an unplugged modem is taken up again" sim wait phone 1 acked 120
ok "and the vault equals the phone" same_as_phone 1 faults "correct horse battery" 1
