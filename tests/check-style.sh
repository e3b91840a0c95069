#!/bin/sh
# .clang-format is the law.  Generated tables are not written by hand.
set -u
cd "${top_srcdir:-.}" || exit 1
generated='lib/pack_characters.c lib/pack_dict.c lib/pack_prime_lines.c lib/pack_prime_words.c'

echo 1..1
if ! command -v clang-format >/dev/null; then
	echo "ok 1 - the C files are formatted # SKIP no clang-format"
	exit 0
fi
list=$(find lib db smsd phone phone-sim web-cgi tests bench -name '*.[ch]' | sort)
for g in $generated; do
	list=$(printf '%s\n' "$list" | grep -vxF "$g")
done
# Many at a time: to start it takes longer than to read a file.
bad=$(printf '%s\n' "$list" | xargs -n 50 clang-format --dry-run -Werror 2>&1 |
    sed -n 's/^\([^: ]*\):[0-9]*:[0-9]*: .*/\1/p' | sort -u)
count=$(printf '%s\n' "$list" | wc -l)
if [ -z "$bad" ] && [ "$count" -gt 10 ]; then
	echo "ok 1 - the $count C files are formatted"
else
	echo "not ok 1 - the $count C files are formatted"
	for f in $bad; do
		echo "# $f: run clang-format -i $f"
	done
fi
