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
	PRIMARY KEY (account_id, phone_id, transfer),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);
CREATE INDEX transfer_unfinished ON transfer (last_at) WHERE state IN ('open', 'whole');

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
