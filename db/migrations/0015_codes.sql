-- A code has 20 bits beside its secret: one that is long over is forgotten, so
-- that its number can be given again.
GRANT DELETE ON binding TO smsvault_gateway;
CREATE INDEX binding_open ON binding (expires_at) WHERE state IN ('waiting', 'challenged');
CREATE INDEX binding_over ON binding (changed_at) WHERE state NOT IN ('waiting', 'challenged');
