-- What operators may change: each by a function that finds out by the session
-- who he is, and writes it to their log in the same transaction.  Meaning of
-- every function: smsvault-schema(7).

-- The limit as it was; NULL: nobody is signed in, or there is no such account.
CREATE FUNCTION operator_limit(p_token_hash bytea, p_account bigint, p_month int)
RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
	me text := operator_who(p_token_hash);
	was int;
	whose text;
BEGIN
	IF me IS NULL THEN
		RETURN NULL;
	END IF;
	SELECT a.month_sms_max, a.login INTO was, whose FROM account a
	    WHERE a.account_id = p_account FOR UPDATE;
	IF was IS NULL OR was = p_month THEN
		RETURN was;
	END IF;
	UPDATE account SET month_sms_max = p_month WHERE account_id = p_account;
	INSERT INTO event (account_id, at, kind, detail)
	    VALUES (p_account, now(), 'limit-changed', was || ' → ' || p_month);
	INSERT INTO operator_log (who, what, subject, detail)
	    VALUES (me, 'limit', whose, was || ' → ' || p_month);
	-- What waited for it is looked at again at once.
	UPDATE outbox SET not_before = now() WHERE account_id = p_account
	    AND state = 'held' AND not_before > now();
	PERFORM pg_notify('smsvault_work', 'outbox');
	RETURN was;
END
$$;

-- May an SMS that failed be sent once more?  Texts may have been read, and what
-- was said in a reply is gone; of a restore the gateway may have sent it anew.
CREATE FUNCTION operator_may_send(o outbox) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT o.state = 'failed' AND NOT o.plain AND o.not_after > now()
	    AND (o.purpose <> 'restore' OR EXISTS (SELECT 1 FROM down_frame f
		WHERE f.account_id = o.account_id AND f.outbox_id = o.outbox_id))
$$;
-- One that failed is sent again, or is no more in the way; false: it is not one.
CREATE FUNCTION operator_failed(p_token_hash bytea, p_outbox bigint, p_again boolean)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
	me text := operator_who(p_token_hash);
	whose bigint;
BEGIN
	UPDATE outbox o SET state = CASE WHEN p_again THEN 'queued' ELSE 'expired' END,
	    not_before = CASE WHEN p_again THEN now() ELSE not_before END, changed_at = now()
	    WHERE me IS NOT NULL AND o.outbox_id = p_outbox AND o.state = 'failed'
	    AND (NOT p_again OR operator_may_send(o)) RETURNING o.account_id INTO whose;
	IF whose IS NULL THEN
		RETURN false;
	END IF;
	INSERT INTO operator_log (who, what, subject) VALUES (me,
	    CASE WHEN p_again THEN 'sms-again' ELSE 'sms-dropped' END, p_outbox::text);
	PERFORM pg_notify('smsvault_work', 'outbox');
	RETURN true;
END
$$;

-- Transfers that were set aside are opened once more: one, or all (0, 0, 0).
CREATE FUNCTION operator_reopen(p_token_hash bytea, p_account bigint, p_phone bigint,
    p_transfer bigint)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
	me text := operator_who(p_token_hash);
	n bigint;
BEGIN
	UPDATE transfer t SET state = 'whole' WHERE me IS NOT NULL AND t.state = 'bad'
	    AND (p_transfer = 0 OR (t.account_id, t.phone_id, t.transfer) =
		(p_account, p_phone, p_transfer))
	    AND EXISTS (SELECT 1 FROM segment s WHERE (s.account_id, s.phone_id, s.transfer) =
		(t.account_id, t.phone_id, t.transfer));
	GET DIAGNOSTICS n = ROW_COUNT;
	IF n > 0 THEN
		INSERT INTO operator_log (who, what, detail) VALUES (me, 'reopened', n::text);
	END IF;
	RETURN n;
END
$$;
-- The same by smsctl, which has the gateway's rights.
CREATE FUNCTION operator_note(p_what text, p_detail text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	INSERT INTO operator_log (who, what, detail) VALUES ('smsctl', p_what, p_detail)
$$;

REVOKE ALL ON FUNCTION operator_limit, operator_may_send, operator_failed, operator_reopen,
    operator_note FROM PUBLIC;
GRANT EXECUTE ON FUNCTION operator_limit, operator_failed, operator_reopen
    TO smsvault_operator;
GRANT EXECUTE ON FUNCTION operator_note TO smsvault_gateway;
GRANT SELECT (plain) ON outbox TO smsvault_operator;
