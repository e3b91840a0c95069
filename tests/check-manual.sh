#!/bin/sh
# The manual pages are correct mdoc, and say what the programs say.  Of each
# program and table this asks the source, so that a page cannot lag behind:
#  - every program that make install installs has a page, every page is in
#    man/local.mk and has the sections that its kind must have;
#  - every key of a configuration table has its .It, and every .It under KEYS
#    is a key; the installed example names every key too;
#  - every long option of a program is in its page, and each page's are its
#    program's;
#  - every command of smsctl and of phone-sim has its .It, and the other way;
#  - every table, column, function and role that db/migrations/*.sql make is in
#    smsvault-schema(7), and the other way;
#  - every cross-reference to a page of ours is to one that there is.
set -u
cd "${top_srcdir:-.}" || exit 1
n=0
bad=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

complain() {
	echo "# $1"
	bad=$((bad + 1))
}

result() {
	n=$((n + 1))
	if [ $bad -eq 0 ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; fi
	bad=0
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

# The names that stand alone, or first, in the initialisers of array $2 of
# file $1: commands, verbs.
names_of() {
	tr '\n' ' ' <"$1" | sed "s/.*[} ]$2\[\] = {/{/; s/};.*//" |
		grep -oE '\{[[:space:]]*"[a-z-]+"' | sed 's/^[^"]*"\([^"]*\)".*/\1/' | sort -u
}

words_of() { # first words of the .It in section $2 of page $1, by macro $3
	awk -v section="$2" -v macro="$3" '
		/^\.S[hs]/ { on = ($0 == ".Sh " section) }
		on && /^\.It / {
			for (i = 2; i < NF; i++)
				if ($i == macro && (i == 2 || $(i - 1) == "|"))
					print $(i + 1)
		}' "$1" | sort -u
}

# in_both WHAT FILE-OF-THE-SOURCE'S FILE-OF-THE-PAGE'S SOURCE PAGE
in_both() {
	if [ ! -s "$2" ]; then
		complain "found nothing of that kind in $4: has its form changed? then change this test"
	fi
	sort -u "$2" >"$work/theirs"
	sort -u "$3" >"$work/ours"
	comm -23 "$work/theirs" "$work/ours" >"$work/lacks"
	comm -13 "$work/theirs" "$work/ours" >"$work/invents"
	while read -r what; do
		complain "$5 lacks $1 \"$what\", which $4 has: describe it there"
	done <"$work/lacks"
	while read -r what; do
		complain "$5 describes $1 \"$what\", which $4 has not: take it out"
	done <"$work/invents"
}

check_mdoc() { # page
	said=$(mandoc -T lint -W warning "$1" 2>&1) || [ -n "$said" ] || said="mandoc failed"
	[ -z "$said" ] || complain "$(echo "$said" | sed '2,$s/^/# /')"
	grep -q "$1" man/local.mk || complain "man/local.mk does not install $1"
	wanted='NAME DESCRIPTION SEE_ALSO'
	case $1 in
	*.[18]) wanted='NAME SYNOPSIS DESCRIPTION SIGNALS FILES EXIT_STATUS
		EXAMPLES DIAGNOSTICS SECURITY SEE_ALSO' ;;
	*.5) wanted='NAME DESCRIPTION FILES EXAMPLES DIAGNOSTICS SECURITY SEE_ALSO' ;;
	esac
	for section in $wanted; do
		section=$(echo "$section" | tr _ ' ')
		grep -qx "\.Sh $section" "$1" || complain "$1 has no section $section"
	done
	# Pages of ours that it refers to.
	awk '$1 == ".Xr" { print "man/" $2 "." $3 }' "$1" | grep -E '/(sms|phone-sim)' |
		grep -vE 'smsd?tools' | sort -u >"$work/refers"
	while read -r other; do
		[ -f "$other" ] || complain "$1 refers to $other, which is not there"
	done <"$work/refers"
	result "$1: mdoc, sections, cross-references"
}

check_keys() { # source, page, example
	keys_of "$1" >"$work/keys"
	items_of "$2" >"$work/items"
	in_both "the key" "$work/keys" "$work/items" "$1" "$2"
	while read -r k; do
		grep -qE "^[[:space:]]*#?$k = " "$3" ||
			complain "$3 lacks the key \"$k\" of $1: put it in with its default"
	done <"$work/keys"
	result "$2: the keys of $1, and $3"
}

