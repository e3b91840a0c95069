-- What the newest check of an account's backup has found.  Meaning of every column:
-- smsvault-schema(7).
CREATE TABLE backup_check (
	account_id   bigint PRIMARY KEY REFERENCES account ON DELETE CASCADE,
	begun_at     timestamptz,             -- NULL: none is under way
	checked_at   timestamptz,             -- NULL: none has come to an end yet
	-- the last version that was opened; NULL: all were
	at_phone     bigint,
	at_kind      smallint,
	at_record    bigint,
	at_transfer  bigint,
	at_ordinal   int,
	records      bigint NOT NULL DEFAULT 0,
	versions     bigint NOT NULL DEFAULT 0,
	files        bigint NOT NULL DEFAULT 0,
	unreadable   bigint NOT NULL DEFAULT 0,
	unfinished   bigint NOT NULL DEFAULT 0, -- files that are not whole yet
	missing      bigint NOT NULL DEFAULT 0  -- the phones have sent them, as they say
);
GRANT SELECT, INSERT, UPDATE ON backup_check TO smsvault_pages;
GRANT SELECT ON backup_check TO smsvault_gateway, smsvault_operator;

ALTER TABLE backup_check ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_account ON backup_check TO smsvault_pages
    USING (account_id = nullif(current_setting('smsvault.account_id', true), '')::bigint)
    WITH CHECK (account_id = nullif(current_setting('smsvault.account_id', true), '')::bigint);
CREATE POLICY gateway_all ON backup_check TO smsvault_gateway USING (true) WITH CHECK (true);
CREATE POLICY operator_all ON backup_check FOR SELECT TO smsvault_operator USING (true);
