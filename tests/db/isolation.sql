-- No page sees or changes a row of another account, in any table that has an
-- account_id.  The list comes from the catalogue: a new table is tested
-- without a word here, and fails if nobody has confined it.
BEGIN;
CREATE EXTENSION pgtap;
SELECT no_plan();

CREATE VIEW owned AS
SELECT c.oid, c.relname::text AS name FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id' AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace;

SELECT cmp_ok((SELECT count(*)::int FROM owned), '>=', 27,
    'the tables that have an account_id are found');
SELECT is((SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class c
	WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
	AND c.oid NOT IN (SELECT oid FROM owned)),
    'gateway login_attempt modem modem_signal operator operator_log operator_session schema_migration',
    'only what belongs to nobody has no account_id');

-- ---- by the catalogue ----
SELECT ok(c.relrowsecurity, o.name || ': row-level security is on')
FROM owned o JOIN pg_class c USING (oid) ORDER BY o.name;
SELECT ok(NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = o.oid AND
	(p.polroles = '{0}' OR 'smsvault_pages'::regrole = ANY (p.polroles)) AND
	(pg_get_expr(p.polqual, p.polrelid) NOT LIKE '%smsvault.account_id%'
	OR pg_get_expr(p.polwithcheck, p.polrelid) NOT LIKE '%smsvault.account_id%')),
    o.name || ': nothing but its account lets the pages in')
FROM owned o ORDER BY o.name;
SELECT is((SELECT a.attname::text FROM pg_index i
	JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
	WHERE i.indrelid = o.oid AND i.indisprimary), 'account_id',
    o.name || ': its key begins with the account')
FROM owned o ORDER BY o.name;

-- ---- with rows ----
-- Two accounts, 1 and 2, have a row in each table.  What the rows say does not
-- matter here, so no constraint may be in the way; all is rolled back.
DO $$
DECLARE c record;
BEGIN
	FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
	    WHERE contype IN ('c', 'f') AND connamespace = 'public'::regnamespace
	    ORDER BY contype = 'c' LOOP
		EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname);
	END LOOP;
END
$$;

CREATE FUNCTION some_value(type text, n int) RETURNS text LANGUAGE sql AS $$
	SELECT CASE
	WHEN type IN ('bigint', 'integer', 'smallint', 'numeric') THEN n::text
	WHEN type = 'boolean' THEN 'false'
	WHEN type = 'text' THEN quote_literal('t' || n)
	WHEN type = 'bytea' THEN format('decode(repeat(''%s'', 32), ''hex'')', lpad(n::text, 2, '0'))
	WHEN type LIKE 'timestamp%' THEN 'now()'
	WHEN type = 'date' THEN 'current_date'
	WHEN type = 'interval' THEN quote_literal('1 day')
	WHEN type IN ('json', 'jsonb') THEN quote_literal('{}')
	ELSE 'NULL' END
$$;

-- INSERT of a row of account n, naming only the columns that role may insert.
CREATE FUNCTION insert_of(t oid, n int, role text) RETURNS text LANGUAGE sql AS $$
	SELECT format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE VALUES (%s)', t::regclass,
	    string_agg(quote_ident(attname), ', ' ORDER BY attnum),
	    string_agg(CASE WHEN attname = 'account_id' THEN n::text
		ELSE some_value(format_type(atttypid, NULL), n) END, ', ' ORDER BY attnum))
	FROM pg_attribute WHERE attrelid = t AND attnum > 0 AND NOT attisdropped
	    AND attgenerated = '' AND has_column_privilege(role, t, attnum, 'INSERT')
$$;

CREATE FUNCTION fill() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE o record;
BEGIN
	SET LOCAL session_replication_role = replica; -- no triggers either
	FOR o IN SELECT * FROM owned ORDER BY name LOOP
		RETURN NEXT lives_ok(insert_of(o.oid, 1, 'smsvault') , o.name || ': a row of account 1');
		RETURN NEXT lives_ok(insert_of(o.oid, 2, 'smsvault') , o.name || ': a row of account 2');
	END LOOP;
	SET LOCAL session_replication_role = origin;
END
$$;
SELECT * FROM fill();

-- What a statement does as the pages, for this account: rows, or -1: refused.
CREATE FUNCTION as_pages(account text, sql text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
	PERFORM set_config('smsvault.account_id', account, true);
	SET LOCAL ROLE smsvault_pages;
	EXECUTE sql;
	GET DIAGNOSTICS n = ROW_COUNT;
	RESET ROLE;
	RETURN n;
EXCEPTION WHEN insufficient_privilege THEN
	RESET ROLE;
	RETURN -1;
END
$$;

CREATE FUNCTION reads() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE o record; sql text; own bigint;
BEGIN
	FOR o IN SELECT * FROM owned ORDER BY name LOOP
		sql := format('SELECT account_id FROM %I', o.name);
		own := as_pages('1', sql || ' WHERE account_id = 1');
		RETURN NEXT ok(own IN (1, -1), o.name || ': its own row is seen, or nothing at all');
		CONTINUE WHEN own = -1;
		RETURN NEXT is(as_pages('1', sql), 1::bigint, o.name || ': one row is seen of two');
		RETURN NEXT is(as_pages('1', sql || ' WHERE account_id = 2'), 0::bigint,
		    o.name || ': the other account is not seen');
		RETURN NEXT is(as_pages('', sql), 0::bigint, o.name || ': nobody sees nothing');
	END LOOP;
END
$$;
SELECT * FROM reads();

CREATE FUNCTION writes() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE o record; col text; sql text;
BEGIN
	FOR o IN SELECT * FROM owned ORDER BY name LOOP
		IF has_any_column_privilege('smsvault_pages', o.oid, 'INSERT') THEN
			sql := insert_of(o.oid, 2, 'smsvault_pages');
			RETURN NEXT is(as_pages('1', sql), -1::bigint,
			    o.name || ': no row for the other account');
			RETURN NEXT is(as_pages('', sql), -1::bigint,
			    o.name || ': no row for an account by nobody');
		END IF;
		FOR col IN SELECT attname FROM pg_attribute WHERE attrelid = o.oid
		    AND attnum > 0 AND NOT attisdropped
		    AND attidentity = ''
		    AND has_column_privilege('smsvault_pages', o.oid, attnum, 'UPDATE') LOOP
			IF col = 'account_id' THEN
				RETURN NEXT is(as_pages('1', format(
				    'UPDATE %I SET account_id = 2 WHERE account_id = 1',
				    o.name)), -1::bigint,
				    o.name || ': no row is given away');
			ELSE
				RETURN NEXT is(as_pages('1', format(
				    'UPDATE %I SET %I = DEFAULT WHERE account_id = 2',
				    o.name, col)), 0::bigint,
				    o.name || '.' || col || ': the other''s is not changed');
			END IF;
		END LOOP;
		IF has_table_privilege('smsvault_pages', o.oid, 'DELETE') THEN
			RETURN NEXT is(as_pages('1', format(
			    'DELETE FROM %I WHERE account_id = 2', o.name)), 0::bigint,
			    o.name || ': the other''s is not deleted');
		END IF;
	END LOOP;
END
$$;
SELECT * FROM writes();

SELECT * FROM finish();
ROLLBACK;
