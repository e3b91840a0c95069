#!/bin/sh
# The main job, on real parts, by curl: an account, phones bound to it, all
# they have in the vault, and a policy that comes into force on the phone.
set -u
. "${top_srcdir:-$(dirname "$0")/..}/tests/whole/lib.sh"

phones=5
quiet_s=3
password="correct horse battery"
new_instance
plan 37
instance_start

phone_says() { # N PATTERN: a line of its status
	sim phone "$1" | grep -qE "$2"
}

frames() { # N: how many frames it has sent
	sim phone "$1" | sed -n 's/^frames sent \([0-9]*\),.*/\1/p'
}

page_says() { # PATH PATTERN
	web "$1" >"$inst/run/page" && grep -q "$2" "$inst/run/page"
}

post() { # PATH ARGUMENTS...
	path=$1
	shift
	web "$path" --data-urlencode "csrf=$(csrf)" "$@" >"$inst/run/page"
}

web /register >"$inst/run/page"
ok "a password that is too short is refused" sh -c '! grep -q id=\"recovery "$1"' sh "$inst/run/page"
ok "an account is registered" register main "$password"
web /phones/add >"$inst/run/page"
post /phones/add --data "name=Mine" --data-urlencode "question=First pet?" \
    --data answer=Musti
code=$(field code)
equal "the page shows a code of sixteen characters" \
    "$(printf %s "$code" | tr -d ' -' | wc -c)" 16
# One wrong character is always found; more are found 31 times of 32.
case $code in
0*) mistyped=1${code#?} ;;
*) mistyped=0${code#?} ;;
esac
ok "a code that was mistyped is refused at the phone" \
    sh -c '! "$@"' sh "$bin_sim" --socket "$inst/run/sim.sock" --ask \
    "phone 1 bind $mistyped"
ok "the phone takes the code" sim phone 1 bind "$code"
ok "and is bound" sim wait phone 1 bound 60
digits=$(sim phone 1 | sed -n 's/^digits //p')
equal "page and phone show the same six digits" \
    "$(sql "SELECT digits FROM binding WHERE digits ~ '^[0-9]{6}\$'")" "${digits:-none}"
sim phone 1 upload >/dev/null
ok "all it has is acknowledged" sim wait phone 1 acked 120
equal "the binding took three SMS: two up ..." \
    $(($(frames 1) - $(sql "SELECT sms_up FROM phone"))) 2
equal "... and one down" \
    "$(sql "SELECT count(*) FROM outbox WHERE purpose = 'challenge' AND state IN ('sent', 'delivered')")" 1
ok "the vault equals the phone" same_as_phone 1 main "$password" 1
number=$(sim phone 1 messages | grep -o '+[0-9]\{9,\}' | head -n 1)
ok "the numbers of its messages are known" test "${#number}" -gt 9
equal "none of which can be read in the database" \
    "$(as_user "$pg_bin/pg_dump" -h "$inst/run" -U smsvault --data-only smsvault |
	grep -cF -e "$number" -e "$(printf %s "$number" | od -An -tx1 | tr -d ' \n')")" 0

# The owner's policy, above the phone's own.
id=$(sql "SELECT phone_id FROM phone")
sim phone 1 policy call off >/dev/null
web "/phone/policy?id=$id" >"$inst/run/page"
post /phone/policy --data "id=$id" --data contact=fill --data contact-n=1 --data contact-unit=h \
    --data message=at-once --data call=at-once --data lock=1
web "/phone?id=$id" >"$inst/run/page"
ok "the page says that the policy is pending" \
    grep -q "has not confirmed it yet" "$inst/run/page"
ok "the owner's policy: the phone applies it above its own" \
    wait_for 60 phone_says 1 "^policy call at-once$"
ok "and refuses its user another, since it is locked" \
    sh -c '! "$@"' sh "$bin_sim" --socket "$inst/run/sim.sock" --ask \
    "phone 1 policy call off"
sim phone 1 call in +358401112222 60 >/dev/null
ok "the next upload confirms it: the page says it is in force" \
    wait_for 90 page_says "/phone?id=$id" "In force on the phone"
ok "and the call is in the vault" same_as_phone 1 main "$password" 1

# Five phones on one modem, at the same time.
bound=0
for n in 2 3 4 5; do
	bind $n >/dev/null && bound=$((bound + 1))
	sim phone $n upload >/dev/null
done
equal "four more phones are bound" "$bound" 4
acked=0
for n in 2 3 4 5; do
	sim wait phone $n acked 120 >/dev/null && acked=$((acked + 1))
done
equal "and acknowledged" "$acked" 4
all_same() {
	for n in 2 3 4 5; do
		same_as_phone $n main "$password" $n || return 1
	done
}
ok "the vault equals each of them" all_same

