-- The head of a segment is two octets shorter: its body may be so much longer.
ALTER TABLE segment
	DROP CONSTRAINT segment_body_check,
	ADD CONSTRAINT segment_body_check CHECK (octet_length(body)
	    BETWEEN 1 AND CASE WHEN single THEN 133 ELSE 121 END);
