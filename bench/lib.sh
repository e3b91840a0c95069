# What the benches share.  Sourced by sh, behind tests/whole/lib.sh.
# shellcheck shell=sh

bench_phones=${bench_phones-4}
missed=0

now_ms() {
	date +%s%3N
}

# All processes under these, themselves included.
tree() {
	for p in "$@"; do
		echo "$p"
		# shellcheck disable=SC2046
		tree $(pgrep -P "$p")
	done
}

# Microseconds that a daemon's processes have had on a processor.
cpu_us() {
	for p in $(tree "$(cat "$inst/run/$1.pid")"); do
		cat "/proc/$p/schedstat" 2>/dev/null
	done | awk '{ us += $1 / 1000 } END { printf "%.0f\n", us }'
}

# calc EXPRESSION [FORMAT]
calc() {
	awk "BEGIN { printf \"${2-%.3f}\", ($1) }"
}

# Command lines that the modem has answered.
modem_lines() {
	sim modem 0 | sed -n 's/.*, lines \([0-9]*\),.*/\1/p'
}

# bar WHAT GOT least|most WANT
bar() {
	if [ "$3" = least ]; then
		held=$(calc "$2 >= $4" %d)
	else
		held=$(calc "$2 <= $4" %d)
	fi
	if [ "$held" = 1 ]; then
		verdict=held
	else
		verdict=MISSED
		missed=$((missed + 1))
	fi
	printf '%-58s %9s  %-5s %6s  %s\n' "$1" "$2" "at $3" "$4" "$verdict"
}

# An instance whose PostgreSQL remembers when each transaction committed.
bench_instance() {
	phones=$bench_phones
	sim_options="--contacts 0 --messages 0 --calls 0 --events 0 --notes 0 --files 0"
	new_instance
	pg_start
	as_user "$pg_bin/psql" -h "$inst/run" -U smsvault -d postgres -qc \
	    "ALTER SYSTEM SET track_commit_timestamp = on"
	stop postgres INT 30
	instance_start
	for f in frames pump; do
		cp "$build/bench/$f" "$inst/app/" || exit 1
	done
	register bench "correct horse battery" || die "cannot register"
	n=1
	while [ "$n" -le "$bench_phones" ]; do
		bind $n >/dev/null || die "cannot bind phone $n"
		n=$((n + 1))
	done
	sim wait smsc empty 30 >/dev/null
	# Where a journal's every commit costs no disk, if there is such a place.
	journal_dir=$inst/run
	[ ! -d /dev/shm ] || journal_dir=/dev/shm/$(basename "$inst")
	as_user mkdir -p "$journal_dir"
	trap 'status=$?; rm -rf "/dev/shm/$(basename "$inst")"; (exit $status); finish' EXIT
}

# frames COUNT singles|transfers: what the phones say next, in turns.
frames() {
	set -- $(($1 / bench_phones)) "$2"
	i=1
	while [ "$i" -le "$bench_phones" ]; do
		number=$(sim phone $i | sed -n 's/^number \(+[0-9]*\).*/\1/p')
		# A copy, which then goes on where it was.
		[ -f "$journal_dir/journal-$i" ] ||
			for f in "$inst/sim/phone-$i.journal"*; do
				as_user cp "$f" "$journal_dir/journal-$i${f##*.journal}"
			done
		as_user "$inst/app/frames" "$1" "$2" "$number" "$journal_dir/journal-$i" \
		    >"$inst/run/frames-$i" || die "phone $i says nothing"
		i=$((i + 1))
	done
	paste -d '\n' "$inst"/run/frames-*
}

# pump RATE FRAMES TIMES
pump() {
	as_user "$inst/app/pump" "$1" "$inst/run/sim.sock" "$service_number" \
	    <"$2" >"$3" || die "the simulator does not take the messages"
}
