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
plan 22
instance_start
ok "an account is registered" register faults "correct horse battery"
ok "the first phone is bound over three SMS" bind 1

# Who holds the modem, the database, the spool: any of them may be killed.
pid_of() { # ROLE
	case $1 in
	smsd) cat "$inst/run/smsd.pid" ;;
	modem) pgrep -f "^$bin_modem" ;;
	*) pgrep -f "^$bin_smsd.*--role $1" ;;
	esac 2>/dev/null | head -n 1
}

has_role() {
	pid=$(pid_of "$1") && [ -n "$pid" ] && kill -0 "$pid"
}

# Where the way stands: SMS that the phone has sent, that the spool has had, and
# transfers in the vault.
way() {
	printf '%s sent, %s spooled, %s stored' \
	    "$(sim phone 1 | sed -n 's/^frames sent \([0-9]*\),.*/\1/p')" \
	    "$(as_user sqlite3 -readonly "$inst/spool/spool.db" 'SELECT max(id) FROM sms' 2>/dev/null)" \
	    "$(sql "SELECT count(*) FROM transfer WHERE state = 'stored'")"
}

kills=0
failed_kills=0
: >"$inst/log/kills"
# kill_one ROLE: with SIGKILL; what had been stopped does not run again.
kill_one() {
	pid=$(pid_of "$1")
	if [ -n "$pid" ] && kill -s KILL "$pid"; then
		kills=$((kills + 1))
		echo "$1 $2: $(way)" | tee -a "$inst/log/kills" | sed 's/^/# killed /'
	else
		failed_kills=$((failed_kills + 1))
	fi
	if [ "$1" = smsd ]; then
		# Children whose parent has died end by themselves.
		wait_for 10 not_running "$pid"
		smsd_start
	fi
}

stored() {
	sql "SELECT count(*) FROM transfer WHERE state = 'stored'"
}

# All that was sent is in the vault: the next kill finds the gateway at work,
# not one that has not come back from the last.
caught_up() {
	[ "$(stored)" -ge "$1" ]
}

sim phone 1 upload >/dev/null
sim wait phone 1 acked 120 >/dev/null
first=$(stored)
i=0
late=0
while [ "$i" -lt 20 ]; do
	case $((i % 4)) in
	0) role=smsd ;;
	1) role=modem ;;
	2) role=ingest ;;
	3) role=outbox ;;
	esac
	wait_for 60 caught_up $((first + i)) || late=$((late + 1))
	wait_for 20 has_role $role
	# Half of them at some moment of their work; half while all that is due
	# to them waits, since they were stopped before it came.
	if [ $((i / 4 % 2)) = 1 ]; then
		kill -s STOP "$(pid_of $role)"
		where="at its door"
	else
		where="after 0.$(printf %02d $((i * 37 % 60))) s"
	fi
	sim phone 1 contact add "Killed $i" "+3584099990$(printf %02d "$i")" >/dev/null
	sim phone 1 upload >/dev/null
	if [ "$where" = "at its door" ]; then
		sleep 1
	else
		sleep "0.$(printf %02d $((i * 37 % 60)))"
	fi
	kill_one $role "$where"
	i=$((i + 1))
done
equal "each time the gateway had come back from the kill before" "$late" 0
equal "twenty processes were killed, each there to be killed" "$kills, $failed_kills" "20, 0"
for role in smsd modem ingest outbox; do
	equal "of them five times $role" "$(grep -c "^$role " "$inst/log/kills")" 5
done
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

# An order with a blank forgotten: whoever looks at it does not see the code.
sim sms +358401234567 +358401000000 text "LOST0000-0000-0000-0000 my phone" >/dev/null
ctl() { "$bin_smsctl" -c "$inst/etc/smsd.conf" "$@"; }
ok "a text that is no order is set aside" \
    wait_for 60 sh -c "'$bin_smsctl' -c '$inst/etc/smsd.conf' quarantine list | grep -q 'not a frame'"
id=$(ctl quarantine list | sed -n 's/^\([0-9]*\):.*not a frame.*/\1/p' | head -n 1)
equal "and shown without the code in it" "$(ctl quarantine show "$id" | tail -n +2)" \
    "$(printf '**%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23)206d792070686f6e65"
ok "though it can be taken again" ctl quarantine replay "$id"

sim modem 0 detach >/dev/null
sim phone 1 contact add "While unplugged" +358409999203 >/dev/null
sim phone 1 upload >/dev/null
sleep 3
sim modem 0 attach >/dev/null
ok "an unplugged modem is taken up again" sim wait phone 1 acked 120
ok "and the vault equals the phone" same_as_phone 1 faults "correct horse battery" 1
