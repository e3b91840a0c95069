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

# What an operator finds: SMS that failed, one that waits for a limit, a transfer
# that was set aside, a check that found damage, and an account whose login would
# be markup.
sql "INSERT INTO modem_signal SELECT name, now() - interval '3 hours', 40 FROM modem;
    ALTER TABLE account DROP CONSTRAINT account_login_check;
    INSERT INTO account (login, password_salt, password_proof, public_key,
	private_by_password, private_by_recovery, recovery_salt)
    SELECT '<b>bold</b>', password_salt, password_proof, public_key, '', '', '' FROM account;
    INSERT INTO backup_check (account_id, checked_at, unreadable)
    SELECT account_id, now(), 2 FROM account WHERE login = 'first';
    INSERT INTO outbox (account_id, phone_id, purpose, plain, number, frame, state,
	attempts, not_before, not_after, created_at, changed_at)
    SELECT account_id, phone_id, x.purpose, x.plain, number, '\\x00', x.state, x.tries,
	now() + x.due::interval, now() + '1 day', now(), now()
    FROM (SELECT * FROM phone ORDER BY phone_id LIMIT 1) p, (VALUES
	('control', false, 'failed', 6, '-1 hour'), ('reply', true, 'failed', 6, '-1 hour'),
	('control', false, 'held', 0, '1 hour')) x (purpose, plain, state, tries, due);
    INSERT INTO transfer (account_id, phone_id, transfer, state, have, last_index, first_at, last_at)
    SELECT account_id, phone_id, 9000000, 'bad', 1, 0, now(), now() FROM phone ORDER BY phone_id LIMIT 1;
    INSERT INTO segment (account_id, phone_id, transfer, index, last, body, arrived_at)
    SELECT account_id, phone_id, 9000000, 0, true, '\\x00', now() FROM phone ORDER BY phone_id LIMIT 1"

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
