-- Segments have no foreign key, since one would be looked up for each SMS that
-- arrives; so nothing took them along when their phone or account went.
CREATE FUNCTION segment_follow() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	DELETE FROM segment WHERE account_id = OLD.account_id AND phone_id = OLD.phone_id;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION segment_follow FROM PUBLIC;
CREATE TRIGGER phone_segments AFTER DELETE ON phone
    FOR EACH ROW EXECUTE FUNCTION segment_follow();

DELETE FROM segment s WHERE NOT EXISTS (SELECT 1 FROM phone p
    WHERE (p.account_id, p.phone_id) = (s.account_id, s.phone_id));
