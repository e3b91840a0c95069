-- A trusted number gets notices once a code that went there by SMS was typed on
-- the page.  Meaning of every column: smsvault-schema(7).

ALTER TABLE account
	ADD trusted_confirmed_at timestamptz,
	ADD trusted_new   text,               -- waits for its code
	ADD trusted_code  text,               -- NULL: none was sent yet
	ADD trusted_code_at timestamptz,
	ADD trusted_code_tries int NOT NULL DEFAULT 0;

-- Nobody ever showed whose the numbers are that were set before this: one wrong
-- digit tells a stranger of the owner's phones, at the owner's cost.  So they
-- wait as well, and their owners are told.
WITH before AS (
	UPDATE account SET trusted_new = trusted_number, trusted_number = NULL
	WHERE trusted_number IS NOT NULL RETURNING account_id)
INSERT INTO event (account_id, at, kind)
SELECT account_id, now(), 'trusted-unconfirmed' FROM before;

ALTER TABLE account ADD CONSTRAINT account_trusted_check
    CHECK ((trusted_number IS NULL) = (trusted_confirmed_at IS NULL));

-- How many codes a number was sent, whoever asked.
CREATE INDEX notice_trusted ON notice (target, created_at) WHERE kind = 'trusted-confirm';

-- Codes go out for accounts that have had a phone; what was imported is none.
GRANT SELECT (imported) ON phone TO smsvault_pages;
