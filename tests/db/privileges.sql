-- What each role can not do.  A new grant that breaks one of these is a
-- mistake, or a decision that changes this file.
BEGIN;
CREATE EXTENSION pgtap;
SELECT no_plan();

CREATE VIEW role AS SELECT unnest(ARRAY['smsvault_gateway', 'smsvault_pages',
    'smsvault_operator']) AS name;
CREATE VIEW col AS
SELECT c.oid AS t, c.relname::text AS tab, a.attname::text AS name, a.attnum
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'v') AND c.relnamespace = 'public'::regnamespace
    AND a.attnum > 0 AND NOT a.attisdropped AND c.relname NOT IN ('role', 'col')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e');

-- ---- the roles themselves ----
SELECT ok(NOT (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication),
    r.name || ' has no right above the others')
FROM role r JOIN pg_roles ON rolname = r.name;
SELECT is((SELECT count(*) FROM pg_roles JOIN role ON rolname = name), 3::bigint,
    'the three roles are there');
SELECT ok(NOT has_schema_privilege(name, 'public', 'CREATE'), name || ' can create nothing')
FROM role;
SELECT is((SELECT count(*) FROM pg_auth_members m WHERE m.member IN
    (SELECT oid FROM pg_roles JOIN role ON rolname = name)), 0::bigint,
    'no role is a member of another');
SELECT is((SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
    JOIN role ON rolname = name), 0::bigint, 'and none owns anything');
