#!/bin/sh
# The main job on an air that loses, doubles and reorders.
set -u
. "${top_srcdir:-$(dirname "$0")/..}/tests/whole/lib.sh"

phones=2
quiet_s=1
# Phones that live faster, so that their patience is short.
sim_options="--loss 0.1 --dup 0.1 --reorder 0.2 --delay 5 --speed 60"
password="correct horse battery"
new_instance
plan 6
instance_start
ok "an account is registered" register lossy "$password"
for n in 1 2; do
	ok "phone $n is bound, though one SMS in ten is lost" bind $n 300
	sim phone $n upload >/dev/null
done
ok "the vault comes to equal phone 1" \
    wait_for 200 same_as_phone 1 lossy "$password" 1
ok "the vault comes to equal phone 2" \
    wait_for 200 same_as_phone 2 lossy "$password" 2
equal "no version is stored twice" \
    "$(sql "SELECT count(*) - count(DISTINCT (phone_id, transfer, ordinal)) FROM record_version")" 0
