#!/bin/sh
# Every test that tests/claims.md names exists, and has the point it quotes.
set -u
top=${top_srcdir:-$(dirname "$0")/..}
n=0
failed=0

# Lines of "file: words" from the table's last columns.
claims=$(grep -o '`[^`]*`: "[^"]*"' "$top/tests/claims.md")
IFS='
'
for claim in $claims; do
	file=$(printf '%s' "$claim" | cut -d '`' -f 2)
	words=$(printf '%s' "$claim" | sed 's/^[^"]*"//; s/"$//')
	n=$((n + 1))
	if grep -qF -e "$words" "$top/$file" 2>/dev/null; then
		echo "ok $n - $file: $words"
	else
		echo "not ok $n - $file: $words"
		failed=1
	fi
done
n=$((n + 1))
if [ "$n" -gt 30 ]; then
	echo "ok $n - the table was read"
else
	echo "not ok $n - the table was read"
	failed=1
fi
echo "1..$n"
exit $failed
