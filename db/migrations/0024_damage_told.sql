-- The owner is told by an event what a check of his backup found, each time that
-- it is something else.
ALTER TABLE backup_check ADD found bigint NOT NULL DEFAULT 0;
-- Who chose how to be told of gaps chose for this as well.
INSERT INTO notice_choice (account_id, kind, mail, sms)
    SELECT account_id, 'backup-damaged', mail, sms FROM notice_choice WHERE kind = 'incomplete';
