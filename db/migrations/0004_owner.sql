-- What the owner's pages want beside the life of his phones: an address of mail
-- that is confirmed by a code, events that are unread, an account that is about
-- to be deleted.  Meaning of every table: smsvault-schema(7).

ALTER TABLE account
	ADD mail_new      text,               -- waits for its code
	ADD mail_code     text,
	ADD mail_code_at  timestamptz,
	ADD mail_code_tries int NOT NULL DEFAULT 0,
	ADD events_read   bigint NOT NULL DEFAULT 0, -- newest event that was seen
	ADD delete_at     timestamptz;        -- the owner wants it gone by then
CREATE INDEX account_delete ON account (delete_at) WHERE delete_at IS NOT NULL;

-- kind 'mail-confirm': what to write, since no event says it.
ALTER TABLE notice ADD code text;

GRANT INSERT (account_id, channel, target, kind, code, not_before, created_at,
    changed_at) ON notice TO smsvault_pages;
GRANT SELECT (delete_at) ON account TO smsvault_gateway;

-- Who is asking, and how many events he has not seen (at most 100).
DROP FUNCTION session_find;
CREATE FUNCTION session_find(p_token_hash bytea)
RETURNS TABLE (account_id bigint, login text, language text, private_key_sealed bytea,
    public_key bytea, unread bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	UPDATE session s SET seen_at = now() FROM account a
	WHERE s.token_hash = p_token_hash AND s.expires_at > now()
	    AND s.seen_at > now() - interval '12 hours' AND a.account_id = s.account_id
	RETURNING a.account_id, a.login, a.language, s.private_key_sealed, a.public_key,
	    (SELECT count(*) FROM (SELECT 1 FROM event e WHERE e.account_id = a.account_id
	        AND e.event_id > a.events_read AND e.kind NOT IN ('signed-in') LIMIT 100) u)
$$;
REVOKE ALL ON FUNCTION session_find FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_find TO smsvault_pages;

-- Accounts whose time of grace is over go, with everything of theirs.
CREATE FUNCTION account_delete_due() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE n bigint;
BEGIN
	DELETE FROM segment s USING account a
	    WHERE a.delete_at <= now() AND s.account_id = a.account_id;
	-- What points at two tables that go cannot wait for the cascade.
	DELETE FROM file_piece p USING account a
	    WHERE a.delete_at <= now() AND p.account_id = a.account_id;
	DELETE FROM record_version v USING account a
	    WHERE a.delete_at <= now() AND v.account_id = a.account_id;
	DELETE FROM account WHERE delete_at <= now();
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN n;
END
$$;
REVOKE ALL ON FUNCTION account_delete_due FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_delete_due TO smsvault_pages, smsvault_gateway;

-- What an owner imports from files is a phone of its own, that never was bound
-- and has no key.  The pages write to it, and to no other, through these.
ALTER TABLE phone ADD imported boolean NOT NULL DEFAULT false;
CREATE UNIQUE INDEX phone_imported ON phone (account_id) WHERE imported;
CREATE FUNCTION import_phone(p_name text)
RETURNS TABLE (phone_id bigint, transfer bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE me bigint := nullif(current_setting('smsvault.account_id', true), '')::bigint;
BEGIN
	PERFORM 1 FROM account a WHERE a.account_id = me FOR UPDATE;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	WHILE NOT EXISTS (SELECT 1 FROM phone p WHERE p.account_id = me AND p.imported) LOOP
		INSERT INTO phone (account_id, key_id, root_wrapped, name, device, sim, number,
		    codec, bound_at, unbound_at, imported)
		VALUES (me, 1 + floor(random() * 4294967295)::bigint, '', p_name,
		    decode(repeat('00', 16), 'hex'), decode(repeat('00', 8), 'hex'), '', 0,
		    now(), now(), true)
		ON CONFLICT DO NOTHING;
	END LOOP;
	RETURN QUERY UPDATE phone p SET cumulative = p.cumulative + 1, highest = p.highest + 1,
	    last_heard_at = now() WHERE p.account_id = me AND p.imported
	    RETURNING p.phone_id, p.cumulative;
END
$$;
CREATE FUNCTION import_key(p_phone_id bigint, p_sealed bytea) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	INSERT INTO data_key (account_id, phone_id, sealed, created_at)
	SELECT account_id, phone_id, p_sealed, now() FROM phone
	WHERE account_id = nullif(current_setting('smsvault.account_id', true), '')::bigint
	    AND phone_id = p_phone_id AND imported RETURNING data_key_id
$$;
-- Only what is not there: nothing is written over.
CREATE FUNCTION import_record(p_phone_id bigint, p_kind smallint, p_record_id bigint,
    p_transfer bigint, p_ordinal int, p_time_ms bigint, p_data_key_id bigint, p_sealed bytea)
RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	WITH mine AS (SELECT p.account_id, p.phone_id FROM phone p
	    WHERE p.account_id = nullif(current_setting('smsvault.account_id', true), '')::bigint
	    AND p.phone_id = p_phone_id AND p.imported AND p.cumulative = p_transfer),
	head AS (INSERT INTO record (account_id, phone_id, kind, record_id, transfer, ordinal,
	    op, time_ms) SELECT account_id, phone_id, p_kind, p_record_id, p_transfer, p_ordinal,
	    0, p_time_ms FROM mine ON CONFLICT DO NOTHING RETURNING account_id, phone_id),
	version AS (INSERT INTO record_version (account_id, phone_id, kind, record_id, transfer,
	    ordinal, op, time_ms, stored_at, data_key_id, sealed) SELECT account_id, phone_id,
	    p_kind, p_record_id, p_transfer, p_ordinal, 0, p_time_ms, now(), p_data_key_id,
	    p_sealed FROM head RETURNING 1)
	SELECT EXISTS (SELECT 1 FROM version)
$$;
REVOKE ALL ON FUNCTION import_phone, import_key, import_record FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_phone, import_key, import_record TO smsvault_pages;
