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

# Each include of directory $1: file, <> or "", header.
includes() {
	awk '/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
		split($0, part, /[<">]/)
		print FILENAME, ($0 ~ /</ ? "angle" : "quote"), part[2]
	}' "$1"/*.[ch]
}

complain() {
	echo "# $1"
	bad=$((bad + 1))
}

check_quoted() { # directories, file, header
	[ "$3" = config.h ] && return
	for d in $1; do
		[ -f "$d/$3" ] && return
	done
	complain "$2: got \"$3\", want one of: $1"
}

check_foreign() { # file, header
	allowed=$(owner "$2")
	[ -n "$allowed" ] || return
	set -f
	for p in $allowed; do
		# shellcheck disable=SC2254
		case $1 in $p) set +f; return ;; esac
	done
	set +f
	complain "$1: got <$2>, want it in $allowed only"
}

n=0
result() {
	n=$((n + 1))
	if [ $bad -eq 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; fi
	bad=0
}

echo 1..9
for dir in lib db phone phone-sim smsd smsd/modem web-cgi; do
	count=$(files $dir | wc -l)
	list=$(mktemp)
	includes $dir >"$list"
	dirs=$(below $dir)
	while read -r f how h; do
		case $how in
		quote) check_quoted "$dirs" "$f" "$h" ;;
		angle) check_foreign "$f" "$h" ;;
		esac
	done <"$list"
	rm -f "$list"
	[ $count -gt 0 ] || [ $dir != lib ] ||
		complain "no C files found in $PWD/lib"
	result "$dir: $count files include what they may"
done

# libGammu is GPL-2 and OpenSSL 3 is not compatible with it: not one program.
for f in $(includes smsd/modem | awk '$3 ~ /^seal(_internal)?\.h$/ { print $1 }'); do
	complain "$f: includes seal.h"
done
result "smsd/modem: no OpenSSL beside libGammu"

# Cryptography is called nowhere else, by whatever header.
for f in $(find db phone phone-sim smsd web-cgi -name '*.c' -exec \
    grep -lE '\b(EVP_|OSSL_|RAND_bytes|HMAC\(|SHA256\()' {} +); do
	complain "$f: calls OpenSSL"
done
result "OpenSSL is called in lib/seal*.c alone"
