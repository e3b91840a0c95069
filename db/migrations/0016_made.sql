-- A checkpoint has forgotten what the state that it was made of had: it is no use
-- for an older one.
ALTER TABLE checkpoint
	ADD made bigint NOT NULL DEFAULT 0;   -- of the state behind that transfer
UPDATE checkpoint c SET made = CASE WHEN c.down THEN p.down_base ELSE p.cumulative END
    FROM phone p WHERE (p.account_id, p.phone_id) = (c.account_id, c.phone_id);
