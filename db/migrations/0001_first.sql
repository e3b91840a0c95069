-- The first schema.  The migration runner runs each file in one transaction
-- and records it in schema_migration.  Meaning of every table: smsvault-schema(7).
--
-- account_id is part of every key, so that tables can be partitioned or
-- distributed by it.  Roles: smsvault_gateway (smsd), smsvault_pages (web-cgi,
-- confined to one account by row-level security through the setting
-- smsvault.account_id), smsvault_operator (smsctl: no contents).

CREATE TABLE account (
	account_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	login           text NOT NULL CHECK (login ~ '^[a-z0-9._@+-]{3,64}$'),
	created_at      timestamptz NOT NULL DEFAULT now(),
	language        text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'zh')),
	-- scrypt(password): parameters, salt, and the digest of the part that
	-- proves it; the other part wraps the private key and is not stored.
	password_salt   bytea NOT NULL CHECK (octet_length(password_salt) = 16),
	password_proof  bytea NOT NULL CHECK (octet_length(password_proof) = 32),
	public_key      bytea NOT NULL CHECK (octet_length(public_key) = 32),
	private_by_password bytea NOT NULL,
	private_by_recovery bytea NOT NULL,
	recovery_salt   bytea NOT NULL,
	private_by_service  bytea,            -- NULL: the owner declined
	-- verification information, set at the first binding
	question_sealed bytea,                -- under the service key
	answer_salt     bytea,
	answer_proof    bytea,
	answer_failures_total int NOT NULL DEFAULT 0,
	month_sms_max   int NOT NULL DEFAULT 200 CHECK (month_sms_max >= 0)
);
CREATE UNIQUE INDEX account_login ON account (login);

CREATE TABLE session (
	account_id   bigint NOT NULL REFERENCES account ON DELETE CASCADE,
	token_hash   bytea NOT NULL CHECK (octet_length(token_hash) = 32),
	private_key_sealed bytea NOT NULL,    -- under a key derived from the token
	created_at   timestamptz NOT NULL DEFAULT now(),
	seen_at      timestamptz NOT NULL DEFAULT now(),
	expires_at   timestamptz NOT NULL,
	PRIMARY KEY (account_id, token_hash)
);
CREATE UNIQUE INDEX session_token ON session (token_hash);

