#!/bin/sh
# The simulator's page of a demonstration, in a real browser: phones are acted
# on it, stories are told, and what comes of it is in the vault.
set -u
. "${top_srcdir:-$(dirname "$0")/..}/tests/whole/lib.sh"

need node /usr/bin/chromium
[ -d "$top/tests/web/node_modules/playwright-core" ] ||
	skip_all "playwright-core is missing: npm install in tests/web"

phones=3
sim_options="--contacts 8 --messages 10 --calls 6"
quiet_s=3
demo=1
new_instance
instance_start

screens=
if [ -n "${SMSVAULT_OUT-}" ]; then
	screens=$SMSVAULT_OUT/screens-demo
	rm -rf "$screens"
fi
HOME=$inst/run SMSVAULT_URL=$url SMSVAULT_SIM=$bin_sim SMSVAULT_SIM_SOCKET=$inst/run/sim.sock \
    SMSVAULT_SIM_PID=$(cat "$inst/run/phone-sim.pid") \
    SMSVAULT_CHROMIUM=/usr/bin/chromium SMSVAULT_SCREENS=$screens \
    node "$top/tests/web/demo.mjs" || test_failed=1
