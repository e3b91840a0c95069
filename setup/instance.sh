# One whole smsvault in one directory: PostgreSQL, simulator, gateway, pages.
# Sourced by sh, after common.sh.  Set before use:
#   inst       its directory (made if it is not there)
#   bin_*      where the programs are: see instance_programs
#   run_as     an ordinary user to run as when we are root, else empty
#   demo       not empty: the pages have one for the simulator
# Every daemon writes $inst/log/NAME.log and has its pid in $inst/run/NAME.pid.
# shellcheck shell=sh

pg_bin=/usr/lib/postgresql/15/bin
service_number=+358401000000

# instance_programs DIR: the programs of a build tree; with "installed", of a
# prefix that make install has filled.
instance_programs() {
	if [ "${2-}" = installed ]; then
		bin_smsd=$1/sbin/smsd
		bin_modem=$1/libexec/smsvault/smsd-modem
		bin_smsctl=$1/sbin/smsctl
		bin_sim=$1/bin/phone-sim
		bin_pages=$1/libexec/smsvault/smsvault-pages
		dir_migrations=$1/share/smsvault/migrations
		dir_static=$1/share/smsvault/static
	else
		bin_smsd=$1/smsd/smsd
		bin_modem=$1/smsd/smsd-modem
		bin_smsctl=$1/smsd/smsctl
		bin_sim=$1/phone-sim/phone-sim
		bin_pages=$1/web-cgi/smsvault-pages
		dir_migrations=$top/db/migrations
		dir_static=$top/web-cgi/static
	fi
}

# Run a command as the user of the instance.
as_user() {
	if [ -n "${run_as-}" ]; then
		setpriv --reuid="$run_as" --regid="$(id -g "$run_as")" --init-groups \
		    env -C "$inst" HOME="$inst" "$@"
	else
		"$@"
	fi
}

# daemon NAME COMMAND...: start it behind us, with its log and its pid.
daemon() {
	name=$1
	shift
	if running "$name"; then
		return 0
	fi
	rm -f "$inst/run/$name.pid"
	# The braces: not even the shell behind & may hold our output open.
	{
		as_user setsid sh -c 'echo $$ >"$1"; shift; exec "$@"' sh \
		    "$inst/run/$name.pid" "$@"
	} >>"$inst/log/$name.log" 2>&1 </dev/null &
	wait_for 5 test -s "$inst/run/$name.pid" ||
	    die "$name could not be started: see $inst/log/$name.log"
}

running() {
	[ -s "$inst/run/$1.pid" ] && kill -0 "$(cat "$inst/run/$1.pid")" 2>/dev/null
}

# stop NAME [SIGNAL [SECONDS]]: ask it to end, wait, and make sure.
stop() {
	running "$1" || { rm -f "$inst/run/$1.pid"; return 0; }
	pid=$(cat "$inst/run/$1.pid")
	kill -s "${2:-TERM}" "$pid" 2>/dev/null
	wait_for "${3:-15}" not_running "$pid" || kill -s KILL "$pid" 2>/dev/null
	rm -f "$inst/run/$1.pid"
}

not_running() {
	! kill -0 "$1" 2>/dev/null
}

# wait_for SECONDS COMMAND...: until it succeeds; 1 at the deadline.
wait_for() {
	# By the clock: on a busy machine one look may take seconds.
	wait_until=$(($(date +%s) + $1))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$wait_until" ] || return 1
		sleep 0.1
	done
}

# The directories, keys and configuration files; leaves what is there alone.
instance_make() {
	mkdir -p "$inst" "$inst/etc" "$inst/keys" "$inst/run" "$inst/log" \
	    "$inst/sim" "$inst/spool"
	for key in gateway service; do
		[ -s "$inst/keys/$key.key" ] || (
			umask 077
			head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' \
			    >"$inst/keys/$key.key"
			echo >>"$inst/keys/$key.key"
		)
	done
	choose_port
	write_smsd_conf >"$inst/etc/smsd.conf"
	write_pages_conf >"$inst/etc/pages.conf"
	chmod 700 "$inst" "$inst/run" "$inst/keys"
	if [ -n "${run_as-}" ]; then
		chown -R "$run_as:" "$inst"
	fi
}

# Does anybody listen at this TCP port?  /proc/net/tcp lists those in state 0A,
# with ports in hexadecimal.
port_taken() {
	cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
	    grep -qE "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$1") [0-9A-F:]+ 0A"
}

# The first free TCP port from 8080 on.
free_port() {
	p=${1-8080}
	most=$((p + 200))
	while [ "$p" -lt "$most" ]; do
		port_taken "$p" || { echo "$p"; return; }
		p=$((p + 1))
	done
	die "no free port between ${1-8080} and $most"
}

# The port of the pages: the one asked for, or that of the last time, or a free
# one.
choose_port() {
	last=$(cat "$inst/etc/port" 2>/dev/null || true)
	if running lighttpd; then
		[ "${port-$last}" = "$last" ] ||
			die "the pages are running at port $last: stop them first"
		port=$last
	elif [ -n "${port-}" ]; then
		:
	elif [ -n "$last" ] && port_taken "$last"; then
		port=$(free_port)
		say "Port $last is taken by another program: the pages move to port $port"
	else
		port=${last:-$(free_port)}
	fi
	set_port
}

set_port() {
	echo "$port" >"$inst/etc/port"
	url=http://127.0.0.1:$port
	write_lighttpd_conf >"$inst/etc/lighttpd.conf"
}

conninfo() {
	printf "host=%s dbname=smsvault user=%s" "$inst/run" "$1"
}

