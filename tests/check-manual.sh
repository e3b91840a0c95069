#!/bin/sh
# The manual pages are correct mdoc, and say what the programs say: every key
# of a configuration table has its .It, and every .It under KEYS is a key;
# every long option of a program is in its page.
set -u
cd "${top_srcdir:-.}" || exit 1
n=0
bad=0

complain() {
	echo "# $1"
	bad=$((bad + 1))
}

result() {
	n=$((n + 1))
	if [ $bad -eq 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; fi
	bad=0
}

skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

keys_of() { # the names in the conf_key tables of file $1
	tr '\n' ' ' <"$1" | grep -oE '\{[[:space:]]*"[a-z0-9_]+",[[:space:]]*CONF_' |
		sed 's/^[^"]*"\([^"]*\)".*/\1/'
}

options_of() { # the long options of file $1
	tr '\n' ' ' <"$1" |
		grep -oE '\{[[:space:]]*"[a-z0-9-]+",[[:space:]]*(no|required|optional)_argument' |
		sed 's/^[^"]*"\([^"]*\)".*/\1/'
}

items_of() { # .It of a key in the sections of page $1 whose heading has KEYS
	awk '/^\.Sh/ { on = /KEYS/ } on && /^\.It [A-Z][a-z] / { print $3 }' "$1"
}

plain() { # page $1 as text, hyphens as they are typed
	mandoc -T ascii "$1" 2>/dev/null | col -b | tr '\n' ' '
}

check_keys() { # source, page
	keys=$(keys_of "$1")
	for k in $keys; do
		grep -qE "^\.It [A-Z][a-z] $k( |\$)" "$2" ||
			complain "$2: no .It for $k, a key of $1"
	done
	for k in $(items_of "$2"); do
		printf '%s\n' "$keys" | grep -qxF "$k" ||
			complain "$2: $k is under KEYS, but no key of $1"
	done
	result "$2: the keys of $1"
}

check_options() { # source, page
	text=$(plain "$2")
	for o in $(options_of "$1"); do
		# what the parent alone passes to its children is not for people
		case $o in role | fd) continue ;; esac
		case $text in
		*"--$o"*) ;;
		*) complain "$2: does not mention --$o of $1" ;;
		esac
	done
	result "$2: the options of $1"
}

pages=$(find man -name '*.[1-8]' | sort)
tables='smsd/smsd_conf.c:man/smsd.conf.5 web-cgi/main.c:man/smsvault-pages.8'
programs='smsd/main.c:man/smsd.8 smsd/smsctl.c:man/smsctl.8
phone-sim/main.c:man/phone-sim.1 web-cgi/main.c:man/smsvault-pages.8'

set -- $pages $tables $programs
echo "1..$#"
for p in $pages; do
	if ! command -v mandoc >/dev/null; then
		skip "$p: mdoc" "no mandoc"
		continue
	fi
	said=$(mandoc -T lint -W warning "$p" 2>&1)
	[ -z "$said" ] || complain "$(echo "$said" | sed '2,$s/^/# /')"
	result "$p: mdoc"
done
for pair in $tables; do
	source=${pair%%:*} page=${pair#*:}
	if [ -f "$source" ] && [ -f "$page" ]; then
		check_keys "$source" "$page"
	else
		skip "$page: the keys of $source" "not there yet"
	fi
done
for pair in $programs; do
	source=${pair%%:*} page=${pair#*:}
	if [ ! -f "$source" ] || [ ! -f "$page" ]; then
		skip "$page: the options of $source" "not there yet"
	elif ! command -v mandoc >/dev/null; then
		skip "$page: the options of $source" "no mandoc"
	else
		check_options "$source" "$page"
	fi
done
