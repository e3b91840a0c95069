#!/bin/sh
# Every kind of event that the code writes has words on the pages, in both
# languages.  The kinds are taken from the calls that write events.
set -u
top=${top_srcdir:-$(dirname "$0")/..}
build=${top_builddir:-$top}
failed=0
n=0

# Strings in what stands between "..._event_put(" or "gateway_event(" and the
# next ";": a kind is small letters and dashes, and is not the name of another
# thing only because it is an argument too.
kinds=$(cat "$top"/smsd/*.c "$top"/db/*.c "$top"/web-cgi/*.c | tr '\n\t' '  ' |
    grep -oE '(_event_put|gateway_event)\([^;]*;' |
    sed 's/[(,?:]/\n&/g' | grep -E '^[,?:] *"' |
    grep -oE '"[a-z]+(-[a-z]+)*"' | tr -d '"' | sort -u)
words=$("$build/tests/event_words") || exit 1

test_point() {
	n=$((n + 1))
	if [ "$2" = yes ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		failed=1
	fi
}

count=$(printf '%s\n' "$kinds" | wc -l)
test_point "the code writes $count kinds of events, of about 38" \
    "$([ "$count" -ge 36 ] && echo yes)"
for kind in $kinds; do
	line=$(printf '%s\n' "$words" | grep "^$kind	" || true)
	english=$(printf '%s' "$line" | cut -f2)
	chinese=$(printf '%s' "$line" | cut -f3)
	good=yes
	[ -n "$english" ] && [ -n "$chinese" ] && [ "$english" != "$chinese" ] || good=
	case $english in *"$kind"*) [ "${kind#*-}" = "$kind" ] || good= ;; esac
	# The words of a language are in its letters.
	printf '%s' "$chinese" | LC_ALL=C grep -q '[^ -~]' || good=
	test_point "$kind: ${english:-no words}" "$good"
done
twice=$(printf '%s\n' "$words" | cut -f1 | sort | uniq -d)
test_point "no kind has words twice${twice:+: $twice}" "$([ -z "$twice" ] && echo yes)"
echo "1..$n"
exit "$failed"
