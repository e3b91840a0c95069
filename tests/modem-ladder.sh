#!/bin/sh
# A modem that falls silent for good: it is started anew, then the operator's
# program cuts its power, then somebody is told.  Quicker than it is set by
# default; check_ladder holds the default times.
set -u
. "${top_srcdir:-$(dirname "$0")/..}/tests/whole/lib.sh"
. "$top/bench/lib.sh"

bench_phones=1
plan 14
bench_instance
# The power of a modem on a pty is its fault's end.  Nothing before $inst/run/on
# says that there is any.
cat >"$inst/run/hook" <<-EOT
	#!/bin/sh
	echo "\$1 \$2" >>"$inst/run/hooked"
	[ ! -f "$inst/run/on" ] ||
	    $bin_sim --socket "$inst/run/sim.sock" --ask "modem 0 mute 0" >/dev/null
EOT
chmod 755 "$inst/run/hook"
sed "s|^    device|    reset_after_s = 2\n    hook_after_s = 12\n    alarm_after_s = 18\n    power_hook = \"$inst/run/hook\"\n    device|" \
    "$inst/etc/smsd.conf" >"$inst/run/conf"
cat "$inst/run/conf" >"$inst/etc/smsd.conf"
stop smsd
smsd_start

says() { # COUNT PATTERN: in the log, at least so often
	[ "$(grep -c "$2" "$inst/log/smsd.log")" -ge "$1" ]
}

stored() {
	[ "$(sql "SELECT count(*) FROM record_version")" -ge "$1" ]
}

hooked() {
	[ -f "$inst/run/hooked" ] && [ "$(wc -l <"$inst/run/hooked")" -ge "$1" ]
}

say_something() {
	frames 2 singles >"$inst/run/frames"
	pump 0 "$inst/run/frames" "$inst/run/times"
}

ok "the modem is ready" wait_for 60 says 2 "modem0: ready"

# One whose firmware hangs: a reset helps.
sim modem 0 fault stuck 1 >/dev/null
say_something
ok "that it is silent is noticed" wait_for 60 says 1 "stopped answering"
ok "it is told to start anew" wait_for 60 says 1 "does not answer: reset"
ok "and is ready again" wait_for 60 says 3 "modem0: ready"
ok "what came meanwhile is stored" wait_for 60 stored 2
ok "the operator's program was not run" test ! -f "$inst/run/hooked"

# One that a reset does not reach: its power is cut.
as_user touch "$inst/run/on"
sim modem 0 mute 3600 >/dev/null
say_something
ok "the operator's program is run" wait_for 90 hooked 1
equal "with the modem's name and device" \
    "$(cat "$inst/run/hooked" 2>/dev/null)" "modem0 $inst/run/modem0"
ok "and what came meanwhile is stored" wait_for 60 stored 4

# One that nothing helps.
rm -f "$inst/run/on"
sim modem 0 mute 3600 >/dev/null
ok "somebody is told" wait_for 120 says 1 "modem0: has not answered for .* see to"
step_is() {
	[ "$(sql "SELECT step FROM modem WHERE name = 'modem0'")" = "$1" ]
}
ok "and operators see that all was tried" wait_for 60 step_is alarm
sim modem 0 mute 0 >/dev/null
ok "and told that it is back" wait_for 60 says 1 "modem0: is back"
ok "as operators see" wait_for 60 step_is ""
say_something
ok "and it is used again" wait_for 60 stored 6
