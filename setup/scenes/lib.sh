# What the scenes share.  A scene acts one story on real parts: a private
# service in a directory of its own, with simulated phones whose clock runs
# faster.  It says in plain words what happens, and each claim is checked, so
# that it is a test as well.  Sourced by sh.
# shellcheck shell=sh

. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/whole/lib.sh"

password="correct horse battery"

tell() {
	echo "# $*"
}

# scene POINTS TITLE: begin; phones, sim_options and quiet_s as they are set.
scene() {
	quiet_s=${quiet_s-1}
	new_instance
	plan "$1"
	tell "$2"
	instance_start
}

# Everyone at the pages has cookies of his own: be NAME.
be() {
	[ -z "${who-}" ] || as_user cp "$inst/run/cookies" "$inst/run/cookies-$who"
	who=$1
	as_user rm -f "$inst/run/cookies"
	[ ! -f "$inst/run/cookies-$who" ] ||
	    as_user cp "$inst/run/cookies-$who" "$inst/run/cookies"
}

upload() { # N: by hand, all of it
	sim phone "$1" upload >/dev/null && sim wait phone "$1" acked "${2:-120}"
}

refused() { # COMMAND...: the simulator says no
	! sim "$@"
}

counts() { # SQL WANT
	[ "$(sql "$1")" = "$2" ]
}

has_event() { # KIND: the service has noted it
	[ "$(sql "SELECT count(*) FROM event WHERE kind = '$1'")" -gt 0 ]
}

lost() { # ID WHAT...: ordered on the page of that phone
	at="/phone/lost?id=$1"
	shift
	web "$at" >"$inst/run/page" &&
	    web "$at" --data-urlencode "csrf=$(csrf)" --data "id=${at#*=}" "$@" >"$inst/run/page"
}
