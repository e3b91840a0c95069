#!/bin/sh
# The owner has lost the phone, and a friend's phone to hand.
set -u
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/setup/scenes/lib.sh"

phones=1
sim_options="--speed 60 --contacts 5 --messages 4 --calls 4"
scene 14 "No computer near: a text from a friend's phone, with a code that was printed."

service=+358401000000
friend=+358409990001
ok "an account" register friend "$password"
ok "the phone is bound" bind 1
sim phone 1 contact add "Åsa Öberg" +358501112233 >/dev/null
sim phone 1 contact add "王小明" +8613800138000 >/dev/null
ok "and saved" upload 1
web /codes >"$inst/run/page"
web /codes --data-urlencode "csrf=$(csrf)" --data-urlencode "old=$password" >"$inst/run/page"
codes=$(sed -n 's|.*<ol class="codes" id="new-codes">\(.*\)</ol>.*|\1|p' "$inst/run/page" |
    grep -o '[0-9A-Z]\{4\}-[0-9A-Z]\{4\}-[0-9A-Z]\{4\}-[0-9A-Z]\{4\}')
ok "ten codes are printed" test "$(printf '%s\n' "$codes" | wc -l)" = 10
code() { # N
	printf '%s\n' "$codes" | sed -n "${1}p"
}
text() { # WORDS: from the friend's phone
	sim sms $friend $service text "$1" >/dev/null
}
says() { # WORDS: the newest text that the friend got has these in it
	sim sms $friend | grep -qF "$1"
}

tell "She cannot remember a number."
text "FIND $(code 1) öberg"
ok "the answer has it" wait_for 60 says "Åsa Öberg: +358501112233"
text "find $(code 2) 小明"
ok "in any script" wait_for 60 says "王小明: +8613800138000"
text "FIND $(code 1) Asa"
text "FIND 0000-0000-0000-0000 Asa"
text "Hello, is anybody there?"
tell "A code that is used, one that is none, and a greeting get no answer."
text "RING $(code 3)"
ok "the phone is told to ring" wait_for 60 says "is told to ring"
answers() {
	sim sms $friend | grep -vc '^ok$'
}
ok "which is the next answer" test "$(answers)" = 3
ok "three codes are used up" counts \
    "SELECT count(*) FROM find_code WHERE used_at IS NOT NULL" 3
text "WHERE $(code 4)"
ok "the phone is asked where it is, and says so" wait_for 60 counts \
    "SELECT count(*) > 0 FROM record WHERE kind = 9" t
text "WHERE $(code 5)"
ok "which can be asked for as well" wait_for 60 says "UTC"
text "LOST $(code 6)"
ok "and it is lost" sim wait phone 1 lost 60
ok "its settings are locked" refused phone 1 user set call off
ok "no number is left at rest in what was sent" counts \
    "SELECT count(*) FROM outbox WHERE purpose = 'reply' AND frame <> '*'" 0
