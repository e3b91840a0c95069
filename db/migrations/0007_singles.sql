-- An upload of one SMS that takes a state to read may wait to be opened, as one
-- of several segments does: its whole frame is kept, as it came.
ALTER TABLE segment
	ADD single boolean NOT NULL DEFAULT false,
	DROP CONSTRAINT segment_body_check,
	ADD CONSTRAINT segment_body_check CHECK (octet_length(body)
	    BETWEEN 1 AND CASE WHEN single THEN 133 ELSE 119 END);