CREATE TABLE login_attempt (              -- for rate limits; no account needed
	subject      bytea NOT NULL,          -- digest of login, or of the address
	at           timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX login_attempt_subject ON login_attempt (subject, at);

CREATE TABLE phone (
	account_id   bigint NOT NULL REFERENCES account ON DELETE CASCADE,
	phone_id     bigint GENERATED ALWAYS AS IDENTITY,
	key_id       bigint NOT NULL CHECK (key_id BETWEEN 1 AND 4294967295),
	root_wrapped bytea NOT NULL,          -- under the gateway's master key
	name         text NOT NULL,
	device       bytea NOT NULL CHECK (octet_length(device) = 16),
	sim          bytea NOT NULL CHECK (octet_length(sim) = 8),
	number       text NOT NULL,           -- E.164; where control SMS go
	text_only    boolean NOT NULL DEFAULT false,
	codec        smallint NOT NULL,
	bound_at     timestamptz NOT NULL,
	unbound_at   timestamptz,
	last_heard_at timestamptz,
	-- transfers: all up to cumulative are stored; highest is the newest seen
	cumulative   bigint NOT NULL DEFAULT 0,
	highest      bigint NOT NULL DEFAULT 0,
	acked        bigint NOT NULL DEFAULT 0, -- cumulative in the last ACK sent
	acked_at     timestamptz,
	ack_wanted   boolean NOT NULL DEFAULT false,
	sms_since_ack int NOT NULL DEFAULT 0,
	sms_up       bigint NOT NULL DEFAULT 0,
	sms_down     bigint NOT NULL DEFAULT 0,
	control_next bigint NOT NULL DEFAULT 1,
	policy_applied bigint NOT NULL DEFAULT 0,
	policy_applied_at timestamptz,
	policy_sent  bigint NOT NULL DEFAULT 0,
	base_first   bigint NOT NULL DEFAULT 1, -- where its coder's base begins
	PRIMARY KEY (account_id, phone_id)
);
CREATE UNIQUE INDEX phone_key ON phone (key_id);
CREATE INDEX phone_device ON phone (device) WHERE unbound_at IS NULL;

CREATE TABLE binding (
	account_id   bigint NOT NULL REFERENCES account ON DELETE CASCADE,
	code_id      int NOT NULL CHECK (code_id BETWEEN 0 AND 1048575),
	created_at   timestamptz NOT NULL DEFAULT now(),
	expires_at   timestamptz NOT NULL,
	code_key_wrapped bytea NOT NULL,      -- under the service key
	qr_key_wrapped   bytea NOT NULL,
	phone_name   text,                    -- what the owner wants to call it
	state        text NOT NULL DEFAULT 'waiting' CHECK (state IN
	    ('waiting', 'challenged', 'bound', 'burnt', 'expired', 'cancelled')),
	failures     int NOT NULL DEFAULT 0,
	hello_digest bytea,
	hello_number text,
	challenge    bytea,                   -- the stored answer to that HELLO
	root_wrapped bytea,
	key_id       bigint,
	asked        boolean NOT NULL DEFAULT false,
	asked_of     bigint,                  -- account whose answer is wanted
	device       bytea,
	sim          bytea,
	text_only    boolean NOT NULL DEFAULT false,
	codec        smallint NOT NULL DEFAULT 0,
	hello_name   text,
	digits       text,
	phone_id     bigint,
	changed_at   timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (account_id, code_id)
);
CREATE UNIQUE INDEX binding_code ON binding (code_id);
CREATE UNIQUE INDEX binding_key ON binding (key_id) WHERE key_id IS NOT NULL;

CREATE TABLE policy (                     -- the owner's, every version
	account_id   bigint NOT NULL,
	phone_id     bigint NOT NULL,
	version      bigint NOT NULL CHECK (version BETWEEN 1 AND 16777215),
	policy       bytea NOT NULL CHECK (octet_length(policy) <= 64),
	created_at   timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (account_id, phone_id, version),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);

CREATE TABLE command (                    -- what the owner asks of a phone
	account_id   bigint NOT NULL,
	command_id   bigint GENERATED ALWAYS AS IDENTITY,
	phone_id     bigint NOT NULL,
	command      smallint NOT NULL,       -- enum wire_command
	args         bytea NOT NULL DEFAULT '',
	not_after    timestamptz NOT NULL,
	created_at   timestamptz NOT NULL DEFAULT now(),
	taken_at     timestamptz,             -- the gateway has put it in the outbox
	PRIMARY KEY (account_id, command_id),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);
CREATE INDEX command_open ON command (command_id) WHERE taken_at IS NULL;

CREATE TABLE transfer (                   -- from its first segment to the end
	account_id   bigint NOT NULL,
	phone_id     bigint NOT NULL,
	transfer     bigint NOT NULL CHECK (transfer BETWEEN 1 AND 16777215),
	state        text NOT NULL DEFAULT 'open' CHECK (state IN
	    ('open', 'whole', 'stored', 'bad')),
	have         int NOT NULL DEFAULT 0,  -- bit n: segment n is here
	last_index   smallint CHECK (last_index BETWEEN 0 AND 15),
	digest       bytea,                   -- of its sealed octets, once whole
	first_at     timestamptz NOT NULL,
	last_at      timestamptz NOT NULL,
	asked        smallint NOT NULL DEFAULT 0, -- times its gaps were asked for
	asked_at     timestamptz,
	records      int NOT NULL DEFAULT 0,
	recode       smallint NOT NULL DEFAULT 0 CHECK (recode BETWEEN 0 AND 2),
	PRIMARY KEY (account_id, phone_id, transfer),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);
CREATE INDEX transfer_recode ON transfer (account_id, phone_id, transfer)
    WHERE recode = 1;
CREATE INDEX transfer_unfinished ON transfer (account_id, phone_id, transfer)
    WHERE state IN ('open', 'whole');
CREATE INDEX transfer_whole ON transfer (last_at) WHERE state = 'whole';

CREATE TABLE segment (                    -- gone once the transfer is stored
	account_id   bigint NOT NULL,
	phone_id     bigint NOT NULL,
	transfer     bigint NOT NULL,
	index        smallint NOT NULL CHECK (index BETWEEN 0 AND 15),
	last         boolean NOT NULL,
	body         bytea NOT NULL CHECK (octet_length(body) BETWEEN 1 AND 119),
	arrived_at   timestamptz NOT NULL,
	PRIMARY KEY (account_id, phone_id, transfer, index)
);

-- What the coder of a phone goes by: records of its recent transfers, and what
-- was learnt before them.  Under the service key, since the gateway reads it.
CREATE TABLE batch (
	account_id   bigint NOT NULL,
	phone_id     bigint NOT NULL,
	transfer     bigint NOT NULL,
	sealed       bytea NOT NULL,
	PRIMARY KEY (account_id, phone_id, transfer),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);
CREATE TABLE checkpoint (
	account_id   bigint NOT NULL,
	phone_id     bigint NOT NULL,
	transfer     bigint NOT NULL,         -- batches up to it are in it
	sealed       bytea NOT NULL,
	PRIMARY KEY (account_id, phone_id, transfer),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);
CREATE FUNCTION base_ends() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	DELETE FROM batch b WHERE b.account_id = NEW.account_id AND b.phone_id = NEW.phone_id;
	DELETE FROM checkpoint c WHERE c.account_id = NEW.account_id AND c.phone_id = NEW.phone_id;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION base_ends FROM PUBLIC;
CREATE TRIGGER phone_base AFTER UPDATE OF unbound_at ON phone
    FOR EACH ROW WHEN (NEW.unbound_at IS NOT NULL) EXECUTE FUNCTION base_ends();

CREATE TABLE data_key (                   -- one per phone and day, or restart
	account_id   bigint NOT NULL,
	data_key_id  bigint GENERATED ALWAYS AS IDENTITY,
	phone_id     bigint NOT NULL,
	sealed       bytea NOT NULL,          -- to account.public_key
	created_at   timestamptz NOT NULL,
	PRIMARY KEY (account_id, data_key_id),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);

-- Every version of every record.  (transfer, ordinal) orders versions as the
-- phone made them, whatever the order in which the SMS came.
CREATE TABLE record_version (
	account_id   bigint NOT NULL,
	phone_id     bigint NOT NULL,
	kind         smallint NOT NULL,
	record_id    bigint NOT NULL CHECK (record_id BETWEEN 0 AND 4294967295),
	transfer     bigint NOT NULL,
	ordinal      int NOT NULL,
	op           smallint NOT NULL CHECK (op IN (0, 1)),
	time_ms      bigint NOT NULL,
	stored_at    timestamptz NOT NULL,
	data_key_id  bigint NOT NULL,
	sealed       bytea NOT NULL,          -- record_encode(), AES-SIV
	PRIMARY KEY (account_id, phone_id, kind, record_id, transfer, ordinal),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE,
	FOREIGN KEY (account_id, data_key_id) REFERENCES data_key
);

-- The newest version of each record: what lists read.
CREATE TABLE record (
	account_id   bigint NOT NULL,
	phone_id     bigint NOT NULL,
	kind         smallint NOT NULL,
	record_id    bigint NOT NULL,
	transfer     bigint NOT NULL,
	ordinal      int NOT NULL,
	op           smallint NOT NULL,
	time_ms      bigint NOT NULL,
	PRIMARY KEY (account_id, phone_id, kind, record_id),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);
CREATE INDEX record_by_time ON record (account_id, kind, time_ms DESC) WHERE op = 0;

CREATE TABLE event (                      -- what the owner is told
	account_id   bigint NOT NULL REFERENCES account ON DELETE CASCADE,
	event_id     bigint GENERATED ALWAYS AS IDENTITY,
	phone_id     bigint,
	at           timestamptz NOT NULL,
	kind         text NOT NULL,
	detail       text NOT NULL DEFAULT '',
	PRIMARY KEY (account_id, event_id)
);
CREATE INDEX event_at ON event (account_id, at DESC);

CREATE TABLE outbox (
	account_id   bigint NOT NULL REFERENCES account ON DELETE CASCADE,
	outbox_id    bigint GENERATED ALWAYS AS IDENTITY,
	phone_id     bigint,
	purpose      text NOT NULL CHECK (purpose IN
	    ('challenge', 'control', 'policy', 'ack')),
	number       text NOT NULL,
	text_form    boolean NOT NULL DEFAULT false,
	frame        bytea NOT NULL CHECK (octet_length(frame) BETWEEN 1 AND 133),
	state        text NOT NULL DEFAULT 'queued' CHECK (state IN
	    ('queued', 'held', 'sending', 'sent', 'delivered', 'failed',
	     'unknown', 'expired', 'superseded')),
	attempts     int NOT NULL DEFAULT 0,
	not_before   timestamptz NOT NULL,
	not_after    timestamptz NOT NULL,
	created_at   timestamptz NOT NULL,
	changed_at   timestamptz NOT NULL,
	modem        text,
	reference    smallint,                -- TP-MR, for the delivery report
	price_milli  bigint NOT NULL DEFAULT 0,
	PRIMARY KEY (account_id, outbox_id)
);
CREATE INDEX outbox_due ON outbox (not_before) WHERE state IN ('queued', 'held');
CREATE INDEX outbox_reference ON outbox (modem, reference) WHERE state = 'sent';

CREATE TABLE spend (                      -- the bill; checked when claiming
	account_id   bigint NOT NULL REFERENCES account ON DELETE CASCADE,
	day          date NOT NULL,
	sms          int NOT NULL,
	cost_milli   bigint NOT NULL,
	PRIMARY KEY (account_id, day)
);

CREATE TABLE modem (                      -- what the gateway last knew of each
	name         text PRIMARY KEY,
	manufacturer text NOT NULL DEFAULT '',
	model        text NOT NULL DEFAULT '',
	imei         text NOT NULL DEFAULT '',
	operator     text NOT NULL DEFAULT '',
	registered   int NOT NULL DEFAULT 0,
	signal_percent int,
	sms_in       bigint NOT NULL DEFAULT 0,
	sms_out      bigint NOT NULL DEFAULT 0,
	seen_at      timestamptz NOT NULL
);

-- ---- who may do what ----
DO $$
BEGIN
	PERFORM pg_advisory_xact_lock(7302);
	IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'smsvault_gateway') THEN
		CREATE ROLE smsvault_gateway LOGIN;
	END IF;
	IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'smsvault_pages') THEN
		CREATE ROLE smsvault_pages LOGIN;
	END IF;
	IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'smsvault_operator') THEN
		CREATE ROLE smsvault_operator LOGIN;
	END IF;
