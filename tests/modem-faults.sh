#!/bin/sh
# A modem that goes away, falls silent, hangs in the middle of an answer, keeps
# what it should delete; a child that hangs; parts of transfers interleaved,
# missing and doubled.  All that came whole is stored, once, and no slot stays
# taken.
set -u
. "${top_srcdir:-$(dirname "$0")/..}/tests/whole/lib.sh"
. "$top/bench/lib.sh"

bench_phones=2
plan 17
bench_instance
sed 's/^    device/    poll_s = 2\n    device/' "$inst/etc/smsd.conf" >"$inst/run/conf"
cat "$inst/run/conf" >"$inst/etc/smsd.conf"
stop smsd
smsd_start

modem_pid() {
	pgrep -f "^$bin_modem" | head -n 1
}

# Another than $1, and at work.
new_modem() {
	pid=$(modem_pid)
	[ -n "$pid" ] && [ "$pid" != "$1" ]
}

says() { # COUNT PATTERN: in the log, at least so often
	[ "$(grep -c "$2" "$inst/log/smsd.log")" -ge "$1" ]
}

stored() {
	sql "SELECT count(*) FROM record_version"
}

all_stored() {
	[ "$(stored)" = "$1" ]
}

sent=0
# say_something COUNT: so many messages of phones, each with one record.
say_something() {
	frames "$1" singles >"$inst/run/frames"
	sent=$((sent + $(wc -l <"$inst/run/frames")))
	pump 0 "$inst/run/frames" "$inst/run/times"
}

ok "the modem is ready" wait_for 60 says 2 "modem0: ready"
say_something 20
ok "what phones say is stored" wait_for 60 all_stored $sent

was=$(modem_pid)
sim modem 0 detach >/dev/null
say_something 8
ok "a modem that is gone is noticed" wait_for 30 says 1 "does not answer"
sim modem 0 attach >/dev/null
ok "and taken up again when it is back" wait_for 60 all_stored $sent

sim modem 0 mute 3600 >/dev/null
ok "a modem that answers nothing is noticed" wait_for 60 says 1 "stopped answering"
say_something 8
sim modem 0 mute 0 >/dev/null
ok "and taken up again when it answers" wait_for 60 all_stored $sent

was=$(modem_pid)
sim modem 0 fault list-cut 1 >/dev/null
say_something 8
ok "a listing that never ends costs the process, no more" wait_for 90 new_modem "$was"
ok "and the next one reads what is there" wait_for 90 all_stored $sent

was=$(modem_pid)
as_user kill -s STOP "$was"
say_something 8
ok "a process that hangs is killed" wait_for 90 new_modem "$was"
ok "and the next one goes on" wait_for 60 all_stored $sent

sim modem 0 fault delete-error 5 >/dev/null
say_something 8
ok "deletions that fail are made good" wait_for 60 sim wait modem 0 empty 1
ok "with every message stored" wait_for 60 all_stored $sent

# Before each segment: its transfer, its index, whether it is the last.  Behind
# seven octets of port header it is 41 in hex, key id, then a bit for the last,
# four of index and eleven of the transfer's number.
parts() {
	awk 'function hex(c) { return index("0123456789abcdef", c) - 1 }
	{
		a = hex(substr($2, 25, 1))
		b = hex(substr($2, 26, 1))
		print $1 "/" b % 8 substr($2, 27, 2), a % 8 * 2 + (b >= 8), (a >= 8), $0
	}'
}

# Ten transfers and more of two phones: parts in any order, some twice; every
# fifth transfer lacks its third part.
frames 200 transfers | grep ' .\{14\}41' | parts | awk '{
	if (!($1 in nth)) nth[$1] = n++
	if (++part[$1] == 3 && nth[$1] % 5 == 4) next
	print $4, $5
	if (NR % 3 == 0) print $4, $5
}' | LC_ALL=C sort -k2.60,2.70 >"$inst/run/frames"
# Whole are those of which each index is here, up to the last.
whole=$(sort -u "$inst/run/frames" | parts | awk '{
	have[$1]++
	if ($3) want[$1] = $2 + 1
}
END { for (id in have) if (have[id] == want[id]) n++; print n + 0 }')
cut=$(($(parts <"$inst/run/frames" | cut -d" " -f1 | sort -u | wc -l) - whole))
ok "ten transfers are whole, and others are not: $whole and $cut" \
    test "$whole" -ge 10 -a "$cut" -ge 2
before=$(sql "SELECT count(*) FROM transfer WHERE state = 'stored'")
all_whole() {
	[ "$(sql "SELECT count(*) FROM transfer WHERE state = 'stored'")" = \
	    $((before + whole)) ]
}
pump 0 "$inst/run/frames" "$inst/run/times"
ok "every whole transfer is stored" wait_for 60 all_whole
ok "no slot of the modem stays taken" sim wait modem 0 empty 60
equal "no record is stored twice" \
    "$(sql "SELECT count(*) - count(DISTINCT (phone_id, kind, record_id)) FROM record_version")" 0
equal "no process was killed but the one that hung" \
    "$(grep -c "its process hangs" "$inst/log/smsd.log")" 1
