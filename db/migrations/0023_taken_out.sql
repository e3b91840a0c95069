-- Whose a modem is, so that a gateway takes back what it said of one that is in
-- its configuration no more; what was counted is kept.
ALTER TABLE modem
    ADD host text,                        -- NULL: its gateway has not said so yet
    ADD taken_out boolean NOT NULL DEFAULT false;
