-- Whose a device is that nobody has bound: it may be contested, or taken back.
CREATE INDEX phone_contested ON phone (device) WHERE contested_by IS NOT NULL;
