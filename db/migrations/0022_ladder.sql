-- What a gateway tries to get back a modem that does not answer: nothing, to
-- start it anew, to reset it, its power_hook; alarm: someone must see to it.
ALTER TABLE modem ADD step text NOT NULL DEFAULT '' CHECK (step IN
    ('', 'anew', 'reset', 'hook', 'alarm'));
