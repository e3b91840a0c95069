-- The whole life of a phone: files, proof of completeness, SIMs, lost mode,
-- restores, notices, the bill by purpose.  Meaning of every table:
-- smsvault-schema(7).

-- ---- phones ----
ALTER TABLE phone
	ADD number_new     text,               -- heard from, not yet confirmed
	ADD number_new_at  timestamptz,
	ADD number_asked_at timestamptz,       -- PING sent there
	ADD down_next      bigint NOT NULL DEFAULT 1,  -- next transfer down
	ADD down_acked     bigint NOT NULL DEFAULT 0,  -- all up to it have arrived
	ADD down_at        timestamptz,        -- last queued there, or heard of
	ADD down_repeats   smallint NOT NULL DEFAULT 0, -- since it was heard of
	ADD lost_sent      bigint NOT NULL DEFAULT 0,
	ADD lost_sent_at   timestamptz,
	ADD lost_applied   bigint NOT NULL DEFAULT 0,
	ADD lost_applied_at timestamptz,
	ADD wipe_state     smallint NOT NULL DEFAULT 0 CHECK (wipe_state BETWEEN 0 AND 4),
	    -- 0 none, 1 asked to prepare, 2 prepared, 3 told to go, 4 it has begun
	ADD wipe_nonce     bigint,
	ADD wipe_at        timestamptz,
	ADD wipe_sent_at   timestamptz,
	ADD silent_after   interval NOT NULL DEFAULT '3 days',
	ADD silent_told_at timestamptz,
	ADD replaces       bigint,             -- the phone whose data moved here
	ADD contested_until timestamptz,       -- the owner before may veto till then
	ADD contested_by   bigint,             -- his account
	ADD vetoed_at      timestamptz;        -- he has: the gateway unbinds it

ALTER TABLE account
	ADD answer_failures_day int NOT NULL DEFAULT 0,
	ADD answer_failures_on  date,
	ADD day_sms_max      int NOT NULL DEFAULT 50 CHECK (day_sms_max >= 0),
	ADD reserve_sms      int NOT NULL DEFAULT 50 CHECK (reserve_sms >= 0), -- a month, lost mode only
	ADD price_up_milli   bigint NOT NULL DEFAULT 0 CHECK (price_up_milli >= 0), -- what the owner pays for an SMS of his phone's
	ADD mail             text,
	ADD mail_confirmed_at timestamptz,
	ADD trusted_number   text,             -- E.164, for notices by SMS
	ADD time_zone        text NOT NULL DEFAULT 'UTC';

-- Where the newest SMS of a transfer came from, for evidence.
ALTER TABLE transfer
	ADD number       text NOT NULL DEFAULT '',
	ADD smsc_at      timestamptz;

-- ---- files: the octets, in pieces as they came ----
CREATE TABLE file (
	account_id   bigint NOT NULL,
	phone_id     bigint NOT NULL,
	record_id    bigint NOT NULL CHECK (record_id BETWEEN 0 AND 4294967295),
	content      bigint NOT NULL CHECK (content BETWEEN 0 AND 4294967295),
	coded_size   bigint,                  -- NULL: the manifest has not come
	have         bigint NOT NULL DEFAULT 0, -- octets that are here
	started_at   timestamptz NOT NULL,
	whole_at     timestamptz,
	PRIMARY KEY (account_id, phone_id, record_id, content),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);
CREATE TABLE file_piece (
	account_id   bigint NOT NULL,
	phone_id     bigint NOT NULL,
	record_id    bigint NOT NULL,
	content      bigint NOT NULL,
	"offset"     bigint NOT NULL CHECK ("offset" BETWEEN 0 AND 4294967295),
	len          int NOT NULL CHECK (len > 0),
	data_key_id  bigint NOT NULL,
	sealed       bytea NOT NULL,          -- the coded octets, AES-SIV
	stored_at    timestamptz NOT NULL,
	PRIMARY KEY (account_id, phone_id, record_id, content, "offset"),
	FOREIGN KEY (account_id, phone_id, record_id, content) REFERENCES file ON DELETE CASCADE,
	FOREIGN KEY (account_id, data_key_id) REFERENCES data_key
);

