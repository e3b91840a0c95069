# What the end-to-end tests share: a whole instance in a temporary directory,
# from the programs of the build tree, and TAP.  Sourced by sh.
# shellcheck shell=sh

top=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
build=${top_builddir:-$top}
. "$top/setup/common.sh"
. "$top/setup/instance.sh"

test_number=0
test_failed=0

plan() {
	echo "1..$1"
}

# ok WHY COMMAND...: one test point.
ok() {
	why=$1
	shift
	test_number=$((test_number + 1))
	if "$@" >"$inst/log/ok.out" 2>&1; then
		echo "ok $test_number - $why"
	else
		echo "not ok $test_number - $why"
		sed 's/^/# /' "$inst/log/ok.out" | tail -n 20
		test_failed=1
	fi
}

# equal WHY GOT WANT
equal() {
	test_number=$((test_number + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $test_number - $1"
	else
		echo "not ok $test_number - $1"
		echo "# got:  $2"
		echo "# want: $3"
		test_failed=1
	fi
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

need() {
	for c in "$@"; do
		command -v "$c" >/dev/null 2>&1 || [ -x "$c" ] || skip_all "$c is missing"
	done
}

# What no daemon may have said, whatever the test was about: reports of the
# sanitizers, and ends by a signal that was not ours.
trouble() {
	grep -hE 'Sanitizer|runtime error:|ended by signal' "$inst"/log/*.log |
	    grep -v 'ended by signal 9:' | head -n 20
}

# What the service and the phones say of themselves when a test has failed: it
# is read by whoever looks for the cause.
say_state() {
	for t in phone binding transfer restore down_frame outbox event lost; do
		echo "== $t"
		sql "SELECT to_jsonb(t) - '{frame,body,sealed}'::text[] FROM $t t LIMIT 300"
	done
	for p in $(seq "${phones-1}"); do
		sim phone "$p"
	done
}

finish() {
	status=$?
	[ "$status" = 0 ] || echo "Bail out! the test script itself failed"
	[ "$status$test_failed" = 00 ] || say_state >"$inst/log/state" 2>&1
	instance_stop
	said=$(trouble)
	if [ -n "$said" ] && [ "$status" = 0 ]; then
		echo "Bail out! a daemon was in trouble"
		printf '%s\n' "$said" | sed 's/^/# /'
		test_failed=1
	fi
	if [ "$test_failed" != 0 ] && [ -n "${SMSVAULT_OUT-}" ]; then
		rm -rf "$SMSVAULT_OUT/$(basename "$0" .sh)"
		mkdir -p "$SMSVAULT_OUT/$(basename "$0" .sh)"
		cp -r "$inst/log" "$SMSVAULT_OUT/$(basename "$0" .sh)/"
	fi
	rm -rf "$inst"
	[ "$status" = 0 ] && exit "$test_failed"
	exit "$status"
}

# A fresh instance.  As root its daemons run as "nobody", since PostgreSQL
# refuses root.
new_instance() {
	need "$pg_bin/initdb" /usr/sbin/lighttpd curl
	inst=$(mktemp -d "${TMPDIR:-/tmp}/smsvault.XXXXXX")
	run_as=
	if [ "$(id -u)" = 0 ]; then
		run_as=nobody
	fi
	instance_programs "$build"
	copy_programs
	mkdir -p "$inst/log"
	trap finish EXIT
	trap 'exit 1' INT TERM HUP
	port=$(free_port $((8300 + $$ % 900)))
	instance_make
}

# The build tree may be where the unprivileged user cannot look.
copy_programs() {
	mkdir -p "$inst/app/static" "$inst/app/migrations"
	for v in smsd modem smsctl sim pages; do
		eval "from=\$bin_$v"
		cp "$from" "$inst/app/" || exit 1
		eval "bin_$v=\$inst/app/\$(basename \"\$from\")"
	done
	cp -r "$dir_static/." "$inst/app/static/"
	cp -r "$dir_migrations/." "$inst/app/migrations/"
	cp "$build/tests/whole/dump" "$build/tests/whole/fill" "$inst/app/" || exit 1
	dir_static=$inst/app/static
	dir_migrations=$inst/app/migrations
}

sql() {
	as_user "$pg_bin/psql" -h "$inst/run" -U smsvault -d smsvault -Atqc "$1"
}

# fill LOGIN NTH-BOUND WHAT [COUNT]: see tests/whole/fill.c.
fill() {
	as_user "$inst/app/fill" "$(conninfo smsvault_pages)" \
	    "$(conninfo smsvault_gateway)" "$@" >"$inst/run/fill.sql" &&
	    as_user "$pg_bin/psql" -h "$inst/run" -U smsvault -d smsvault -q \
	    -v ON_ERROR_STOP=1 -f "$inst/run/fill.sql"
}

# ---- the owner's browser, by curl ----
web() {
	path=$1
	shift
	as_user curl -sS -f -L -b "$inst/run/cookies" -c "$inst/run/cookies" \
	    -H 'Accept-Language: en' "$@" "$url$path"
}

csrf() {
	sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' "$inst/run/page" | head -n 1
}

field() {
	sed -n "s/.*id=\"$1\"[^>]*>\([^<]*\)<.*/\1/p" "$inst/run/page" | head -n 1
}

register() {
	web /register >"$inst/run/page" || return 1
	web /register --data-urlencode "csrf=$(csrf)" --data-urlencode "login=$1" \
	    --data-urlencode "password=$2" --data-urlencode "password2=$2" \
	    --data language=en >"$inst/run/page" || return 1
	[ -n "$(field recovery)" ]
}

newest_binding_is_bound() {
	[ "$(sql "SELECT state FROM binding ORDER BY created_at DESC LIMIT 1")" = bound ]
}

# bind N [SECONDS]: bind simulated phone N to the account that is signed in.
# The phone says that it is bound before its proof has arrived.
bind() {
	web /phones/add >"$inst/run/page" || return 1
	web /phones/add --data-urlencode "csrf=$(csrf)" --data-urlencode "name=" \
	    --data-urlencode "question=Name of your first pet?" \
	    --data-urlencode "answer=Musti" >"$inst/run/page" || return 1
	sim phone "$1" bind "$(field code)" && sim wait phone "$1" bound "${2-60}" &&
	    wait_for "${2-60}" newest_binding_is_bound
}

# Everything on the phone is in the vault, once, octet for octet:
# same_as_phone N LOGIN PASSWORD NTH-BOUND.
same_as_phone() {
	sim phone "$1" dump | grep -v '^ok$' | LC_ALL=C sort >"$inst/run/phone.txt"
	as_user "$inst/app/dump" "$(conninfo smsvault_pages)" "$2" "$3" "$4" |
	    LC_ALL=C sort >"$inst/run/vault.txt"
	[ -s "$inst/run/phone.txt" ] || { echo "the phone has no records"; return 1; }
	cmp "$inst/run/phone.txt" "$inst/run/vault.txt" || {
		echo "phone: $(wc -l <"$inst/run/phone.txt") records, vault: $(wc -l <"$inst/run/vault.txt")"
		diff "$inst/run/phone.txt" "$inst/run/vault.txt" | cut -c1-100 | head -n 6
		return 1
	}
}
