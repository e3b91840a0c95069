# What ./start, ./test and the end-to-end tests share.  Sourced by sh.
# shellcheck shell=sh

# Say what happens, in plain words.
say() {
	printf '%s\n' "$*"
}

die() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# What Debian 12 calls the things we need: to build, to run, to test.
build_packages='autoconf automake make gcc libc6-dev pkg-config libgammu-dev
libpq-dev libssl-dev libsqlite3-dev zlib1g-dev libconfuse-dev libevent-dev
libseccomp-dev libqrencode-dev libfcgi-dev check libjansson-dev
libzstd-dev libarchive-dev libical-dev libxml2-dev libcurl4-openssl-dev'
run_packages='postgresql-15 lighttpd curl'
test_packages='postgresql-15-pgtap postgresql-client-15 gammu gammu-smsd
chromium fonts-wqy-zenhei mandoc valgrind clang libclang-rt-14-dev
clang-format sqlite3 xz-utils python3-vobject python3-icalendar
libxml2-utils python3-aiosmtpd zbar-tools'

# Install those of the named packages that are missing.
install_packages() {
	missing=
	for p in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null |
		    grep -qx installed || missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	say "Installing what is missing:$missing"
	if [ "$(id -u)" = 0 ]; then
		as_root=
	elif command -v sudo >/dev/null 2>&1; then
		as_root=sudo
	else
		die "these packages are missing:$missing. Run this as root once, or install sudo."
	fi
	# A cluster of the distribution's own is not wanted: ours is private.
	$as_root mkdir -p /etc/postgresql-common/createcluster.d
	[ -e /etc/postgresql-common/createcluster.conf ] ||
		printf 'create_main_cluster = false\n' |
		$as_root tee /etc/postgresql-common/createcluster.d/smsvault.conf >/dev/null
	log=$(mktemp)
	if ! { $as_root apt-get update -q &&
	    $as_root env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		die "apt-get could not install:$missing. The whole log is in $log."
	fi
	rm -f "$log"
}

# configure and make in a directory of its own: build_in DIR [configure options]
build_in() {
	dir=$1
	shift
	mkdir -p "$dir"
	if [ ! -x "$top/configure" ] || [ "$top/configure.ac" -nt "$top/configure" ]; then
		(cd "$top" && autoreconf -fi) >"$dir/autoreconf.log" 2>&1 || {
			tail -n 20 "$dir/autoreconf.log" >&2
			die "autoreconf failed: see $dir/autoreconf.log"
		}
	fi
	if [ ! -f "$dir/Makefile" ] || [ "$top/configure" -nt "$dir/config.status" ] ||
	    [ "$(cat "$dir/.options" 2>/dev/null)" != "$*" ]; then
		(cd "$dir" && "$top/configure" "$@") >"$dir/configure.out" 2>&1 || {
			tail -n 20 "$dir/configure.out" >&2
			die "configure failed: see $dir/config.log"
		}
		printf '%s' "$*" >"$dir/.options"
	fi
	make -C "$dir" -j"$(nproc)" >"$dir/make.log" 2>&1 || {
		grep -E 'error|warning|\*\*\*' "$dir/make.log" | head -n 30 >&2
		die "make failed: see $dir/make.log"
	}
}
