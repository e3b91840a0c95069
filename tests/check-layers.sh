#!/bin/sh
# Includes point down, and each foreign library is used in one place.
set -u
cd "${top_srcdir:-.}" || exit 1
bad=0

# What a directory may include with "": its own headers and these directories'.
below() {
	case $1 in
	lib) echo lib ;;
	db) echo db lib ;;
	phone) echo phone lib ;;
	phone-sim) echo phone-sim phone lib ;;
	smsd) echo smsd db lib ;;
	smsd/modem) echo smsd/modem smsd lib ;;
	web-cgi) echo web-cgi db lib ;;
	esac
}

# Who may include <$1>, as patterns of file names.
owner() {
	case $1 in
	openssl/*) echo 'lib/seal*' ;;
	libpq*.h | postgres*.h) echo 'db/*' ;;
	curl/*) echo 'smsd/post.c' ;;
	gammu*.h | gammu/*) echo 'smsd/modem/*' ;;
	sqlite3*.h) echo 'smsd/spool* phone/*' ;;
	fcgi*.h | qrencode.h) echo 'web-cgi/*' ;;
	archive*.h | libical/* | libxml/*) echo 'web-cgi/export_* web-cgi/import_* web-cgi/occur.c' ;;
	confuse.h) echo 'lib/conf.c' ;;
	zlib.h) echo 'lib/pack*' ;;
	zstd.h) echo 'lib/coding.c' ;;
	seccomp.h) echo 'smsd/modem/*' ;;
	event*.h | event2/*) echo 'smsd/* phone-sim/*' ;;
	esac
}

files() {
	find "$1" -maxdepth 1 -name '*.[ch]' | sort
}

includes() { # of file $1 between $2: <> or ""
	case $2 in
	angle) sed -n 's/^[ 	]*#[ 	]*include[ 	]*<\([^>]*\)>.*/\1/p' "$1" ;;
	quote) sed -n 's/^[ 	]*#[ 	]*include[ 	]*"\([^"]*\)".*/\1/p' "$1" ;;
	esac
}

complain() {
	echo "# $1"
	bad=$((bad + 1))
}

check_quoted() { # directory, file
	for h in $(includes "$2" quote); do
		[ "$h" = config.h ] && continue
		found=
		for d in $(below "$1"); do
			[ -f "$d/$h" ] && found=$d
		done
		[ -n "$found" ] || complain "$2: got \"$h\", want one of: $(below "$1")"
	done
}

check_foreign() { # file
	for h in $(includes "$1" angle); do
		allowed=$(owner "$h")
		[ -n "$allowed" ] || continue
		ok=
		set -f
		for p in $allowed; do
			# shellcheck disable=SC2254
			case $1 in $p) ok=yes ;; esac
		done
		set +f
		[ -n "$ok" ] || complain "$1: got <$h>, want it in $allowed only"
	done
}

n=0
result() {
	n=$((n + 1))
	if [ $bad -eq 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; fi
	bad=0
}

echo 1..9
for dir in lib db phone phone-sim smsd smsd/modem web-cgi; do
	count=0
	for f in $(files $dir); do
		count=$((count + 1))
		check_quoted $dir "$f"
		check_foreign "$f"
	done
	[ $count -gt 0 ] || [ $dir != lib ] ||
		complain "no C files found in $PWD/lib"
	result "$dir: $count files include what they may"
done

# libGammu is GPL-2 and OpenSSL 3 is not compatible with it: not one program.
for f in smsd/modem/*.[ch]; do
	case " $(includes "$f" quote | tr '\n' ' ')" in
	*" seal.h "* | *" seal_internal.h "*) complain "$f: includes seal.h" ;;
	esac
done
result "smsd/modem: no OpenSSL beside libGammu"

# Cryptography is called nowhere else, by whatever header.
for f in $(find db phone phone-sim smsd web-cgi -name '*.c'); do
	if grep -nE '\b(EVP_|OSSL_|RAND_bytes|HMAC\(|SHA256\()' "$f" >/dev/null; then
		complain "$f: calls OpenSSL"
	fi
done
result "OpenSSL is called in lib/seal*.c alone"
