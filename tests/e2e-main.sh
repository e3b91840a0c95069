#!/bin/sh
# The main job, on real parts, by curl: an account, phones bound to it, all
# they have in the vault, and a policy that comes into force on the phone.
set -u
. "${top_srcdir:-$(dirname "$0")/..}/tests/whole/lib.sh"

phones=5
quiet_s=3
password="correct horse battery"
new_instance
plan 62
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

# Is it all there, as far as can be seen without the owners' keys?  Then the
# tables are damaged, as no program of ours could.
verify() { # [--account N]
	as_user "$bin_smsctl" -c "$inst/etc/smsd.conf" verify "$@" >"$inst/run/said" 2>&1
	said=$?
	cat "$inst/run/said"
	return $said
}
damage() {
	sql "SET session_replication_role = replica; $1"
}
# It is named once, and the status says so.
found() { # PATTERN
	verify
	[ "$? $(grep -cE "$1" "$inst/run/said")" = "1 1" ]
}
ok "verify: all that was backed up is there" verify
ok "verify: in one account as well" verify --account "$(sql 'SELECT min(account_id) FROM account')"
ok "verify: and nothing is changed by it" as_before
verify --account 999 >/dev/null
equal "verify: there is no such account" $? 2
one="(SELECT min(phone_id) FROM phone)"
damage "UPDATE record_version SET sealed = '' WHERE phone_id = $one AND kind = 1 AND record_id = 1"
ok "verify: a body that is empty" found '^  account [0-9]+, phone [0-9]+: 1, such as record 1 of kind 1$'
damage "DELETE FROM record_version WHERE phone_id = $one AND kind = 2 AND record_id = 2"
ok "verify: a version that is not there" found '^records whose newest version is not there: 1$'
ok "verify: the transfer that it came with" found '^transfers with fewer records than were stored: 1$'
damage "DELETE FROM record WHERE phone_id = $one AND kind = 3 AND record_id = 3"
ok "verify: a version that no list has" found '^versions that record should name, and does not: 1$'
damage "DELETE FROM file_piece WHERE ctid = (SELECT min(ctid) FROM file_piece)"
ok "verify: a piece of a file that is missing" found '^files whose pieces are not all there.*: 1$'
damage "UPDATE file_piece SET sealed = substr(sealed, 2) WHERE ctid = (SELECT min(ctid) FROM file_piece)"
ok "verify: a piece of a file that is cut short" found ' empty or cut short: 2$'
damage "DELETE FROM record_version v USING file f WHERE v.phone_id = f.phone_id AND v.kind = 6 AND
    f.phone_id = (SELECT max(phone_id) FROM file)"
ok "verify: files that nothing describes" found '^files that no record describes: [1-9]'
damage "UPDATE data_key SET sealed = substr(sealed, 2) WHERE data_key_id = (SELECT min(data_key_id) FROM data_key)"
ok "verify: a data key that is damaged" found '^  account [0-9]+, phone [0-9]+: 1, such as data key [0-9]+$'
damage "DELETE FROM data_key WHERE data_key_id = (SELECT max(data_key_id) FROM data_key)"
ok "verify: a data key that is missing" found '^versions of records, or pieces of files, without their data key: [1-9]'
damage "UPDATE phone SET highest = 1 WHERE phone_id = $one"
ok "verify: a phone's row of before its records" found '^versions that are newer than all that their phone has sent: [1-9]'
damage "INSERT INTO transfer (account_id, phone_id, transfer, state, have, first_at, last_at)
    SELECT account_id, phone_id, 9001, 'open', 5, now(), now() FROM phone WHERE phone_id = $one"
ok "verify: segments that came and are not there" found '^  account [0-9]+, phone [0-9]+: 1, such as transfer 9001$'
damage "INSERT INTO segment (account_id, phone_id, transfer, index, last, body, arrived_at)
    SELECT account_id, phone_id, 9002, 0, false, '\\x00', now() FROM phone WHERE phone_id = $one"
ok "verify: a segment without its transfer" found '^segments of transfers that are not there: 1$'
damage "INSERT INTO restore (account_id, restore_id, phone_id, from_phone_id, state, records, sms_estimate)
    SELECT account_id, 77, phone_id, 987654, 'cancelled', 0, 0 FROM phone WHERE phone_id = $one"
ok "verify: a restore from a phone that is not there" found ': 1, such as restore 77$'
damage "INSERT INTO backup_check (account_id, checked_at, unreadable) SELECT account_id, now(), 3 FROM account"
ok "verify: what an owner's own check has found" found 'such as 3 unreadable, 0 missing'
as_user "$bin_smsctl" -c "$inst/etc/smsd.conf" status >"$inst/run/said"
equal "which the status asks somebody to look at" \
    "$? $(grep -c '^checks of owners: 1 accounts ' "$inst/run/said")" "1 1"
damage "DELETE FROM phone WHERE phone_id = (SELECT max(phone_id) FROM phone)"
ok "verify: records of a phone that is not there" found '^rows of an account or a phone that is not there: [1-9]'
as_user mv "$inst/keys/gateway.key" "$inst/keys/kept"
ok "verify: no gateway.key" found '^gateway.key cannot be read'
as_user sh -c 'tr 0-9a-f a-f0-9 <"$1" >"$2" && chmod 600 "$2"' sh "$inst/keys/kept" "$inst/keys/gateway.key"
ok "verify: another gateway.key" found '^  4 of 4 do not open with gateway.key$'
as_user mv "$inst/keys/kept" "$inst/keys/gateway.key"
as_user cp "$inst/keys/service.key" "$inst/keys/kept"
as_user sh -c 'tr 0-9a-f a-f0-9 <"$1" >"$2"' sh "$inst/keys/kept" "$inst/keys/service.key"
ok "verify: another service.key" found '^  [1-9] of [1-9] do not open with service.key$'
verify >/dev/null
equal "verify: each with what to do" "$(grep -cE '^[a-z].*:( [0-9]+)?$' "$inst/run/said")" \
    "$(grep -c '^  what to do: ' "$inst/run/said")"
as_user mv "$inst/keys/kept" "$inst/keys/service.key"
sql "ALTER ROLE smsvault_gateway NOLOGIN"
verify >/dev/null
equal "verify: a database that cannot be reached" $? 3
