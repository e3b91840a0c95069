#!/bin/sh
# A day of normal use.
set -u
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/setup/scenes/lib.sh"

phones=2
sim_options="--speed 7200"
scene 15 "A day of normal use: what is new is saved by itself, in few SMS."

tell "Anni registers and binds her phone by a code from the page."
ok "she has an account" register anni "$password"
ok "her phone is bound" bind 1
ok "and all that is on it is saved" upload 1
before=$(sim phone 1 | sed -n 's/^frames sent \([0-9]*\),.*/\1/p')

messages=$(sim phone 1 | sed -n 's/^contacts .* messages \([0-9]*\),.*/\1/p')

tell "During the day there are calls, texts, a note and an appointment."
for n in 1 2 3; do
	sim phone 1 call in "+35840123456$n" $((n * 40)) >/dev/null
	sim phone 1 text-in "+35840123456$n" "See you at $n?" >/dev/null
	sim phone 1 text-out "+35840123456$n" "Yes, at $n" >/dev/null
done
sim phone 1 note add Shopping "milk, bread, coffee" >/dev/null
sim phone 1 event add Dentist +26h 45 "Mannerheimintie 12" >/dev/null
sim phone 1 contact add "Eino Laine" +358407654321 >/dev/null
ok "they are on the phone" sim wait phone 1 messages $((messages + 6)) 60

tell "She does nothing. A day later it has been sent by itself."
ok "the vault equals the phone" wait_for 120 same_as_phone 1 anni "$password" 1
used=$(($(sim phone 1 | sed -n 's/^frames sent \([0-9]*\),.*/\1/p') - before))
tell "It took $used SMS."
ok "in few SMS" test "$used" -le 8
ok "nothing is stored twice" counts \
    "SELECT count(*) - count(DISTINCT (phone_id, transfer, ordinal)) FROM record_version" 0

tell "Her other phone sends what is new once a day, and calls when told to."
ok "it is bound" bind 2
upload 2 >/dev/null
for kind in contact message calendar note; do
	sim phone 2 policy $kind interval 1440 >/dev/null
done
sim phone 2 policy call manual >/dev/null
kept() { # KIND: how many of its records are at the service
	sql "SELECT count(DISTINCT record_id) FROM record_version WHERE kind = $1
	    AND phone_id = (SELECT max(phone_id) FROM phone)"
}
for kind in 1 2 3 4 5; do
	eval "had$kind=\$(kept $kind)"
done
sent() {
	sim phone 2 | sed -n 's/^frames sent \([0-9]*\),.*/\1/p'
}
has() { # KIND COUNT
	[ "$(kept "$1")" = "$2" ]
}
before=$(sent)
sim phone 2 call in +358402223333 30 >/dev/null
for n in 1 2 3 4; do
	sim phone 2 text-in +358402223333 "See you at $n?" >/dev/null
done
sim phone 2 contact add "Once A Day" +358402223333 >/dev/null
sim phone 2 event add Sauna +30h 60 >/dev/null
sim phone 2 note add Wood "Two loads" >/dev/null
ok "at an interval: texts come by themselves" wait_for 60 has 2 $((had2 + 4))
ok "at an interval: a contact comes by itself" wait_for 60 has 1 $((had1 + 1))
ok "at an interval: an appointment comes by itself" wait_for 60 has 4 $((had4 + 1))
ok "at an interval: a note comes by itself" wait_for 60 has 5 $((had5 + 1))
ok "at an interval: what is new goes together, not one by one" \
    test $(($(sent) - before)) -le 4
ok "manual: the call waits" has 3 "$had3"
sim phone 2 upload >/dev/null
ok "until it is asked for" wait_for 60 has 3 $((had3 + 1))