-- ---- proof of completeness ----
ALTER TABLE record_version ADD mark bigint NOT NULL DEFAULT 0; -- seal_mark(), keyed by the phone
CREATE INDEX record_version_stored ON record_version (account_id, phone_id, stored_at);
CREATE TABLE completeness (               -- the phone's newest claim for a kind
	account_id   bigint NOT NULL,
	phone_id     bigint NOT NULL,
	kind         smallint NOT NULL,
	transfer     bigint NOT NULL,         -- the claim holds up to this one
	claimed_at   timestamptz NOT NULL,
	count        bigint NOT NULL,
	mark         bigint NOT NULL,
	state        text NOT NULL DEFAULT 'waiting' CHECK (state IN
	    ('waiting', 'complete', 'differs', 'asked', 'sending')),
	have_count   bigint,                  -- what the gateway counts
	checked_at   timestamptz,
	complete_at  timestamptz,             -- last time they were equal: the claim's time
	asked        int NOT NULL DEFAULT 0,
	buckets      bytea,                   -- 16 times count u32, mark u32, as claimed
	buckets_transfer bigint,              -- they hold up to this one
	PRIMARY KEY (account_id, phone_id, kind),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);

-- ---- SIMs ----
CREATE TABLE sim (
	account_id   bigint NOT NULL,
	phone_id     bigint NOT NULL,
	sim          bytea NOT NULL CHECK (octet_length(sim) = 8),
	first_at     timestamptz NOT NULL,
	last_at      timestamptz NOT NULL,
	number       text,                    -- once confirmed
	name         text,                    -- the owner's word for it
	own          boolean NOT NULL DEFAULT false, -- the owner's: no alarm
	PRIMARY KEY (account_id, phone_id, sim),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);

-- ---- lost mode ----
CREATE TABLE lost (                       -- full states, every version
	account_id   bigint NOT NULL,
	phone_id     bigint NOT NULL,
	version      bigint NOT NULL CHECK (version BETWEEN 1 AND 16777215),
	is_on        boolean NOT NULL,
	ring         boolean NOT NULL DEFAULT false,
	lock_screen  boolean NOT NULL DEFAULT true,
	locate_min   int CHECK (locate_min BETWEEN 5 AND 1440), -- NULL: do not
	text_sealed  bytea,                   -- under the service key
	ordered_by   text NOT NULL DEFAULT 'page' CHECK (ordered_by IN ('page', 'text')),
	created_at   timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (account_id, phone_id, version),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);
CREATE TABLE evidence (                   -- append-only: what came while lost
	account_id   bigint NOT NULL,
	evidence_id  bigint GENERATED ALWAYS AS IDENTITY,
	phone_id     bigint NOT NULL,
	transfer     bigint,                  -- whose records are the content
	kind         text NOT NULL,           -- upload, sim, number, lost, found, wipe
	number       text NOT NULL DEFAULT '', -- the SMS came from
	smsc_at      timestamptz,             -- the service centre's time stamp
	gateway_at   timestamptz NOT NULL,
	PRIMARY KEY (account_id, evidence_id),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);
CREATE INDEX evidence_phone ON evidence (account_id, phone_id, gateway_at);
CREATE TABLE find_code (                  -- the owner's printed one-time codes
	account_id   bigint NOT NULL REFERENCES account ON DELETE CASCADE,
	code_id      int NOT NULL CHECK (code_id BETWEEN 0 AND 1048575),
	private_by_code bytea NOT NULL,       -- the account's private key
	created_at   timestamptz NOT NULL DEFAULT now(),
	used_at      timestamptz,
	used_from    text,
	failures     int NOT NULL DEFAULT 0,
	PRIMARY KEY (account_id, code_id)
);
CREATE UNIQUE INDEX find_code_id ON find_code (code_id);

-- ---- restores ----
CREATE TABLE restore (
	account_id   bigint NOT NULL,
	restore_id   bigint NOT NULL CHECK (restore_id BETWEEN 1 AND 16777215),
	phone_id     bigint NOT NULL,         -- to this one
	from_phone_id bigint,                 -- NULL: made on the page
	purpose      text NOT NULL DEFAULT 'restore' CHECK (purpose IN
	    ('restore', 'change', 'undelete')),
	label        text NOT NULL DEFAULT '', -- such as "contacts, as of 3 May"
	state        text NOT NULL DEFAULT 'running' CHECK (state IN
	    ('running', 'paused', 'ending', 'done', 'cancelled', 'failed')),
	records      int NOT NULL,
	pieces       int NOT NULL DEFAULT 0,
	sms_estimate int NOT NULL,
	sms_sent     int NOT NULL DEFAULT 0,
	created_at   timestamptz NOT NULL DEFAULT now(),
	changed_at   timestamptz NOT NULL DEFAULT now(),
	done_at      timestamptz,
	arrived      int NOT NULL DEFAULT 0,  -- records in transfers that have arrived
	put_records  int NOT NULL DEFAULT 0,  -- put on the air
	mark         bigint NOT NULL DEFAULT 0, -- of these
	left_out     int NOT NULL DEFAULT 0,  -- items that could not be sent
	receipt_applied int, receipt_present int, receipt_failed int,
	receipt_mark bigint,
	end_transfer bigint,                  -- the transfer down with DOWN_END
	PRIMARY KEY (account_id, restore_id),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);
