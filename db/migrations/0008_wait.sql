-- How long a phone may be silent by the policy in force on it, which is its own
-- word.
ALTER TABLE phone
	ADD wait_min int DEFAULT 1440 CHECK (wait_min BETWEEN 0 AND 44639),
	ADD wait_transfer bigint NOT NULL DEFAULT 0;
