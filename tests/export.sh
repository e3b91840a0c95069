#!/bin/sh
# What is exported, read back by readers that are not ours.
set -u
top=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
build=${top_builddir:-$top}
skip() {
	echo "1..0 # SKIP $1"
	exit 0
}
command -v xmllint >/dev/null || skip "xmllint is missing"
/usr/bin/python3 -c 'import vobject, icalendar' 2>/dev/null ||
	skip "python3-vobject or python3-icalendar is missing"
exec /usr/bin/python3 -B "$top/tests/export.py" "$build/tests/export_from"