CREATE TABLE restore_item (               -- gone once it has arrived
	account_id   bigint NOT NULL,
	restore_id   bigint NOT NULL,
	ordinal      int NOT NULL,
	piece        boolean NOT NULL DEFAULT false, -- of a file, else a record
	sealed       bytea NOT NULL,          -- under the service key
	transfer     bigint,                  -- the transfer down that carries it
	PRIMARY KEY (account_id, restore_id, ordinal),
	FOREIGN KEY (account_id, restore_id) REFERENCES restore ON DELETE CASCADE
);
CREATE TABLE down_frame (                 -- SMS of transfers down, until they arrive
	account_id   bigint NOT NULL,
	phone_id     bigint NOT NULL,
	transfer     bigint NOT NULL,
	index        smallint NOT NULL CHECK (index BETWEEN 0 AND 15),
	restore_id   bigint NOT NULL,
	frame        bytea NOT NULL CHECK (octet_length(frame) BETWEEN 1 AND 133),
	outbox_id    bigint,                  -- the newest time it was queued
	sent         int NOT NULL DEFAULT 0,  -- times
	queued_at    timestamptz,
	PRIMARY KEY (account_id, phone_id, transfer, index),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);

-- ---- notices ----
CREATE TABLE notice_choice (              -- absent: the default of its kind
	account_id   bigint NOT NULL REFERENCES account ON DELETE CASCADE,
	kind         text NOT NULL,           -- event.kind
	mail         boolean NOT NULL,
	sms          boolean NOT NULL,
	PRIMARY KEY (account_id, kind)
);
CREATE TABLE notice (
	account_id   bigint NOT NULL REFERENCES account ON DELETE CASCADE,
	notice_id    bigint GENERATED ALWAYS AS IDENTITY,
	event_id     bigint,
	channel      text NOT NULL CHECK (channel IN ('mail', 'sms')),
	target       text NOT NULL,
	kind         text NOT NULL,
	state        text NOT NULL DEFAULT 'queued' CHECK (state IN
	    ('queued', 'sending', 'sent', 'failed', 'limited')),
	attempts     int NOT NULL DEFAULT 0,
	not_before   timestamptz NOT NULL,
	created_at   timestamptz NOT NULL,
	changed_at   timestamptz NOT NULL,
	PRIMARY KEY (account_id, notice_id)
);
CREATE INDEX notice_due ON notice (not_before) WHERE state = 'queued';
ALTER TABLE event ADD noticed boolean NOT NULL DEFAULT false;
CREATE INDEX event_unnoticed ON event (event_id) WHERE NOT noticed;

-- ---- the outbox also carries restores, commands and plain texts ----
ALTER TABLE outbox DROP CONSTRAINT outbox_purpose_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_purpose_check CHECK (purpose IN
    ('challenge', 'control', 'policy', 'ack', 'restore', 'lost', 'notice', 'reply'));
ALTER TABLE outbox ADD plain boolean NOT NULL DEFAULT false; -- frame is UTF-8 text to send as it is
ALTER TABLE outbox DROP CONSTRAINT outbox_frame_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_frame_check
    CHECK (octet_length(frame) BETWEEN 1 AND CASE WHEN plain THEN 320 ELSE 133 END);

-- ---- the bill, by purpose; and what the phones send ----
ALTER TABLE spend ADD purpose text NOT NULL DEFAULT 'control';
ALTER TABLE spend DROP CONSTRAINT spend_pkey;
ALTER TABLE spend ADD PRIMARY KEY (account_id, day, purpose);
CREATE TABLE traffic (
	account_id   bigint NOT NULL,
	phone_id     bigint NOT NULL,
	day          date NOT NULL,
	sms_up       int NOT NULL DEFAULT 0,
	records      int NOT NULL DEFAULT 0,
	PRIMARY KEY (account_id, phone_id, day),
	FOREIGN KEY (account_id, phone_id) REFERENCES phone ON DELETE CASCADE
);

ALTER TABLE policy DROP CONSTRAINT policy_policy_check;
ALTER TABLE policy ADD CONSTRAINT policy_policy_check CHECK (octet_length(policy) BETWEEN 1 AND 84);

-- ---- who may do what ----
GRANT SELECT (account_id, login, language, answer_failures_day, answer_failures_on,
    day_sms_max, reserve_sms, mail, mail_confirmed_at, trusted_number, time_zone)
    ON account TO smsvault_gateway;
