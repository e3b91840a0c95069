#!/bin/sh
# A thief tries to bind the phone to his own account.
set -u
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/setup/scenes/lib.sh"

phones=1
sim_options="--speed 60 --contacts 20 --messages 40 --calls 20"
scene 31 "A thief has the phone in his hand and an account of his own."

be owner
ok "the owner registers" register owner "$password"
ok "and binds the phone, with a question set" bind 1
ok "all of it is saved" upload 1
tell "The thief registers as well, and types his code into the phone."
be thief
ok "the thief has an account" register thief "$password"
code() { # of whoever is at the pages
	web /phones/add >"$inst/run/page"
	web /phones/add --data-urlencode "csrf=$(csrf)" --data-urlencode "name=" \
	    --data-urlencode "question=Mine?" --data-urlencode "answer=yes" >"$inst/run/page"
	field code
}
records_of() { # LOGIN
	sql "SELECT count(*) FROM record_version v JOIN account a USING (account_id) WHERE a.login = '$1'"
}
sim phone 1 bind "$(code)" >/dev/null
ok "the phone asks him the owner's question" sim wait phone 1 asked 60
sim phone 1 answer Rex >/dev/null
ok "his answer is wrong: he is refused" sim wait phone 1 refused 60
ok "and the owner is told" wait_for 30 has_event binding-answer-wrong
tell "He makes a call. The phone is still the owner's."
sim phone 1 call out +358409990000 77 >/dev/null
sim phone 1 upload >/dev/null
be owner
ok "the owner's vault has the call" \
    wait_for 120 same_as_phone 1 owner "$password" 1
ok "the thief's account has no phone" counts \
    "SELECT count(*) FROM phone p JOIN account a USING (account_id) WHERE a.login = 'thief'" 0
equal "nor any record" "$(records_of thief)" 0

tell "The owner says on the page that it is lost. The thief finds the answer out,"
tell "and puts a SIM of his own in."
phone=$(sql "SELECT phone_id FROM phone")
ok "it is ordered" lost "$phone" --data act=on
ok "the phone is in lost mode" sim wait phone 1 lost 60
sim phone 1 sim +358409998876 >/dev/null
be thief
ok "lost: the phone takes no code" refused phone 1 bind "$(code)"
sim phone 1 factory-reset >/dev/null
sim phone 1 bind "$(code)" >/dev/null
ok "erased: it is asked as before" sim wait phone 1 asked 60
sim phone 1 answer Musti >/dev/null
ok "lost: nobody can bind the phone, even with the right answer" \
    sim wait phone 1 refused 60
ok "and the owner is told that somebody tried" wait_for 30 has_event binding-refused-lost
ok "the thief's account has no phone yet" counts \
    "SELECT count(*) FROM phone p JOIN account a USING (account_id) WHERE a.login = 'thief'" 0
be owner
tell "The owner believes that it is found."
ok "it is ordered" lost "$phone" --data act=found

tell "The thief tries again, with another SIM."
sim phone 1 sim +358409998877 >/dev/null
be thief
sim phone 1 bind "$(code)" >/dev/null
sim wait phone 1 asked 60 >/dev/null
sim phone 1 answer Musti >/dev/null
ok "with the right answer the phone is his ..." wait_for 60 newest_binding_is_bound
ok "... and the owner is told that it was bound elsewhere" wait_for 30 has_event phone-moved
be owner
veto_is_offered() {
	web /phones | tr '\n' ' ' >"$inst/run/page"
	id=$(grep -o 'action="/phones/veto".*' "$inst/run/page" |
	    sed -n 's/^[^>]*>.*name="id" value="\([0-9]*\)"><button class="danger">.*/\1/p')
	[ -n "$id" ]
}
ok "the owner's page shows it, and offers the veto" veto_is_offered
veto() {
	web /phones/veto --data-urlencode "csrf=$(csrf)" --data "id=$id" >"$inst/run/page" &&
	    grep -q "is being ended" "$inst/run/page"
}
ok "the owner vetoes on the page" veto
ok "vetoed: the phone forgets the thief's account" sim wait phone 1 unbound 60
ok "and the owner is told that it is done" wait_for 30 has_event veto-done

tell "An accomplice tries, who has the answer as well."
be accomplice
ok "the accomplice has an account" register accomplice "$password"
sim phone 1 bind "$(code)" >/dev/null
sim wait phone 1 asked 60 >/dev/null
sim phone 1 answer Musti >/dev/null
ok "vetoed: no other account can bind the phone, whatever the answer" \
    sim wait phone 1 refused 60
ok "and the owner is told of the try" wait_for 30 has_event binding-refused-held
stolen=$(records_of thief)
tell "The owner has the phone in his hand again."
be owner
sim phone 1 bind "$(code)" >/dev/null
sim wait phone 1 asked 60 >/dev/null
sim phone 1 answer Musti >/dev/null
ok "the phone is the owner's again" wait_for 60 newest_binding_is_bound
sim phone 1 call in +358401112222 60 >/dev/null
sim phone 1 upload >/dev/null
ok "and all that is on it is in the owner's vault" \
    wait_for 120 same_as_phone 1 owner "$password" 2
equal "after the veto nothing came to the thief's account" \
    "$(records_of thief), $(records_of accomplice)" "$stolen, 0"
ok "and no phone is bound to it" counts \
    "SELECT count(*) FROM phone p JOIN account a USING (account_id)
    WHERE a.login <> 'owner' AND p.unbound_at IS NULL" 0
