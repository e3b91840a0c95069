#!/bin/sh
# Every test that tests/claims.md names is one that is run, and has a test point
# of exactly the name that is quoted.
set -u
top=${top_srcdir:-$(dirname "$0")/..}
n=0
failed=0

point() { # WHY YES
	n=$((n + 1))
	if [ "$2" = yes ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		failed=1
	fi
}

# The names of a test's points, one a line.  In shell: ok "..." or equal "...";
# in C: START_TEST(...) that is also added to a case; in JavaScript: the text
# that is the last but optional argument of ok(), equal(), match() and the like,
# or the first of step().
points_sh() {
	sed -n 's/^[[:blank:]]*\(ok\|equal\) "\([^"]*\)".*/\2/p' "$1"
}

points_c() {
	for t in $(sed -n 's/^START_TEST(\([a-z0-9_]*\))$/\1/p' "$1"); do
		grep -q "tcase_add_\(loop_\)\{0,1\}test(.*\b$t\b" "$1" && echo "$t"
	done
}

# A statement ends in a ; at the end of a line.
points_mjs() {
	sed 's/;$/;\x01/' "$1" | tr '\n\t' '  ' | tr '\001' '\n' |
	    sed -n -e 's/.*\bstep("\([^"]*\)",.*/\1/p' \
	        -e 's/.*\b\(ok\|equal\|match\|is_in_state\)(.*, *"\([^"]*\)"\(, [^"]*\)\{0,1\}); *$/\2/p'
}

# Is it among what make check runs, or run by one that is?
is_run() {
	case $1 in
	*.mjs) grep -l "/$1\"" "$top"/tests/e2e-*.sh | sed 's|.*/||' | while read -r by; do
			grep -q "TESTS.*tests/$by" "$top"/tests/*.mk && echo yes
		done
		# Or it is a part of one that is.
		grep -l "from \"\./${1##*/}\"" "$top"/tests/web/*.mjs | while read -r by; do
			is_run "tests/web/${by##*/}"
		done ;;
	setup/*) grep -q "^	$1" "$top"/tests/*.mk && echo yes ;;
	*.c) program=$(grep -h "\b$1\b" "$top"/tests/*.mk | tr -d '\n')
		[ -n "$program" ] && echo yes ;;
	*) grep -q "TESTS.*$1\|^	$1" "$top"/tests/*.mk && echo yes ;;
	esac
}

# Lines of "file: words" from the table's last column.
claims=$(grep -o '`[^`]*`: "[^"]*"' "$top/tests/claims.md")
IFS='
'
for claim in $claims; do
	file=$(printf '%s' "$claim" | cut -d '`' -f 2)
	words=$(printf '%s' "$claim" | sed 's/^[^"]*"//; s/"$//')
	point "$file: $words" "$("points_${file##*.}" "$top/$file" 2>/dev/null | grep -qxF -e "$words" && echo yes)"
done
for file in $(printf '%s\n' "$claims" | cut -d '`' -f 2 | sort -u); do
	point "$file is run" "$(is_run "$file" | head -n 1)"
done
rows=$(grep -c '^| [^-]' "$top/tests/claims.md")
shown=$(grep -c '^| .* | .*`: ".*" |$' "$top/tests/claims.md")
point "each of $((rows - 1)) promises names where it is shown" \
    "$([ "$shown" -gt 30 ] && [ "$shown" = $((rows - 1)) ] && echo yes)"
echo "1..$n"
exit $failed
