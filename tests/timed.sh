#!/bin/sh
# timed.sh DRIVER ARGUMENT...: run automake's driver of one test, and note in
# tests/times how many seconds it took, and how many of a processor's.
next=
name=test
for a in "$@"; do
	[ -z "$next" ] || name=$a
	next=
	[ "$a" != --test-name ] || next=yes
done
began=$(date +%s)
"$@"
status=$?
took=$(($(date +%s) - began))
mkdir -p tests
# Not in a pipe: that would be another process, without our children.
times >"tests/times.$$"
cpu=$(tail -n 1 "tests/times.$$" | awk '{ split($0, t, /[ms ]+/)
	print int(t[1] * 60 + t[2] + t[3] * 60 + t[4] + 0.5) }')
rm -f "tests/times.$$"
echo "$took $cpu $name" >>tests/times
exit "$status"