check_options() { # source, page
	# what a parent alone passes to its children is not for people, and stays
	# out of smsd(8)
	options_of "$1" | { [ "$2" != man/smsd.8 ] && cat || grep -vxE 'role|fd'; } >"$work/options"
	awk '/^\.Sh/ { on = /^\.Sh (SYNOPSIS|DESCRIPTION)/ }
		on { while (match($0, /Fl Fl [a-z][a-z-]*/)) {
			print substr($0, RSTART + 6, RLENGTH - 6)
			$0 = substr($0, RSTART + RLENGTH)
		} }' "$2" >"$work/said"
	in_both "the option" "$work/options" "$work/said" "$1" "$2"
	result "$2: the options of $1"
}

check_commands() { # source, array, page, section, macro
	names_of "$1" "$2" >"$work/names"
	words_of "$3" "$4" "$5" >"$work/words"
	in_both "the command" "$work/names" "$work/words" "$1" "$3"
	result "$3: $4 of $1"
}

# ---- the schema ----

# Statements, one a line, without comments, literals and bodies of functions.
statements() {
	sed 's/--.*//' "$@" | tr '\n\t' '  ' |
		sed "s/\\\$\\\$[^\$]*\\\$\\\$/ /g; s/'[^']*'/''/g" | tr ';' '\n' |
		sed 's/  */ /g; s/^ //; s/ $//'
}

