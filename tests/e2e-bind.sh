#!/bin/sh
# A phone that is bound by the picture on the page, which is read from the
# screen by a reader that is not ours.
set -u
. "${top_srcdir:-$(dirname "$0")/..}/tests/whole/lib.sh"

need node /usr/bin/chromium zbarimg
[ -d "$top/tests/web/node_modules/playwright-core" ] ||
	skip_all "playwright-core is missing: npm install in tests/web"

phones=1
sim_options="--contacts 12 --messages 20 --calls 10"
quiet_s=1
new_instance
instance_start
HOME=$inst/run SMSVAULT_URL=$url SMSVAULT_SIM=$bin_sim SMSVAULT_SIM_SOCKET=$inst/run/sim.sock \
    SMSVAULT_CHROMIUM=/usr/bin/chromium SMSVAULT_PICTURE=$inst/log/picture.png \
    node "$top/tests/web/bind.mjs" || test_failed=1
