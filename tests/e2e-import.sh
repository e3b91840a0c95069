#!/bin/sh
# Files that an owner brings along, in a real browser: what one account exports
# another imports, and exports again.  And what operators see of it all.
set -u
. "${top_srcdir:-$(dirname "$0")/..}/tests/whole/lib.sh"

need node /usr/bin/chromium
[ -d "$top/tests/web/node_modules/playwright-core" ] ||
	skip_all "playwright-core is missing: npm install in tests/web"

phones=1
sim_options="--contacts 12 --messages 20 --calls 10"
quiet_s=3
new_instance
instance_start
{
	register first "correct horse battery" && bind 1 &&
	    sim phone 1 upload && sim wait phone 1 acked 120 &&
	    fill first 1 life
} >"$inst/log/fill.out" 2>&1 || { cat "$inst/log/fill.out"; exit 1; }

screens=
if [ -n "${SMSVAULT_OUT-}" ]; then
	screens=$SMSVAULT_OUT/screens-import
	rm -rf "$screens"
fi
operator_password=$(operator anna)
HOME=$inst/run SMSVAULT_OPERATOR=anna SMSVAULT_OPERATOR_PASSWORD=$operator_password \
    SMSVAULT_URL=$url SMSVAULT_SIM=$bin_sim SMSVAULT_SIM_SOCKET=$inst/run/sim.sock \
    SMSVAULT_CHROMIUM=/usr/bin/chromium SMSVAULT_SCREENS=$screens \
    node "$top/tests/web/import.mjs" || test_failed=1