GRANT UPDATE (answer_failures_day, answer_failures_on) ON account TO smsvault_gateway;
GRANT SELECT, INSERT, UPDATE ON file, completeness, sim, notice, traffic, restore
    TO smsvault_gateway;
GRANT SELECT, INSERT ON file_piece, evidence, lost TO smsvault_gateway;
GRANT SELECT, UPDATE ON find_code TO smsvault_gateway;
GRANT SELECT, UPDATE, DELETE ON restore_item TO smsvault_gateway;
GRANT SELECT, INSERT, UPDATE, DELETE ON down_frame TO smsvault_gateway;
GRANT SELECT ON notice_choice TO smsvault_gateway;
GRANT UPDATE (noticed) ON event TO smsvault_gateway;

GRANT SELECT (number_new, number_new_at, down_next, down_acked, lost_sent,
    lost_sent_at, lost_applied, lost_applied_at, wipe_state, wipe_at, silent_after,
    silent_told_at, replaces, contested_until)
    ON phone TO smsvault_pages;
GRANT UPDATE (silent_after, wipe_state, wipe_at, replaces) ON phone TO smsvault_pages;
GRANT SELECT ON file, file_piece, completeness, evidence, traffic, notice, down_frame
    TO smsvault_pages;
GRANT SELECT, UPDATE (name, own) ON sim TO smsvault_pages;
GRANT SELECT, INSERT ON lost TO smsvault_pages;
GRANT SELECT, INSERT, DELETE ON find_code TO smsvault_pages;
GRANT SELECT, INSERT, UPDATE (state, end_transfer, changed_at, done_at) ON restore TO smsvault_pages;
GRANT SELECT (account_id, restore_id, ordinal, piece, transfer), INSERT, DELETE
    ON restore_item TO smsvault_pages;
GRANT SELECT, INSERT, UPDATE, DELETE ON notice_choice TO smsvault_pages;

GRANT SELECT (account_id, phone_id, wipe_state, lost_applied, silent_told_at)
    ON phone TO smsvault_operator;
GRANT SELECT ON traffic, notice, completeness TO smsvault_operator;
GRANT SELECT (account_id, restore_id, phone_id, purpose, state, records, sms_estimate,
    sms_sent, created_at, changed_at, done_at) ON restore TO smsvault_operator;

-- The owner before, signed in, sees and ends bindings of his device to another
-- account; of the other account he learns nothing.
CREATE FUNCTION binding_contested()
RETURNS TABLE (phone_id bigint, bound_at timestamptz, contested_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	SELECT p.phone_id, p.bound_at, p.contested_until FROM phone p
	WHERE p.contested_by = nullif(current_setting('smsvault.account_id', true), '')::bigint
	    AND p.unbound_at IS NULL AND p.vetoed_at IS NULL AND p.contested_until > now()
$$;
CREATE FUNCTION binding_veto(p_phone_id bigint)
RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
	WITH done AS (UPDATE phone p SET vetoed_at = now()
	    WHERE p.phone_id = p_phone_id
	    AND p.contested_by = nullif(current_setting('smsvault.account_id', true), '')::bigint
	    AND p.unbound_at IS NULL AND p.vetoed_at IS NULL AND p.contested_until > now()
	    RETURNING 1)
	SELECT EXISTS (SELECT 1 FROM done)
$$;
REVOKE ALL ON FUNCTION binding_contested, binding_veto FROM PUBLIC;
GRANT EXECUTE ON FUNCTION binding_contested, binding_veto TO smsvault_pages;

DO $$
DECLARE t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['file', 'file_piece', 'completeness', 'sim', 'lost',
	    'evidence', 'find_code', 'restore', 'restore_item', 'down_frame',
	    'notice_choice', 'notice', 'traffic'] LOOP
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

-- Evidence, versions of records and orders are never changed or taken back,
-- whoever asks; they go only with their account.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
BEGIN
	RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER evidence_append_only BEFORE UPDATE ON evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER lost_append_only BEFORE UPDATE ON lost
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER lost_work AFTER INSERT ON lost
    FOR EACH STATEMENT EXECUTE FUNCTION notify_work();
CREATE TRIGGER restore_work AFTER INSERT OR UPDATE OF state ON restore
    FOR EACH STATEMENT EXECUTE FUNCTION notify_work();
CREATE TRIGGER notice_work AFTER INSERT ON notice
    FOR EACH STATEMENT EXECUTE FUNCTION notify_work();
CREATE TRIGGER veto_work AFTER UPDATE OF vetoed_at ON phone
    FOR EACH STATEMENT EXECUTE FUNCTION notify_work();
CREATE TRIGGER wipe_work AFTER UPDATE OF wipe_state ON phone
    FOR EACH STATEMENT EXECUTE FUNCTION notify_work();
