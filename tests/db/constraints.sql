-- What the database refuses, whoever asks: each statement is one that a bug
-- above it could send.
BEGIN;
CREATE EXTENSION pgtap;
SELECT no_plan();

CREATE FUNCTION zero(n int) RETURNS bytea LANGUAGE sql AS $$
	SELECT decode(repeat('00', n), 'hex')
$$;
CREATE TEMP TABLE a AS SELECT account_create('owner-' || n, 'en', zero(16), zero(32),
    zero(32), '', '', '') AS id, n FROM generate_series(1, 2) n;
INSERT INTO phone (account_id, key_id, root_wrapped, name, device, sim, number, codec, bound_at)
SELECT id, n, '', 'phone', zero(16), zero(8), '+358', 1, now() FROM a;
CREATE TEMP TABLE p AS SELECT account_id, phone_id, key_id FROM phone;
INSERT INTO data_key (account_id, phone_id, sealed, created_at)
SELECT account_id, phone_id, '', now() FROM p;

SELECT is(account_create('owner-1', 'en', zero(16), zero(32), zero(32), '', '', ''), NULL,
    'a login is taken once');

-- SQL in which A, P and K stand for an account, its phone and its data key.
CREATE FUNCTION refused(sql text, code text, why text) RETURNS text LANGUAGE sql AS $$
	SELECT throws_ok(regexp_replace(regexp_replace(regexp_replace(sql,
	    '\mA\M', (SELECT account_id::text FROM p WHERE key_id = 1), 'g'),
	    '\mP\M', (SELECT phone_id::text FROM p WHERE key_id = 1), 'g'),
	    '\mK\M', (SELECT data_key_id::text FROM data_key JOIN p USING (account_id, phone_id)
		WHERE key_id = 1), 'g'), code, NULL, why)
$$;
CREATE FUNCTION taken(sql text, why text) RETURNS text LANGUAGE sql AS $$
	SELECT lives_ok(regexp_replace(regexp_replace(regexp_replace(sql,
	    '\mA\M', (SELECT account_id::text FROM p WHERE key_id = 1), 'g'),
	    '\mP\M', (SELECT phone_id::text FROM p WHERE key_id = 1), 'g'),
	    '\mK\M', (SELECT data_key_id::text FROM data_key JOIN p USING (account_id, phone_id)
		WHERE key_id = 1), 'g'), why)
$$;

-- ---- accounts ----
SELECT refused(format('UPDATE account SET login = %L WHERE account_id = A', login), '23514',
    'login ' || quote_literal(translate(login, E'\n', '~')))
FROM unnest(ARRAY['', 'ab', 'Upper', 'two words', repeat('x', 65), 'a;b', 'käse',
    E'a\nbc']) login;
SELECT refused('UPDATE account SET language = ''fi'' WHERE account_id = A', '23514',
    'a language that no page has');
SELECT refused('UPDATE account SET month_sms_max = -1 WHERE account_id = A', '23514',
    'a budget below nothing');
SELECT refused('UPDATE account SET public_key = ''\x00'' WHERE account_id = A', '23514',
    'a public key of one octet');
SELECT refused('UPDATE account SET password_proof = ''\x00'' WHERE account_id = A', '23514',
    'a proof of one octet');

-- ---- phones ----
SELECT refused('UPDATE phone SET key_id = 0 WHERE phone_id = P', '23514', 'key id 0');
SELECT refused('UPDATE phone SET key_id = 4294967296 WHERE phone_id = P', '23514',
    'a key id of 33 bits');
SELECT refused('UPDATE phone SET key_id = 2 WHERE phone_id = P', '23505',
    'a key id twice');
SELECT refused('UPDATE phone SET device = '''' WHERE phone_id = P', '23514', 'no device');
SELECT refused('UPDATE phone SET wipe_state = 5 WHERE phone_id = P', '23514',
    'a wipe that there is not');

-- ---- what arrives ----
SELECT refused('INSERT INTO transfer (account_id, phone_id, transfer, first_at, last_at)
    VALUES (A, P, ' || n || ', now(), now())', '23514', 'transfer ' || n)
FROM unnest(ARRAY[0, 16777216]) n;
SELECT taken('INSERT INTO transfer (account_id, phone_id, transfer, first_at, last_at)
    VALUES (A, P, 7, now(), now())', 'a transfer');
SELECT refused('INSERT INTO transfer (account_id, phone_id, transfer, first_at, last_at)
    VALUES (A, P, 7, now(), now())', '23505', 'a transfer twice');
SELECT refused('UPDATE transfer SET state = ''lost'' WHERE transfer = 7', '23514',
    'a state that no transfer has');
SELECT refused('UPDATE transfer SET last_index = 16 WHERE transfer = 7', '23514',
    'a seventeenth segment as the last');
SELECT refused('INSERT INTO transfer (account_id, phone_id, transfer, first_at, last_at)
    VALUES (A, (SELECT phone_id FROM p WHERE key_id = 2), 8, now(), now())', '23503',
    'a transfer of another account''s phone');
SELECT refused('INSERT INTO segment VALUES (A, P, 7, ' || i || ', false, zero(' || n
    || '), now())', '23514', 'segment ' || i || ' of ' || n || ' octets')
FROM (VALUES (16, 1), (-1, 1), (0, 0), (0, 122)) x(i, n);
SELECT taken('INSERT INTO segment VALUES (A, P, 7, 15, true, zero(121), now())',
    'the last segment, full');
SELECT refused('INSERT INTO segment VALUES (A, P, 7, 15, true, zero(1), now())', '23505',
    'a segment twice');
SELECT refused('INSERT INTO record_version (account_id, phone_id, kind, record_id, transfer,
    ordinal, op, time_ms, stored_at, data_key_id, sealed)
    VALUES (A, P, 1, ' || id || ', 7, 0, ' || op || ', 0, now(), K, '''')', '23514', why)
