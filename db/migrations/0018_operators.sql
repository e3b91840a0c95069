-- Operators sign in to pages of their own.  They are made on the command line
-- alone.  Meaning of every table: smsvault-schema(7).

CREATE TABLE operator (
	operator_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	login        text NOT NULL UNIQUE CHECK (login ~ '^[a-z0-9._@+-]{3,64}$'),
	password_salt  bytea NOT NULL CHECK (octet_length(password_salt) = 16),
	password_proof bytea NOT NULL CHECK (octet_length(password_proof) = 32),
	created_at   timestamptz NOT NULL DEFAULT now(),
	signed_in_at timestamptz
);

CREATE TABLE operator_session (
	token_hash   bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
	operator_id  bigint NOT NULL REFERENCES operator ON DELETE CASCADE,
	created_at   timestamptz NOT NULL DEFAULT now(),
	seen_at      timestamptz NOT NULL DEFAULT now(),
	expires_at   timestamptz NOT NULL
);

CREATE TABLE operator_log (               -- what operators did; append-only
	entry_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at           timestamptz NOT NULL DEFAULT now(),
	who          text NOT NULL,           -- login, or smsctl
	what         text NOT NULL,
	subject      text NOT NULL DEFAULT '',
	detail       text NOT NULL DEFAULT ''
);
CREATE TRIGGER operator_log_append_only BEFORE UPDATE OR DELETE ON operator_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Nobody reads what proves a password: it is compared here.
CREATE FUNCTION operator_salt(p_login text) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT o.password_salt FROM operator o WHERE o.login = p_login
$$;
CREATE FUNCTION operator_sign_in(p_login text, p_proof bytea, p_token_hash bytea)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE me bigint;
BEGIN
	UPDATE operator SET signed_in_at = now()
	    WHERE login = p_login AND password_proof = p_proof RETURNING operator_id INTO me;
	IF me IS NULL THEN
		RETURN false;
	END IF;
	DELETE FROM operator_session WHERE expires_at < now();
	INSERT INTO operator_session (token_hash, operator_id, expires_at)
	    VALUES (p_token_hash, me, now() + interval '1 day') ON CONFLICT DO NOTHING;
	INSERT INTO operator_log (who, what) VALUES (p_login, 'signed-in');
	RETURN true;
END
$$;
CREATE FUNCTION operator_who(p_token_hash bytea) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	UPDATE operator_session s SET seen_at = now() FROM operator o
	WHERE s.token_hash = p_token_hash AND s.expires_at > now()
	    AND s.seen_at > now() - interval '12 hours' AND o.operator_id = s.operator_id
	RETURNING o.login
$$;
CREATE FUNCTION operator_sign_out(p_token_hash bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	DELETE FROM operator_session WHERE token_hash = p_token_hash
$$;

-- For smsctl, as the gateway's user: a new operator, or one's new password.
CREATE FUNCTION operator_put(p_login text, p_salt bytea, p_proof bytea, p_new boolean)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE me bigint;
BEGIN
	IF p_new THEN
		INSERT INTO operator (login, password_salt, password_proof)
		    VALUES (p_login, p_salt, p_proof)
		    ON CONFLICT DO NOTHING RETURNING operator_id INTO me;
	ELSE
		UPDATE operator SET password_salt = p_salt, password_proof = p_proof
		    WHERE login = p_login RETURNING operator_id INTO me;
		DELETE FROM operator_session WHERE operator_id = me;
	END IF;
	IF me IS NULL THEN
		RETURN false;
	END IF;
	INSERT INTO operator_log (who, what, subject) VALUES ('smsctl',
	    CASE WHEN p_new THEN 'operator-added' ELSE 'operator-password' END, p_login);
	RETURN true;
END
$$;
CREATE FUNCTION operator_remove(p_login text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	DELETE FROM operator WHERE login = p_login;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	INSERT INTO operator_log (who, what, subject)
	    VALUES ('smsctl', 'operator-removed', p_login);
	RETURN true;
END
$$;
CREATE FUNCTION operator_list()
RETURNS TABLE (login text, created_at timestamptz, signed_in_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT o.login, o.created_at, o.signed_in_at FROM operator o ORDER BY o.login
$$;

-- ---- what a gateway goes by, and the signal of its modems ----
CREATE TABLE gateway (
	host         text PRIMARY KEY,
	started_at   timestamptz NOT NULL,
	month_sms_max bigint NOT NULL,        -- of all gateways together; 0: none
	day_sms_max  bigint NOT NULL
);

-- One value in ten minutes, of the last day.
CREATE TABLE modem_signal (
	modem        text NOT NULL,
	at           timestamptz NOT NULL,
	signal_percent int NOT NULL,
	PRIMARY KEY (modem, at)
);
CREATE FUNCTION modem_signal_keep() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	INSERT INTO modem_signal (modem, at, signal_percent) VALUES (NEW.name,
	    date_bin('10 minutes', NEW.seen_at, 'epoch'), NEW.signal_percent)
	    ON CONFLICT (modem, at) DO UPDATE SET signal_percent = excluded.signal_percent;
	DELETE FROM modem_signal m WHERE m.modem = NEW.name
	    AND m.at <= NEW.seen_at - interval '1 day';
	RETURN NULL;
END
$$;
CREATE TRIGGER modem_signal AFTER INSERT OR UPDATE OF signal_percent ON modem
    FOR EACH ROW WHEN (NEW.signal_percent IS NOT NULL) EXECUTE FUNCTION modem_signal_keep();

-- ---- who may do what ----
REVOKE ALL ON FUNCTION operator_salt, operator_sign_in, operator_who, operator_sign_out,
    operator_put, operator_remove, operator_list, modem_signal_keep FROM PUBLIC;
GRANT EXECUTE ON FUNCTION operator_salt, operator_sign_in, operator_who, operator_sign_out
    TO smsvault_operator;
GRANT EXECUTE ON FUNCTION operator_put, operator_remove, operator_list TO smsvault_gateway;
GRANT SELECT, INSERT, UPDATE ON gateway TO smsvault_gateway;
GRANT SELECT ON gateway, modem_signal, operator_log TO smsvault_operator;
-- What smsctl counts.
GRANT SELECT (account_id, phone_id, transfer) ON segment TO smsvault_operator;
GRANT SELECT (silent_after, wait_min) ON phone TO smsvault_operator;

-- What an operator looks at is little of much.
CREATE INDEX outbox_open ON outbox (outbox_id)
    WHERE state IN ('queued', 'held', 'sending', 'unknown', 'failed');
CREATE INDEX transfer_bad ON transfer (last_at) WHERE state = 'bad';
CREATE INDEX spend_day ON spend (day);
CREATE INDEX traffic_day ON traffic (day);