SELECT is((SELECT string_agg(DISTINCT c.relname, ' ') FROM pg_class c,
    aclexplode(c.relacl) x WHERE x.grantee = 0 AND c.relnamespace = 'public'::regnamespace
    AND c.relkind IN ('r', 'p', 'v', 'S')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')),
    NULL, 'nothing is granted to everybody');

-- ---- functions that run with their owner's rights ----
SELECT ok(EXISTS (SELECT 1 FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=pg_catalog,%'),
    p.proname || '() looks for names in places of its own')
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef;
SELECT ok(NOT EXISTS (SELECT 1 FROM aclexplode(coalesce(p.proacl,
	acldefault('f', p.proowner))) x WHERE x.grantee = 0),
    p.proname || '() is not for everybody')
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef;

-- ---- secrets: who may not read what ----
CREATE TABLE secret (reader text, tab text, name text);
INSERT INTO secret
SELECT 'smsvault_gateway', 'account', unnest(ARRAY['password_salt', 'password_proof',
    'private_by_password', 'private_by_recovery', 'recovery_salt', 'private_by_service'])
UNION ALL SELECT 'smsvault_gateway', 'session', name FROM col WHERE tab = 'session'
UNION ALL SELECT 'smsvault_pages', 'phone', unnest(ARRAY['root_wrapped', 'device', 'wipe_nonce'])
UNION ALL SELECT 'smsvault_pages', 'binding', unnest(ARRAY['code_key_wrapped',
    'qr_key_wrapped', 'challenge', 'root_wrapped', 'hello_digest'])
UNION ALL SELECT 'smsvault_pages', 'outbox', unnest(ARRAY['frame'])
UNION ALL SELECT 'smsvault_pages', 'restore_item', 'sealed'
-- Of operators no role reads anything: they are asked for by functions.
UNION ALL SELECT role.name, tab, col.name FROM role, col
    WHERE tab IN ('operator', 'operator_session') AND role.name <> 'smsvault_operator'
UNION ALL SELECT 'smsvault_pages', tab, name FROM col WHERE tab IN ('segment', 'login_attempt');
-- The operator: nothing that is sealed, wrapped, hashed or salted, anywhere.
-- (A claim's buckets are sums of marks under the phone's key: they say nothing.)
INSERT INTO secret
SELECT 'smsvault_operator', tab, name FROM col JOIN pg_attribute a
    ON a.attrelid = col.t AND a.attnum = col.attnum
    WHERE a.atttypid = 'bytea'::regtype AND tab <> 'schema_migration'
    AND (tab, name) <> ('completeness', 'buckets');
SELECT isnt((SELECT attnum FROM col WHERE col.tab = s.tab AND col.name = s.name), NULL,
    s.tab || '.' || s.name || ' is there')
FROM secret s WHERE reader <> 'smsvault_operator';
SELECT ok(NOT has_column_privilege(s.reader, c.t, c.attnum, 'SELECT'),
    s.reader || ' cannot read ' || s.tab || '.' || s.name)
FROM secret s JOIN col c USING (tab, name);

-- ---- what may not be written ----
-- The operator writes nothing.
SELECT ok(NOT has_any_column_privilege('smsvault_operator', t, 'INSERT, UPDATE')
    AND NOT has_table_privilege('smsvault_operator', t, 'DELETE, TRUNCATE'),
    'smsvault_operator writes nothing to ' || tab)
FROM (SELECT DISTINCT t, tab FROM col) x ORDER BY tab;

-- Nobody but the operators' connection signs in, nobody but the gateway's, by
-- smsctl, makes operators, and the owners' pages do neither.
SELECT is(has_function_privilege(r.name, p.oid, 'EXECUTE'), r.name = CASE
    WHEN p.proname IN ('operator_put', 'operator_remove', 'operator_list',
	'operator_note')
    THEN 'smsvault_gateway' ELSE 'smsvault_operator' END,
    r.name || ' and ' || p.proname || '()')
FROM role r, pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND p.proname LIKE 'operator\_%' AND p.proname <> 'operator_may_send';
SELECT is((SELECT string_agg(tab || '.' || name, ' ') FROM col
    WHERE tab LIKE 'operator%' AND tab <> 'operator_log'
    AND has_column_privilege('smsvault_operator', t, attnum, 'SELECT')), NULL,
    'smsvault_operator reads nothing of operators but their log');
SELECT ok(NOT has_any_column_privilege('smsvault_pages', t, 'SELECT, INSERT, UPDATE'),
    'smsvault_pages has no part in ' || tab)
FROM (SELECT DISTINCT t, tab FROM col WHERE tab LIKE 'operator%'
    OR tab IN ('modem_signal', 'gateway')) x ORDER BY tab;

-- Append-only: whoever asks.  noticed is no content: it says who was told.
SELECT ok(NOT has_table_privilege(r.name, c.t, 'DELETE, TRUNCATE'),
    r.name || ' takes nothing back from ' || c.tab)
FROM role r, (SELECT DISTINCT t, tab FROM col WHERE tab IN ('record_version', 'event',
    'policy', 'lost', 'evidence', 'data_key', 'command', 'spend', 'file_piece')) c;
SELECT ok(NOT has_column_privilege(r.name, c.t, c.attnum, 'UPDATE'),
    r.name || ' changes no ' || c.tab || '.' || c.name)
FROM role r, col c WHERE c.tab IN ('record_version', 'policy', 'lost', 'evidence',
    'data_key', 'file_piece', 'event') AND (c.tab, c.name) <> ('event', 'noticed');
SELECT ok(NOT has_table_privilege(r.name, 'schema_migration', 'INSERT, UPDATE, DELETE'),
    r.name || ' writes no migration')
FROM role r;

-- The pages write no data of phones, and nothing of what the gateway knows.
SELECT ok(NOT has_any_column_privilege('smsvault_pages', t, 'INSERT, UPDATE')
    AND NOT has_table_privilege('smsvault_pages', t, 'DELETE, TRUNCATE'),
    'smsvault_pages writes nothing to ' || tab)
FROM (SELECT DISTINCT t, tab FROM col WHERE tab IN ('record', 'record_version', 'transfer',
    'segment', 'data_key', 'outbox', 'spend', 'modem', 'file', 'file_piece',
    'completeness', 'evidence', 'traffic', 'login_attempt')) x ORDER BY tab;
SELECT ok(NOT has_column_privilege('smsvault_pages', c.t, c.attnum, 'UPDATE'),
    'smsvault_pages changes no phone.' || c.name)
FROM col c WHERE c.tab = 'phone' AND c.name IN ('account_id', 'phone_id', 'key_id',
    'root_wrapped', 'number', 'cumulative', 'control_next', 'policy_applied', 'bound_at');
SELECT ok(NOT has_table_privilege('smsvault_pages', 'account', 'INSERT, DELETE'),
    'smsvault_pages makes accounts by account_create() only');

-- The gateway writes no account but its counters of wrong answers.
SELECT is((SELECT string_agg(name, ' ' ORDER BY name) FROM col WHERE tab = 'account' AND
    has_column_privilege('smsvault_gateway', t, attnum, 'UPDATE')),
    'answer_failures_day answer_failures_on answer_failures_total',
    'smsvault_gateway counts wrong answers, and changes nothing else of an account');
SELECT ok(NOT has_table_privilege('smsvault_gateway', 'account', 'INSERT, DELETE'),
    'smsvault_gateway makes no account');

-- Once for all: what is refused is refused, not only not granted.
SET LOCAL ROLE smsvault_pages;
SELECT throws_ok('SELECT root_wrapped FROM phone', '42501');
SELECT throws_ok('SELECT * FROM segment', '42501');
SELECT throws_ok('DELETE FROM record_version', '42501');
RESET ROLE;
SET LOCAL ROLE smsvault_gateway;
SELECT throws_ok('SELECT password_proof FROM account', '42501');
SELECT throws_ok('SELECT * FROM session', '42501');
SELECT throws_ok($$SELECT * FROM login_find('x')$$, '42501');
RESET ROLE;
SET LOCAL ROLE smsvault_operator;
SELECT throws_ok('SELECT sealed FROM record_version', '42501');
SELECT throws_ok('UPDATE account SET month_sms_max = 1', '42501');
SELECT throws_ok('SELECT password_proof FROM operator', '42501');
RESET ROLE;

-- ---- operators ----
CREATE FUNCTION octets(n int, v int) RETURNS bytea LANGUAGE sql AS $$
	SELECT decode(repeat(lpad(to_hex(v), 2, '0'), n), 'hex')
$$;
SET LOCAL ROLE smsvault_gateway;
SELECT is(operator_put('anna', octets(16, 1), octets(32, 2), false), false,
    'nobody has no password');
SELECT is(operator_put('anna', octets(16, 1), octets(32, 2), true), true,
    'an operator is made');
SELECT is(operator_put('anna', octets(16, 9), octets(32, 9), true), false, 'once');
SELECT throws_ok($$SELECT operator_put('<b>', octets(16, 9), octets(32, 9), true)$$, '23514');
RESET ROLE;
SET LOCAL ROLE smsvault_operator;
SELECT is(operator_salt('anna'), octets(16, 1), 'his salt is told');
SELECT is(operator_salt('bob'), NULL, 'there is no other');
SELECT is(operator_sign_in('anna', octets(32, 3), octets(32, 4)), false,
    'what does not prove his password opens nothing');
SELECT is(operator_sign_in('bob', octets(32, 2), octets(32, 4)), false, 'nor for another');
SELECT is(operator_who(octets(32, 4)), NULL, 'nobody is signed in');
SELECT is(operator_sign_in('anna', octets(32, 2), octets(32, 4)), true, 'what does, does');
SELECT is(operator_who(octets(32, 4)), 'anna', 'and he is signed in');
RESET ROLE;
UPDATE operator_session SET seen_at = now() - interval '13 hours';
SELECT is(operator_who(octets(32, 4)), NULL, 'not after 12 hours of rest');
UPDATE operator_session SET seen_at = now(), expires_at = now() - interval '1 second';
SELECT is(operator_who(octets(32, 4)), NULL, 'nor after a day');
UPDATE operator_session SET expires_at = now() + interval '1 hour';
SELECT is(operator_who(octets(32, 4)), 'anna', 'but until then');
SELECT is(operator_put('anna', octets(16, 5), octets(32, 6), false), true,
    'another password');
SELECT is(operator_who(octets(32, 4)), NULL, 'ends what was begun with the old one');
SELECT is(operator_sign_in('anna', octets(32, 2), octets(32, 7)), false, 'which opens no more');
SELECT is(operator_sign_in('anna', octets(32, 6), octets(32, 7)), true, 'as the new one does');
SELECT is(operator_remove('anna'), true, 'he is removed');
SELECT is(operator_who(octets(32, 7)), NULL, 'and out');
SELECT is((SELECT string_agg(who || ' ' || what, ', ' ORDER BY entry_id) FROM operator_log),
    'smsctl operator-added, anna signed-in, smsctl operator-password, anna signed-in, '
    'smsctl operator-removed', 'all of it is in the log');
SELECT throws_ok('UPDATE operator_log SET who = $$x$$', '23000');
SELECT throws_ok('DELETE FROM operator_log', '23000');

-- ---- what operators change ----
SELECT ok(operator_put('otto', octets(16, 1), octets(32, 2), true)
    AND operator_sign_in('otto', octets(32, 2), octets(32, 3)), 'another operator is signed in');
CREATE TEMP TABLE acc AS SELECT account_create('owner', 'en', octets(16, 0), octets(32, 0),
    octets(32, 0), '', '', '') AS id;
INSERT INTO phone (account_id, key_id, root_wrapped, name, device, sim, number, codec, bound_at)
SELECT id, 1, '', 'phone', octets(16, 0), octets(8, 0), '+358', 1, now() FROM acc;
CREATE TEMP TABLE sent AS SELECT * FROM (VALUES
    (1, 'control', false, 'failed', '1 day'), (2, 'reply', true, 'failed', '1 day'),
    (3, 'control', false, 'failed', '-1 day'), (4, 'restore', false, 'failed', '1 day'),
    (5, 'control', false, 'sent', '1 day'), (6, 'control', false, 'held', '1 day'))
    x (n, purpose, plain, state, life);
INSERT INTO outbox (account_id, outbox_id, purpose, plain, number, frame, state, attempts,
    not_before, not_after, created_at, changed_at) OVERRIDING SYSTEM VALUE
SELECT id, 1000 + n, purpose, plain, '+358', '\x00', state, 6, now() + '1 hour',
    now() + life::interval, now(), now() FROM acc, sent;
CREATE FUNCTION state_of(n bigint) RETURNS text LANGUAGE sql AS $$
	SELECT state FROM outbox WHERE outbox_id = n
$$;
SELECT is(operator_failed(octets(32, 9), 1001, true), false, 'a stranger sends nothing');
SELECT is(operator_failed(octets(32, 9), 1001, false), false, 'nor drops it');
SELECT is(operator_failed(octets(32, 3), 1000 + n, true), n = 1, why)
FROM (VALUES (1, 'an SMS that failed is sent again'), (2, 'no text for a person is'),
    (3, 'nor what is too late'), (4, 'nor what a restore has sent anew'),
    (5, 'nor what was sent'), (6, 'nor what is held')) x (n, why);
SELECT is(state_of(1001), 'queued', 'it is in the queue');
SELECT is(operator_failed(octets(32, 3), 1001, true), false, 'once');
SELECT is(operator_failed(octets(32, 3), 1000 + n, false), n IN (2, 3, 4),
    'only what failed is dropped: ' || n) FROM sent ORDER BY n;
SELECT is(state_of(1002), 'expired', 'and is no more in the way');
SELECT is(operator_limit(octets(32, 9), id, 300), NULL, 'a stranger changes no limit') FROM acc;
SELECT is(operator_limit(octets(32, 3), -1, 300), NULL, 'there is no such account');
SELECT is(operator_limit(octets(32, 3), id, 300), 200, 'a limit is changed') FROM acc;
SELECT is(operator_limit(octets(32, 3), id, 300), 300, 'twice is once') FROM acc;
SELECT throws_ok(format('SELECT operator_limit(octets(32, 3), %s, -1)', id), '23514') FROM acc;
SELECT is((SELECT month_sms_max FROM account, acc WHERE account_id = id), 300, 'so it is');
SELECT is((SELECT string_agg(kind || ' ' || detail, ', ') FROM event), 'limit-changed 200 → 300',
    'its owner is told, once');
SELECT ok((SELECT not_before <= now() FROM outbox WHERE outbox_id = 1006),
    'what was held is looked at again');
INSERT INTO transfer (account_id, phone_id, transfer, state, first_at, last_at)
SELECT account_id, phone_id, t, s, now(), now() FROM phone,
    (VALUES (1, 'bad'), (2, 'bad'), (3, 'bad'), (4, 'stored')) x (t, s);
INSERT INTO segment (account_id, phone_id, transfer, index, last, body, arrived_at)
SELECT account_id, phone_id, t, 0, true, '\x00', now() FROM phone, generate_series(1, 2) t;
SELECT is(operator_reopen(octets(32, 9), 0, 0, 0), 0::bigint, 'a stranger opens nothing');
SELECT is(operator_reopen(octets(32, 3), account_id, phone_id, 1), 1::bigint,
    'a transfer that was set aside is opened again') FROM phone;
SELECT is(operator_reopen(octets(32, 3), account_id, phone_id, 3), 0::bigint,
    'not one of which nothing was kept') FROM phone;
SELECT is(operator_reopen(octets(32, 3), 0, 0, 0), 1::bigint, 'nor twice');
SELECT is((SELECT string_agg(state, ' ' ORDER BY transfer) FROM transfer),
    'whole whole bad stored', 'all that could be');
SELECT is((SELECT string_agg(concat_ws(' ', what, subject, detail), ', ' ORDER BY entry_id)
    FROM operator_log WHERE who = 'otto' AND what <> 'signed-in'), 'sms-again 1001 , '
    'sms-dropped 1002 , sms-dropped 1003 , sms-dropped 1004 , limit owner 200 → 300, '
    'reopened  1, reopened  1', 'each change is in the log, with who made it');

-- ---- the signal of a modem: one value in ten minutes, of a day ----
INSERT INTO modem (name, seen_at, signal_percent) VALUES ('left', '2026-05-03 10:01Z', 50);
UPDATE modem SET seen_at = '2026-05-03 10:09Z', signal_percent = 60;
UPDATE modem SET seen_at = '2026-05-03 10:11Z', signal_percent = NULL;
UPDATE modem SET seen_at = '2026-05-03 10:12Z', signal_percent = 70;
UPDATE modem SET seen_at = '2026-05-03 10:25Z', sms_in = 7;
SELECT is((SELECT string_agg(to_char(at AT TIME ZONE 'UTC', 'HH24:MI ') || signal_percent, ', '
    ORDER BY at) FROM modem_signal), '10:00 60, 10:10 70', 'one value in ten minutes is kept');
UPDATE modem SET seen_at = '2026-05-04 10:05Z', signal_percent = 80;
SELECT is((SELECT count(*) FROM modem_signal), 2::bigint, 'of a day, and no longer');

SELECT * FROM finish();
ROLLBACK;
