-- Files that come with what an owner imports, such as the pictures of messages.
CREATE FUNCTION import_piece(p_phone_id bigint, p_record_id bigint, p_transfer bigint,
    p_content bigint, p_size bigint, p_offset bigint, p_len int, p_data_key_id bigint,
    p_sealed bytea)
RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	WITH mine AS (SELECT p.account_id, p.phone_id FROM phone p
	    WHERE p.account_id = nullif(current_setting('smsvault.account_id', true), '')::bigint
	    AND p.phone_id = p_phone_id AND p.imported AND p.cumulative = p_transfer),
	-- Its pieces come in one transaction: nobody sees it before it is whole.
	whole AS (INSERT INTO file (account_id, phone_id, record_id, content, coded_size,
	    have, started_at, whole_at) SELECT account_id, phone_id, p_record_id, p_content,
	    p_size, p_size, now(), now() FROM mine ON CONFLICT DO NOTHING),
	piece AS (INSERT INTO file_piece (account_id, phone_id, record_id, content, "offset",
	    len, data_key_id, sealed, stored_at) SELECT account_id, phone_id, p_record_id,
	    p_content, p_offset, p_len, p_data_key_id, p_sealed, now() FROM mine
	    ON CONFLICT DO NOTHING RETURNING 1)
	SELECT EXISTS (SELECT 1 FROM piece)
$$;
REVOKE ALL ON FUNCTION import_piece FROM PUBLIC;
GRANT EXECUTE ON FUNCTION import_piece TO smsvault_pages;
