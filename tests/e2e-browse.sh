#!/bin/sh
# Browsing and control in a real browser: a vault that has everything.
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
	    fill owner 1 life && fill owner 1 talk 620
} >"$inst/log/fill.out" 2>&1 || { cat "$inst/log/fill.out"; exit 1; }

screens=
if [ -n "${SMSVAULT_OUT-}" ]; then
	screens=$SMSVAULT_OUT/screens-browse
	rm -rf "$screens"
fi
HOME=$inst/run SMSVAULT_PSQL=$pg_bin/psql SMSVAULT_PGHOST=$inst/run SMSVAULT_URL=$url SMSVAULT_SIM=$bin_sim SMSVAULT_SIM_SOCKET=$inst/run/sim.sock \
    SMSVAULT_LOGIN=owner SMSVAULT_PASSWORD="correct horse battery" \
    SMSVAULT_CHROMIUM=/usr/bin/chromium SMSVAULT_SCREENS=$screens \
    node "$top/tests/web/browse.mjs" || test_failed=1