# What the statements make in the end: "table T", "column T C", and so on.
made() {
	statements "$@" | awk '
	# Split at the commas that stand in no bracket; returns how many parts.
	function parts(text, out,    i, c, depth, n) {
		n = 1
		out[1] = ""
		depth = 0
		for (i = 1; i <= length(text); i++) {
			c = substr(text, i, 1)
			if (c == "(") depth++
			if (c == ")") depth--
			if (c == "," && depth == 0) { out[++n] = ""; continue }
			out[n] = out[n] c
		}
		for (i = 1; i <= n; i++) sub(/^ +/, "", out[i])
		return n
	}
	function bare(word) { gsub(/"/, "", word); sub(/^public\./, "", word); return word }
	function no_column(word) {
		return toupper(word) ~ /^(CONSTRAINT|CHECK|PRIMARY|FOREIGN|UNIQUE|EXCLUDE|LIKE)$/
	}
	function drop_table(t,    k) {
		delete table[t]
		for (k in column) if (index(k, t " ") == 1) delete column[k]
	}
	{ upper = toupper($0) }
	upper ~ /^CREATE (UNLOGGED )?TABLE / {
		text = $0
		sub(/^[^(]*TABLE +/, "", text)
		sub(/^[Ii][Ff] [Nn][Oo][Tt] [Ee][Xx][Ii][Ss][Tt][Ss] +/, "", text)
		name = text
		sub(/[ (].*/, "", name)
		name = bare(name)
		if (upper ~ / PARTITION OF /) next
		table[name] = 1
		sub(/^[^(]*\(/, "", text)
		sub(/\)[^)]*$/, "", text)
		n = parts(text, p)
		for (i = 1; i <= n; i++) {
			split(p[i], w, " ")
			if (!no_column(w[1])) column[name " " bare(w[1])] = 1
		}
	}
	upper ~ /^ALTER TABLE / {
		text = $0
		sub(/^[^ ]+ [^ ]+ +/, "", text)
		sub(/^[Oo][Nn][Ll][Yy] +/, "", text)
		sub(/^[Ii][Ff] [Ee][Xx][Ii][Ss][Tt][Ss] +/, "", text)
		name = text
		sub(/ .*/, "", name)
		sub(/^[^ ]+ +/, "", text)
		name = bare(name)
		n = parts(text, p)
		for (i = 1; i <= n; i++) {
			gsub(/[Ii][Ff] ([Nn][Oo][Tt] )?[Ee][Xx][Ii][Ss][Tt][Ss] /, "", p[i])
			split(p[i], w, " ")
			verb = toupper(w[1])
			k = toupper(w[2]) == "COLUMN" ? 3 : 2
			if (verb == "ADD" && !no_column(w[2])) column[name " " bare(w[k])] = 1
			if (verb == "DROP" && !no_column(w[2])) delete column[name " " bare(w[k])]
			if (verb == "RENAME" && toupper(w[2]) == "TO") {
				table[bare(w[3])] = 1
				for (c in column) if (index(c, name " ") == 1)
					column[bare(w[3]) substr(c, length(name) + 1)] = 1
				drop_table(name)
			} else if (verb == "RENAME" && toupper(w[2]) != "CONSTRAINT") {
				delete column[name " " bare(w[k])]
				column[name " " bare(w[k + 2])] = 1
			}
		}
	}
	upper ~ /^DROP TABLE / {
		text = $0
		gsub(/[Ii][Ff] [Ee][Xx][Ii][Ss][Tt][Ss] /, "", text)
		sub(/^[^ ]+ [^ ]+ +/, "", text)
		n = parts(text, p)
		for (i = 1; i <= n; i++) { sub(/ .*/, "", p[i]); drop_table(bare(p[i])) }
	}
	upper ~ /^CREATE (OR REPLACE )?(MATERIALIZED )?VIEW / {
		match(upper, /VIEW +/)
		name = substr($0, RSTART + RLENGTH)
		sub(/[ (].*/, "", name)
		table[bare(name)] = 1
	}
	upper ~ /^CREATE (OR REPLACE )?(FUNCTION|PROCEDURE) / {
		match(upper, /(FUNCTION|PROCEDURE) +/)
		name = substr($0, RSTART + RLENGTH)
		sub(/[ (].*/, "", name)
		func_[bare(name)] = 1
	}
	upper ~ /^DROP (FUNCTION|PROCEDURE) / {
		text = $0
		gsub(/[Ii][Ff] [Ee][Xx][Ii][Ss][Tt][Ss] /, "", text)
		sub(/^[^ ]+ [^ ]+ +/, "", text)
		sub(/[ (].*/, "", text)
		delete func_[bare(text)]
	}
	END {
		for (k in table) print "table " k
		for (k in column) print "column " k
		for (k in func_) print "function " k
	}'
	# Roles are made in blocks of their own, since a cluster may have them.
	sed 's/--.*//' "$@" | grep -oE 'CREATE ROLE [a-z_]+' | sed 's/CREATE ROLE/role/'
	# The runner's own table.
	echo 'table schema_migration'
	grep -oE 'CREATE TABLE IF NOT EXISTS schema_migration' db/migrate.c >/dev/null ||
		complain "db/migrate.c makes no schema_migration any more: change this test"
	for c in name digest at; do echo "column schema_migration $c"; done
}

# The same of the page.
described() {
	awk '
	/^\.Sh / { section = substr($0, 5) }
	section == "TABLES" && /^\.Ss / { t = $2; print "table " t }
	section == "TABLES" && /^\.It Ic / {
		for (i = 3; i <= NF; i++) if ($i != ",") print "column " t " " $i
	}
	section == "FUNCTIONS" && /^\.It Fn / { print "function " $3 }
	section == "ROLES" && /^\.It Ic / { print "role " $3 }' "$1"
}

check_schema() { # page
	made db/migrations/*.sql | sort -u >"$work/made"
	described "$1" | sort -u >"$work/described"
	for sort in table column function role; do
		sed -n "s/^$sort //p" "$work/made" >"$work/made.$sort"
		sed -n "s/^$sort //p" "$work/described" >"$work/described.$sort"
		in_both "the $sort" "$work/made.$sort" "$work/described.$sort" \
		    "db/migrations" "$1"
		result "$1: each $sort of db/migrations"
	done
}

# ---- all of it ----

pages=$(find man -name '*.[1-8]' | sort)
keys='smsd/smsd_conf.c:man/smsd.conf.5:setup/examples/smsd.conf
web-cgi/main.c:man/smsvault-pages.8:setup/examples/pages.conf'
programs='smsd/main.c:man/smsd.8 smsd/smsctl.c:man/smsctl.8
smsd/modem/main.c:man/smsd-modem.8 phone-sim/options.c:man/phone-sim.1
web-cgi/main.c:man/smsvault-pages.8'

set -- $pages $keys $programs
echo "1..$(($# + 4 + 4 + 1))"
for p in $pages; do
	check_mdoc "$p"
done
for t in $keys; do
	rest=${t#*:}
	check_keys "${t%%:*}" "${rest%%:*}" "${rest#*:}"
done
for t in $programs; do
	check_options "${t%%:*}" "${t#*:}"
done
check_commands smsd/smsctl.c commands man/smsctl.8 COMMANDS Ic
check_commands phone-sim/command.c table man/phone-sim.1 COMMANDS Ic
check_commands phone-sim/command_phone.c verbs man/phone-sim.1 PHONES Cm
check_commands phone-sim/command_modem.c verbs man/phone-sim.1 MODEMS Cm
check_schema man/smsvault-schema.7

# Programs that are installed, whatever directory they come from.
for program in $(cat ./*/local.mk | sed -n 's/^\(bin\|sbin\|pkglibexec\)_PROGRAMS *+\{0,1\}= *//p'); do
	name=$(basename "$program")
	ls man/"$name".[18] >/dev/null 2>&1 ||
		complain "$program is installed and has no page man/$name.1 or .8"
done
result "every program has a page"
