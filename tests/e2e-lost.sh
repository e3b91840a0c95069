#!/bin/sh
# A lost phone, in a real browser: lost mode, another SIM, evidence, codes by
# text, erasing from afar, and a contact written on the page.
set -u
. "${top_srcdir:-$(dirname "$0")/..}/tests/whole/lib.sh"

need node /usr/bin/chromium
[ -d "$top/tests/web/node_modules/playwright-core" ] ||
	skip_all "playwright-core is missing: npm install in tests/web"

phones=2
sim_options="--contacts 12 --messages 20 --calls 10"
quiet_s=3
new_instance
instance_start

screens=
if [ -n "${SMSVAULT_OUT-}" ]; then
	screens=$SMSVAULT_OUT/screens-lost
	rm -rf "$screens"
fi
HOME=$inst/run SMSVAULT_URL=$url SMSVAULT_SIM=$bin_sim SMSVAULT_SIM_SOCKET=$inst/run/sim.sock \
    SMSVAULT_CHROMIUM=/usr/bin/chromium SMSVAULT_SCREENS=$screens \
    node "$top/tests/web/lost.mjs" || test_failed=1