END
$$;

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO smsvault_gateway, smsvault_pages, smsvault_operator;
GRANT SELECT ON schema_migration TO smsvault_gateway, smsvault_pages, smsvault_operator;

-- The gateway: no passwords, no private keys, no sessions.
GRANT SELECT (account_id, login, public_key, question_sealed, answer_salt,
    answer_proof, answer_failures_total, month_sms_max) ON account TO smsvault_gateway;
GRANT UPDATE (answer_failures_total) ON account TO smsvault_gateway;
GRANT SELECT, INSERT, UPDATE ON phone, binding, transfer, record, outbox,
    spend, modem, command TO smsvault_gateway;
GRANT SELECT, INSERT, DELETE ON segment, batch, checkpoint TO smsvault_gateway;
GRANT SELECT ON policy TO smsvault_gateway;
GRANT INSERT ON policy TO smsvault_gateway;
GRANT SELECT, INSERT ON data_key, record_version, event TO smsvault_gateway;

-- The pages: one account at a time, and no phone's key.
GRANT SELECT, UPDATE ON account TO smsvault_pages;
GRANT SELECT, INSERT, UPDATE, DELETE ON session TO smsvault_pages;
GRANT SELECT (account_id, phone_id, key_id, name, number, text_only, codec,
    bound_at, unbound_at, last_heard_at, cumulative, highest, acked_at, sms_up,
    sms_down, policy_applied, policy_applied_at, policy_sent, sim)
    ON phone TO smsvault_pages;
