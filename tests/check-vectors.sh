#!/bin/sh
# The vectors in the tree are those that the second implementation makes.
set -u
dir=${top_srcdir:-.}/tests/vectors
page=${top_srcdir:-.}/man/smsvault-wire.7
echo 1..2
if ! command -v python3 >/dev/null; then
	echo "ok 1 - frames.txt is what second.py makes # SKIP no python3"
elif PYTHONDONTWRITEBYTECODE=1 python3 "$dir/second.py" "$dir/frames.txt"; then
	echo "ok 1 - frames.txt is what second.py makes"
else
	echo "not ok 1 - frames.txt is what second.py makes"
	echo "# run tests/vectors/second.py and compare with tests/vectors/frames.txt"
fi

# The one vector in the manual page is one of them.
vector=$(grep -oE '^42cafef00d[0-9a-f]+' "$page")
if [ -n "$vector" ] && grep -q "^  sms $vector\$" "$dir/frames.txt"; then
	echo "ok 2 - the vector in the page is in frames.txt"
else
	echo "not ok 2 - the vector in the page is in frames.txt"
	echo "# got \"$vector\""
fi