pg_start() {
	if [ ! -s "$inst/pg/PG_VERSION" ]; then
		rm -rf "$inst/pg"
		as_user "$pg_bin/initdb" -D "$inst/pg" -U smsvault -A trust \
		    -E UTF8 --locale=C.UTF-8 --data-checksums >"$inst/log/initdb.log" 2>&1 ||
		    die "initdb failed: see $inst/log/initdb.log"
		as_user tee -a "$inst/pg/postgresql.conf" >/dev/null <<-EOT
			listen_addresses = ''
			unix_socket_permissions = 0700
			max_connections = 40
			log_min_messages = warning
			log_error_verbosity = terse
			log_min_error_statement = panic
		EOT
	fi
	daemon postgres "$pg_bin/postgres" -D "$inst/pg" -k "$inst/run"
	wait_for 60 as_user "$pg_bin/pg_isready" -q -h "$inst/run" ||
	    die "PostgreSQL did not start: see $inst/log/postgres.log"
}

# Create the database and bring its schema up to date.
pg_prepare() {
	as_user "$pg_bin/psql" -h "$inst/run" -U smsvault -d postgres -Atqc \
	    "SELECT 1 FROM pg_database WHERE datname = 'smsvault'" | grep -q 1 ||
	    as_user "$pg_bin/createdb" -h "$inst/run" -U smsvault smsvault ||
	    die "cannot create the database"
	as_user "$bin_smsctl" -c "$inst/etc/smsd.conf" migrate \
	    "$dir_migrations" "$(conninfo smsvault)" \
	    >>"$inst/log/migrate.log" 2>&1 ||
	    die "the schema could not be brought up to date: see $inst/log/migrate.log"
}

sim_start() {
	daemon phone-sim "$bin_sim" --socket "$inst/run/sim.sock" \
	    --modem "$inst/run/modem0" --phones "${phones-5}" \
	    --state "$inst/sim" --seed "${seed-1}" ${sim_options-}
	wait_for 20 test -S "$inst/run/sim.sock" ||
	    die "the simulator did not start: see $inst/log/phone-sim.log"
}

# sim COMMAND...: say one thing to the simulator.
sim() {
	as_user "$bin_sim" --socket "$inst/run/sim.sock" --ask "$*"
}

smsd_start() {
	daemon smsd "$bin_smsd" -c "$inst/etc/smsd.conf"
}

pages_answer() {
	running lighttpd && curl -sf -o "$inst/run/probe" "$url/" &&
	    sleep 0.3 && running lighttpd
}

pages_ended_or_answer() {
	! running lighttpd || pages_answer
}

# Who asks for a free port may find it taken when he comes to use it.
pages_start() {
	for try in 1 2 3 4 5; do
		daemon lighttpd /usr/sbin/lighttpd -D -f "$inst/etc/lighttpd.conf"
		wait_for 20 pages_ended_or_answer || true
		! pages_answer || return 0
		tail -n 3 "$inst/log/lighttpd.log" | grep -q 'Address already in use' || break
		[ "$try" = 5 ] || { port=$(free_port $((port + 1))); set_port; }
	done
	die "the pages do not answer at $url/: see $inst/log/lighttpd.log"
}

# operator NAME: one who may see the operators' pages; prints a password of his.
operator() {
	{
		as_user "$bin_smsctl" -c "$inst/etc/smsd.conf" operator add "$1" 2>/dev/null ||
		    as_user "$bin_smsctl" -c "$inst/etc/smsd.conf" operator password "$1"
	} | sed -n "s/^the password of $1 is //p"
}

instance_start() {
	pg_start
	pg_prepare
	sim_start
	smsd_start
	pages_start
}

instance_stop() {
	stop lighttpd
	stop smsd
	stop phone-sim
	stop postgres INT 30
}

write_smsd_conf() {
	cat <<-EOT
		# Written anew at each start.
		database = "$(conninfo smsvault_gateway)"
		spool = "$inst/spool/spool.db"
		keys = "$inst/keys"
		run = "$inst/run"
		modem_program = "$bin_modem"
		quiet_s = ${quiet_s-20}
		price_milli = 60
		modem "modem0" {
		    device = "$inst/run/modem0"
		}
	EOT
}

write_pages_conf() {
	cat <<-EOT
		# Written anew at each start.
		database = "$(conninfo smsvault_pages)"
		keys = "$inst/keys"
		operator_database = "$(conninfo smsvault_operator)"
		service_number = "$service_number"
		secure_cookie = false
	EOT
	[ -z "${demo-}" ] || printf 'simulator = "%s"\n' "$inst/run/sim.sock"
}

write_lighttpd_conf() {
	cat <<-EOT
		# Written anew at each start.
		server.modules = ( "mod_alias", "mod_expire", "mod_fastcgi" )
		server.document-root = "$dir_static"
		server.bind = "127.0.0.1"
		server.port = $port
		server.errorlog = "$inst/log/lighttpd-errors.log"
		server.upload-dirs = ( "$inst/run" )
		server.max-request-size = 8192
		server.stream-response-body = 1
		server.tag = ""
		mimetype.assign = ( ".css" => "text/css; charset=utf-8",
		    ".js" => "text/javascript; charset=utf-8", ".svg" => "image/svg+xml" )
		alias.url = ( "/static/" => "$dir_static/" )
		\$HTTP["url"] =~ "^/static/" {
		    expire.url = ( "" => "access plus 1 hours" )
		}
		\$HTTP["url"] !~ "^/static/" {
		    fastcgi.server = ( "" => (( "socket" => "$inst/run/pages.sock",
		        "bin-path" => "$bin_pages --config $inst/etc/pages.conf",
		        "check-local" => "disable", "max-procs" => 2 )) )
		}
	EOT
}
