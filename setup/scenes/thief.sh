#!/bin/sh
# A thief tries to bind the phone to his own account.
set -u
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/setup/scenes/lib.sh"

phones=1
sim_options="--speed 60 --contacts 20 --messages 40 --calls 20"
scene 10 "A thief has the phone in his hand and an account of his own."

be owner
ok "the owner registers" register owner "$password"
ok "and binds the phone, with a question set" bind 1
ok "all of it is saved" upload 1
tell "The thief registers as well, and types his code into the phone."
be thief
ok "the thief has an account" register thief "$password"
web /phones/add >"$inst/run/page"
web /phones/add --data-urlencode "csrf=$(csrf)" --data-urlencode "name=" \
    --data-urlencode "question=Mine?" --data-urlencode "answer=yes" >"$inst/run/page"
sim phone 1 bind "$(field code)" >/dev/null
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
ok "nor any record" counts \
    "SELECT count(*) FROM record_version v JOIN account a USING (account_id) WHERE a.login = 'thief'" 0
