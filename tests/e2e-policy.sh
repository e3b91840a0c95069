#!/bin/sh
# What a phone uploads and when, its own page, its SIMs and events, in a real
# browser; the simulated phone obeys.
set -u
. "${top_srcdir:-$(dirname "$0")/..}/tests/whole/lib.sh"

need node /usr/bin/chromium
[ -d "$top/tests/web/node_modules/playwright-core" ] ||
	skip_all "playwright-core is missing: npm install in tests/web"

phones=2
sim_options="--contacts 18 --messages 60 --calls 40"
quiet_s=3
new_instance
instance_start
{
	register owner "correct horse battery" && bind 1 &&
	    sim phone 1 upload && sim wait phone 1 acked 120 &&
	    fill owner 1 life && bind 2 && sim phone 2 upload && sim wait phone 2 acked 120
} >"$inst/log/fill.out" 2>&1 || { cat "$inst/log/fill.out"; exit 1; }

# Three messages of the first phone have not come.
sql "UPDATE completeness c SET state = 'differs', have_count = count, count = count + 3
    FROM (SELECT min(phone_id) AS first FROM phone) p WHERE c.phone_id = p.first AND c.kind = 2"

# A policy that says more than an older page knew: quiet hours, half a day away
# from now and from where the phones may be, 500 SMS a day, one-time codes left out, and a word.
hour=$((($(date -u +%s) / 3600 + 12) % 24))
octets=$(printf '000101f4f104%04x%04xf30101f506736563726574' $((60 * hour + 7)) $((60 * hour + 37)))
sql "INSERT INTO policy (account_id, phone_id, version, policy) SELECT account_id,
    phone_id, 1, '\\x$octets' FROM phone ORDER BY phone_id DESC LIMIT 1"

screens=
if [ -n "${SMSVAULT_OUT-}" ]; then
	screens=$SMSVAULT_OUT/screens-policy
	rm -rf "$screens"
fi
HOME=$inst/run SMSVAULT_HOUR=$(printf %02d $hour) SMSVAULT_URL=$url SMSVAULT_SIM=$bin_sim SMSVAULT_SIM_SOCKET=$inst/run/sim.sock \
    SMSVAULT_LOGIN=owner SMSVAULT_PASSWORD="correct horse battery" \
    SMSVAULT_CHROMIUM=/usr/bin/chromium SMSVAULT_SCREENS=$screens \
    node "$top/tests/web/policy.mjs" || test_failed=1
