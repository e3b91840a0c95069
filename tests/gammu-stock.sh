#!/bin/sh
# The stock gammu and gammu-smsd, unchanged, on the simulator's modem.
set -u
. "${top_srcdir:-$(dirname "$0")/..}/tests/whole/lib.sh"

need gammu gammu-smsd
phones=1
sim_options="--contacts 0 --messages 0 --calls 0 --events 0 --notes 0 --files 0"
new_instance
plan 12
sim_start
cat >"$inst/etc/gammurc" <<-EOT
	[gammu]
	device = $inst/run/modem0
	connection = at
EOT
as_user mkdir -p "$inst/box/in" "$inst/box/out" "$inst/box/sent" "$inst/box/error"
sed 's/^	//' >"$inst/etc/smsdrc" <<-EOT
	$(cat "$inst/etc/gammurc")
	[smsd]
	service = files
	inboxpath = $inst/box/in/
	outboxpath = $inst/box/out/
	sentsmspath = $inst/box/sent/
	errorsmspath = $inst/box/error/
	inboxformat = detail
	commtimeout = 1
	receivefrequency = 1
	debuglevel = 0
	logfile = $inst/log/gammu-smsd.own.log
EOT

gammu_does() { # PATTERN ARGUMENTS...: its output has the pattern
	pattern=$1
	shift
	as_user timeout 60 gammu -c "$inst/etc/gammurc" "$@" >"$inst/run/gammu" 2>&1
	status=$?
	cat "$inst/run/gammu"
	[ "$status" = 0 ] && grep -q "$pattern" "$inst/run/gammu"
}

phone_has() { # PATTERN
	sim phone 1 messages 50 | grep -q "$1"
}

inbox_has() { # PATTERN
	grep -rq "$1" "$inst/box/in"
}

number=$(sim phone 1 | sed -n 's/^number \(+[0-9]*\).*/\1/p')
ok "gammu identifies the modem" gammu_does "phone-sim" --identify
ok "and its network" gammu_does "Simulated" --networkinfo
ok "and its signal" gammu_does "Signal strength" --monitor 1
sim sms "$number" "$service_number" text "Good morning from a phone" >/dev/null
sim sms "$number" "$service_number" text "早上好" >/dev/null
ok "gammu reads a message" gammu_does "Good morning from a phone" getallsms
ok "and one in Chinese" grep -q "早上好" "$inst/run/gammu"
ok "gammu deletes them" gammu_does "" deleteallsms 1
ok "and they are gone" sim wait modem 0 empty 10
ok "gammu sends a message" \
    gammu_does "OK, message reference" sendsms TEXT "$number" -text "Good evening"
ok "which the phone receives" wait_for 20 phone_has "Good evening"
daemon gammu-smsd /usr/bin/gammu-smsd -c "$inst/etc/smsdrc"
sim sms "$number" "$service_number" text "To the daemon" >/dev/null
ok "gammu-smsd receives a message" wait_for 60 inbox_has "To the daemon"
ok "and deletes it from the modem" sim wait modem 0 empty 30
as_user tee "$inst/box/out/OUT${number}.txt" >/dev/null <<-EOT
	From the daemon
EOT
ok "gammu-smsd sends one" wait_for 60 phone_has "From the daemon"
stop gammu-smsd
stop phone-sim
