ALTER TABLE job DROP CONSTRAINT job_state_check;
ALTER TABLE job ADD CONSTRAINT job_state_check CHECK (state IN ('ready', 'leased', 'sending', 'ambiguous'));
ALTER TABLE job DROP CONSTRAINT job_payload_check;
-- Until then the lane waits for this job, though it is not due.
ALTER TABLE job ADD COLUMN holds_until BIGINT;
UPDATE job SET holds_until = failing_since + 900000000 WHERE failing_since IS NOT NULL;
DROP INDEX job_due;
DROP INDEX job_lease;
CREATE INDEX job_holds ON job (holds_until) WHERE holds_until IS NOT NULL;
-- One job of a lane at a time; and, being short, where leases are looked through.
ALTER INDEX job_lane_running RENAME TO job_running;

-- What posts take from a vendor's limits: the time at which the whole of a budget is there again (GCRA).
CREATE TABLE budget (
    name TEXT PRIMARY KEY,
    whole_at BIGINT NOT NULL
);