GRANT UPDATE (name, unbound_at) ON phone TO smsvault_pages;
GRANT SELECT (account_id, code_id, created_at, expires_at, phone_name, state,
    failures, asked, digits, phone_id, changed_at),
    INSERT (account_id, code_id, expires_at, code_key_wrapped, qr_key_wrapped,
    phone_name), UPDATE (state, changed_at)
    ON binding TO smsvault_pages;
GRANT SELECT, INSERT ON policy, command, event TO smsvault_pages;
GRANT SELECT ON transfer, data_key, record_version, record, spend TO smsvault_pages;
GRANT SELECT (account_id, outbox_id, phone_id, purpose, state, attempts,
    created_at, changed_at, price_milli) ON outbox TO smsvault_pages;

-- The operator: counts and states, no contents.
GRANT SELECT (account_id, login, created_at, month_sms_max) ON account TO smsvault_operator;
GRANT SELECT (account_id, phone_id, key_id, name, number, bound_at, unbound_at,
    last_heard_at, sms_up, sms_down) ON phone TO smsvault_operator;
GRANT SELECT (account_id, outbox_id, phone_id, purpose, number, state, attempts,
    not_before, not_after, created_at, changed_at, modem, price_milli)
    ON outbox TO smsvault_operator;
GRANT SELECT (account_id, phone_id, transfer, state, first_at, last_at, asked)
    ON transfer TO smsvault_operator;
