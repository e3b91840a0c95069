-- What the owner lets one restore take beyond the limits of the account; booked as
-- purpose 'granted', which those limits do not count.
ALTER TABLE restore ADD beyond_sms int NOT NULL DEFAULT 0 CHECK (beyond_sms >= 0);
