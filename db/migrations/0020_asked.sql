-- A phone that asks for an answer in a new upload is asked for its gaps at once;
-- what it said before (ack_wanted) comes from anybody.
ALTER TABLE phone
	ADD ack_asked boolean NOT NULL DEFAULT false;