# What is set on the phone itself.
kept() { # N KIND: how many records of the Nth phone are in the vault
	sql "SELECT count(DISTINCT record_id) FROM record_version WHERE kind = $2
	    AND phone_id = (SELECT phone_id FROM phone ORDER BY phone_id OFFSET $1 - 1 LIMIT 1)"
}

has() { # N KIND COUNT
	test "$(kept "$1" "$2")" = "$3"
}

messages=$(kept 2 2)
calls=$(kept 2 3)
sim phone 2 policy call manual >/dev/null
sim phone 2 policy message at-once >/dev/null
sim phone 2 call in +358402223333 30 >/dev/null
sim phone 2 text-in +358402223333 "See you at six?" >/dev/null
ok "what is set on the phone holds as well: a text comes at once, by itself" \
    wait_for 60 has 2 2 $((messages + 1))
ok "... and a call waits to be asked for" has 2 3 "$calls"
sim phone 2 upload >/dev/null
ok "manual: told to, the phone sends it" wait_for 60 has 2 3 $((calls + 1))
ok "and the vault equals the phone again" wait_for 60 same_as_phone 2 main "$password" 2

# Each kind can be sent at once: one new item, and nobody asks for it.
at_once() { # KIND NUMBER COMMAND...
	kind=$1
	had=$(kept 3 "$2")
	want=$2
	sim phone 3 policy "$kind" at-once >/dev/null
	shift 2
	sim phone 3 "$@" >/dev/null
	ok "at once: a new $kind is in the vault by itself" wait_for 60 has 3 "$want" $((had + 1))
}
as_user dd if=/dev/urandom of="$inst/run/tune.mp3" bs=700 count=1 status=none
at_once contact 1 contact add "At Once" +358402224444
at_once message 2 text-in +358402224444 "Just arrived"
at_once call 3 call missed +358402224444
at_once calendar 4 event add Sauna +26h 45
at_once note 5 note add Shopping "milk, bread"
at_once file 6 file add "$inst/run/tune.mp3"
whole_files() {
	[ "$(sql "SELECT count(*) FROM file WHERE whole_at IS NULL")" = 0 ]
}
wait_for 60 whole_files

# What nobody has sealed.  A frame that is really under way is caught in the
# modem, and comes again with one digit changed.
texts=$(kept 3 2)
stop smsd
sim phone 3 text-in +358402224444 "Caught under way" >/dev/null
slots() {
	sim modem 0 slots | sed -n 's/^[A-Za-z]* [0-9]* [a-z]* \([0-9a-f]*\)$/\1/p'
}
caught() {
	[ -n "$(slots)" ]
}
ok "a frame is caught in the modem" wait_for 60 caught
frame=$(slots | head -n 1)
smsd_start
ok "it is taken when it comes as it was" wait_for 60 has 3 2 $((texts + 1))
# Every row of every table, and how many SMS the service sent; but for what a
# modem says of itself, such as how many it has read.
everything() {
	as_user "$pg_bin/pg_dump" -h "$inst/run" -U smsvault --data-only \
	    --exclude-table-data=modem smsvault |
	    grep -v '^.\(un\)\{0,1\}restrict'
	sim stats | grep '^sms down'
}
at_rest() {
	everything >"$inst/run/before" && sleep 3 && everything | cmp - "$inst/run/before"
}
ok "all is at rest" wait_for 90 at_rest
junk() { # or set aside, for an operator to look at
	as_user sqlite3 -readonly "$inst/spool/spool.db" \
	    "SELECT count(*) FROM sms WHERE state IN (2, 3)"
}
was_junk=$(junk)
forged=0
# Another digit there, so many from the end of it.
for back in 1 2 9 16 25; do
	n=$((${#frame} - back))
	digit=$(printf %s "$frame" | cut -c $n)
	sim modem 0 raw "$(printf %s "$frame" | cut -c -$((n - 1)))$(printf %s "$digit" |
	    tr 0-9a-f 1-9a-f0)$(printf %s "$frame" | cut -c $((n + 1))-)" >/dev/null &&
	    forged=$((forged + 1))
done
stranger=+358409990009
for text in "LOST 0000-0000-0000-0000" "FIND 1234-5678-9ABC-DEFG Alice"; do
	sim sms $stranger +358401000000 text "$text" >/dev/null && forged=$((forged + 1))
done
sim sms $stranger +358401000000 data "$(head -c 130 /dev/urandom | od -An -tx1 | tr -d ' \n')" >/dev/null &&
    forged=$((forged + 1))
is_junk() { # or set aside, for an operator to look at
	[ "$(junk)" -ge $((was_junk + forged)) ]
}
ok "without a valid seal: each of $forged SMS is put away" wait_for 60 is_junk
as_before() {
	everything | diff "$inst/run/before" - | cut -c -200
	everything | cmp "$inst/run/before" -
}
ok "without a valid seal: no row is changed, and nothing is sent" as_before
equal "nor answered to whoever sent it" "$(sim sms $stranger)" ok