GRANT SELECT (account_id, phone_id, kind, op, time_ms) ON record TO smsvault_operator;
GRANT SELECT ON spend, modem TO smsvault_operator;

-- ---- each page sees its account's rows only ----
DO $$
DECLARE t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['account', 'session', 'phone', 'binding', 'policy',
	    'command', 'transfer', 'segment', 'batch', 'checkpoint', 'data_key', 'record_version',
	    'record', 'event', 'outbox', 'spend'] LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
		EXECUTE format('CREATE POLICY own_account ON %I TO smsvault_pages '
		    'USING (account_id = nullif(current_setting(''smsvault.account_id'', true), '''')::bigint) '
		    'WITH CHECK (account_id = nullif(current_setting(''smsvault.account_id'', true), '''')::bigint)', t);
		EXECUTE format('CREATE POLICY gateway_all ON %I TO smsvault_gateway '
		    'USING (true) WITH CHECK (true)', t);
		EXECUTE format('CREATE POLICY operator_all ON %I FOR SELECT TO smsvault_operator '
		    'USING (true)', t);
	END LOOP;
END
$$;

-- ---- what the pages need before an account is known ----
CREATE FUNCTION account_create(p_login text, p_language text, p_password_salt bytea,
    p_password_proof bytea, p_public_key bytea, p_private_by_password bytea,
    p_recovery_salt bytea, p_private_by_recovery bytea)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	INSERT INTO account (login, language, password_salt, password_proof, public_key,
	    private_by_password, recovery_salt, private_by_recovery)
	VALUES (p_login, p_language, p_password_salt, p_password_proof, p_public_key,
	    p_private_by_password, p_recovery_salt, p_private_by_recovery)
	ON CONFLICT (login) DO NOTHING
	RETURNING account_id
$$;

CREATE FUNCTION login_find(p_login text)
RETURNS TABLE (account_id bigint, language text, password_salt bytea,
    password_proof bytea, public_key bytea, private_by_password bytea,
    recovery_salt bytea, private_by_recovery bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT a.account_id, a.language, a.password_salt, a.password_proof,
	    a.public_key, a.private_by_password, a.recovery_salt, a.private_by_recovery
	FROM account a WHERE a.login = p_login
$$;

CREATE FUNCTION session_find(p_token_hash bytea)
RETURNS TABLE (account_id bigint, login text, language text, private_key_sealed bytea,
    public_key bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	UPDATE session s SET seen_at = now() FROM account a
	WHERE s.token_hash = p_token_hash AND s.expires_at > now()
	    AND s.seen_at > now() - interval '12 hours' AND a.account_id = s.account_id
	RETURNING a.account_id, a.login, a.language, s.private_key_sealed, a.public_key
$$;

-- Records an attempt and says how many there were in the last 15 minutes.
CREATE FUNCTION login_attempts(p_subject bytea)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE n bigint;
BEGIN
	DELETE FROM login_attempt WHERE at < now() - interval '1 hour';
	SELECT count(*) INTO n FROM login_attempt
	    WHERE subject = p_subject AND at > now() - interval '15 minutes';
	INSERT INTO login_attempt (subject) VALUES (p_subject);
	RETURN n;
END
$$;

CREATE FUNCTION login_forgive(p_subject bytea)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	DELETE FROM login_attempt WHERE subject = p_subject
$$;

REVOKE ALL ON FUNCTION account_create, login_find, session_find, login_attempts,
    login_forgive FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_create, login_find, session_find, login_attempts,
    login_forgive TO smsvault_pages;

-- ---- the gateway is woken ----
CREATE FUNCTION notify_work() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
BEGIN
	PERFORM pg_notify('smsvault_work', TG_TABLE_NAME);
	RETURN NULL;
END
$$;
CREATE TRIGGER policy_work AFTER INSERT ON policy
    FOR EACH STATEMENT EXECUTE FUNCTION notify_work();
CREATE TRIGGER command_work AFTER INSERT ON command
    FOR EACH STATEMENT EXECUTE FUNCTION notify_work();
CREATE TRIGGER outbox_work AFTER INSERT ON outbox
    FOR EACH STATEMENT EXECUTE FUNCTION notify_work();