FROM (VALUES (-1, 0, 'a record id below 0'), (4294967296, 0, 'a record id of 33 bits'),
    (1, 2, 'a third operation')) x(id, op, why);
SELECT refused('INSERT INTO record_version (account_id, phone_id, kind, record_id, transfer,
    ordinal, op, time_ms, stored_at, data_key_id, sealed)
    VALUES (A, P, 1, 1, 7, 0, 0, 0, now(), (SELECT data_key_id FROM data_key
    JOIN p USING (account_id) WHERE p.key_id = 2), '''')', '23503',
    'a record under another account''s key');
SELECT taken('INSERT INTO record_version (account_id, phone_id, kind, record_id, transfer,
    ordinal, op, time_ms, stored_at, data_key_id, sealed)
    VALUES (A, P, 1, 1, 7, 0, 0, 0, now(), K, '''')', 'a record');
SELECT refused('INSERT INTO record_version (account_id, phone_id, kind, record_id, transfer,
    ordinal, op, time_ms, stored_at, data_key_id, sealed)
    VALUES (A, P, 1, 1, 7, 0, 1, 0, now(), K, '''')', '23505',
    'two versions of a record at one place');

-- ---- what the owner says ----
SELECT refused('INSERT INTO policy (account_id, phone_id, version, policy)
    VALUES (A, P, ' || v || ', zero(' || n || '))', '23514',
    'policy ' || v || ' of ' || n || ' octets')
FROM (VALUES (0, 1), (16777216, 1), (1, 101)) x(v, n);
SELECT refused('INSERT INTO binding (account_id, code_id, expires_at, code_key_wrapped,
    qr_key_wrapped) VALUES (A, ' || n || ', now(), '''', '''')', '23514', 'code id ' || n)
FROM unnest(ARRAY[-1, 1048576]) n;
SELECT taken('INSERT INTO binding (account_id, code_id, expires_at, code_key_wrapped,
    qr_key_wrapped) VALUES (A, 5, now(), '''', '''')', 'a code');
SELECT refused('INSERT INTO binding (account_id, code_id, expires_at, code_key_wrapped,
    qr_key_wrapped) VALUES ((SELECT id FROM a WHERE n = 2), 5, now(), '''', '''')', '23505',
    'the same code of two accounts');
SELECT refused('UPDATE binding SET state = ''open'' WHERE code_id = 5', '23514',
    'a state that no code has');

-- ---- what goes out ----
SELECT refused('INSERT INTO outbox (account_id, purpose, number, frame, not_before, not_after,
    created_at, changed_at) VALUES (A, ''' || purpose || ''', ''+358'', zero(' || n
    || '), now(), now(), now(), now())', '23514', purpose || ' of ' || n || ' octets')
FROM (VALUES ('control', 0), ('control', 134), ('spam', 10)) x(purpose, n);
SELECT refused('INSERT INTO lost (account_id, phone_id, version, is_on, locate_min)
    VALUES (A, P, 1, true, ' || n || ')', '23514', 'where it is, every ' || n || ' minutes')
FROM unnest(ARRAY[0, 4, 1441]) n;

-- ---- append-only, whoever asks ----
SELECT taken('INSERT INTO evidence (account_id, phone_id, kind, gateway_at)
    VALUES (A, P, ''sim'', now())', 'evidence');
SELECT refused('UPDATE evidence SET kind = ''found''', '23000', 'evidence that changes');
SELECT taken('INSERT INTO lost (account_id, phone_id, version, is_on)
    VALUES (A, P, 1, true)', 'an order');
SELECT refused('UPDATE lost SET is_on = false', '23000', 'an order that changes');

-- ---- an account that goes takes all of its rows, and no other's ----
SELECT taken('DELETE FROM account WHERE account_id = A', 'an account is deleted');
CREATE FUNCTION left_over() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE t text; n bigint;
BEGIN
	FOR t IN SELECT c.relname FROM pg_class c JOIN pg_attribute x ON x.attrelid = c.oid
	    AND x.attname = 'account_id' WHERE c.relkind = 'r'
	    AND c.relnamespace = 'public'::regnamespace ORDER BY 1 LOOP
		EXECUTE format('SELECT count(*) FROM %I WHERE account_id = $1', t)
		    INTO n USING (SELECT id FROM a WHERE a.n = 1);
		RETURN NEXT is(n, 0::bigint, t || ': nothing of it is left');
	END LOOP;
END
$$;
SELECT * FROM left_over();
SELECT is((SELECT count(*) FROM phone), 1::bigint, 'the other account''s phone is there');

SELECT * FROM finish();
ROLLBACK;
