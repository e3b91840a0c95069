#!/bin/sh
# What an owner does with what is here, in a real browser.
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

as_user dd if=/dev/urandom of="$inst/run/photo.jpg" bs=9000 count=1 status=none
as_user sh -c 'echo "Small, and yet a file." >"$1"' sh "$inst/run/small.txt"
screens=
if [ -n "${SMSVAULT_OUT-}" ]; then
	screens=$SMSVAULT_OUT/screens-owner
	rm -rf "$screens"
fi
# As root only root's browser may write to the screens' place; it needs a home.
HOME=$inst/run SMSVAULT_PSQL=$pg_bin/psql SMSVAULT_PGHOST=$inst/run SMSVAULT_URL=$url SMSVAULT_PHOTO=$inst/run/photo.jpg \
    SMSVAULT_SMALL=$inst/run/small.txt \
    SMSVAULT_SIM=$bin_sim SMSVAULT_SIM_SOCKET=$inst/run/sim.sock \
    SMSVAULT_CHROMIUM=/usr/bin/chromium SMSVAULT_SCREENS=$screens \
    node "$top/tests/web/owner.mjs" || test_failed=1
