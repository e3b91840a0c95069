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
