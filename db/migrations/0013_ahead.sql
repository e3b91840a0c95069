-- A whole transfer may be coded against others that are not all here yet.
ALTER TABLE transfer
	ADD waits_for bigint;                 -- opened when all to that are here
DROP INDEX transfer_whole;
CREATE INDEX transfer_whole ON transfer (last_at)
    WHERE state = 'whole' AND waits_for IS NULL;
CREATE INDEX transfer_waits ON transfer (account_id, phone_id)
    WHERE waits_for IS NOT NULL;
