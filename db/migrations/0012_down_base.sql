-- Records that go down are coded against those that went before them, too.
ALTER TABLE batch
	ADD down boolean NOT NULL DEFAULT false, -- of a transfer down
	DROP CONSTRAINT batch_pkey,
	ADD PRIMARY KEY (account_id, phone_id, down, transfer);
ALTER TABLE checkpoint
	ADD down boolean NOT NULL DEFAULT false,
	DROP CONSTRAINT checkpoint_pkey,
	ADD PRIMARY KEY (account_id, phone_id, down, transfer);

ALTER TABLE phone
	ADD down_said   bigint NOT NULL DEFAULT 0, -- the upload that said so last
	ADD down_anew   bigint NOT NULL DEFAULT 0, -- transfer down that began anew
	ADD down_behind bigint NOT NULL DEFAULT 0, -- to begin anew with that; 0: no
	ADD down_alone  boolean NOT NULL DEFAULT false, -- it could not read a base
	ADD down_base   bigint NOT NULL DEFAULT 0, -- newest that the base has learnt
	ADD down_digest bytea;                     -- of the base there
CREATE INDEX phone_behind ON phone (account_id, phone_id) WHERE down_behind > 0;

-- They stay until the receipt, for a phone that forgets what had arrived, or
-- until it is unbound.
ALTER TABLE restore_item
	ADD arrived boolean NOT NULL DEFAULT false,
	ADD mark    bigint NOT NULL DEFAULT 0; -- of its transfer, with the first of it
GRANT SELECT (arrived) ON restore_item TO smsvault_pages;
CREATE OR REPLACE FUNCTION base_ends() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
	DELETE FROM batch b WHERE b.account_id = NEW.account_id AND b.phone_id = NEW.phone_id;
	DELETE FROM checkpoint c WHERE c.account_id = NEW.account_id AND c.phone_id = NEW.phone_id;
	DELETE FROM restore_item i USING restore r WHERE r.account_id = NEW.account_id
	    AND r.phone_id = NEW.phone_id AND i.account_id = r.account_id
	    AND i.restore_id = r.restore_id AND i.arrived;
	RETURN NULL;
END
$$;
