#!/bin/sh
# The vectors in the tree are those that the second implementation makes.
set -u
dir=${top_srcdir:-.}/tests/vectors
echo 1..1
if ! command -v python3 >/dev/null; then
	echo "ok 1 - frames.txt is what second.py makes # SKIP no python3"
elif PYTHONDONTWRITEBYTECODE=1 python3 "$dir/second.py" "$dir/frames.txt"; then
	echo "ok 1 - frames.txt is what second.py makes"
else
	echo "not ok 1 - frames.txt is what second.py makes"
	echo "# run tests/vectors/second.py and compare with tests/vectors/frames.txt"
fi
