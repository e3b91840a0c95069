#!/bin/sh
# A network that loses, doubles and reorders.
set -u
. "${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}/setup/scenes/lib.sh"

phones=1
sim_options="--loss 0.05 --dup 0.05 --reorder 0.2 --delay 5 --speed 60 --contacts 20 --messages 40 --calls 20"
scene 5 "One SMS in twenty is lost, one comes twice, many overtake one another."

ok "an account" register lossy "$password"
ok "the phone is bound all the same" bind 1 300
head -c 6000 /dev/urandom >"$inst/run/photo.jpg"
head -c 7000 /dev/urandom | base64 -w 76 >"$inst/run/text.txt"
chmod a+rx "$inst/run" 2>/dev/null
chmod a+r "$inst/run/photo.jpg" "$inst/run/text.txt"
tell "A photo of 6 kB and a text of 9 kB come on the phone."
sim phone 1 file add "$inst/run/photo.jpg" >/dev/null
sim phone 1 file add "$inst/run/text.txt" >/dev/null
sim phone 1 upload >/dev/null
ok "the vault comes to equal the phone" \
    wait_for 300 same_as_phone 1 lossy "$password" 1
ok "every file has arrived whole" wait_for 300 counts \
    "SELECT count(*) FROM file WHERE whole_at IS NOT NULL" 4
ok "nothing is stored twice" counts \
    "SELECT count(*) - count(DISTINCT (phone_id, transfer, ordinal)) FROM record_version" 0
