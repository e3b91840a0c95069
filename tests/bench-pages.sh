#!/bin/sh
# bench/pages works: every page of it answers, and is timed.
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
out=$(sh "$top_srcdir/bench/pages" --smoke) && status=0 || status=$?
case $out in
1..0*)
	printf '%s\n' "$out"
	exit 0
	;;
esac
printf '%s\n' "$out" | sed 's/^/# /'
timed=$(printf '%s\n' "$out" | grep -cE '^[a-z-]+ +[0-9.]+ +[0-9.]+ +[0-9.]+$')
if [ "$status" = 0 ] && [ "$timed" -ge 18 ]; then
	echo "ok 1 - $timed pages are timed"
else
	echo "not ok 1 - $timed pages are timed, and it ends with $status"
fi
echo 1..1
