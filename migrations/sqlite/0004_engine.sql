-- SQLite cannot change a check: the table is made anew. Ids go on where they were, because ended jobs keep theirs.
CREATE TABLE job_next (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    lane TEXT,
    -- 0 page, 1 command, 2 chatter.
    priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 2),
    payload TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'leased', 'sending', 'ambiguous')),
    -- 1 while another job of the lane is certainly ahead: keeps the claim from looking at it.
    blocked INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)),
    run_at INTEGER NOT NULL,
    -- Until then the lane waits for this job, though it is not due.
    holds_until INTEGER,
    created_at INTEGER NOT NULL,
    expires INTEGER,
    unique_key TEXT UNIQUE,
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- The first failure of those that have not ended yet: bounds the retries.
    failing_since INTEGER,
    reason TEXT,
    boot TEXT,
    epoch INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER,
    CHECK ((state = 'ready') = (boot IS NULL)),
    CHECK ((boot IS NULL) = (lease_until IS NULL))
) STRICT;
INSERT INTO sqlite_sequence (name, seq) SELECT 'job_next', seq FROM sqlite_sequence WHERE name = 'job';
INSERT INTO job_next (id, kind, lane, priority, payload, state, blocked, run_at, holds_until, created_at, expires, unique_key,
    attempts, failing_since, reason, boot, epoch, lease_until)
SELECT id, kind, lane, priority, payload, state, blocked, run_at, failing_since + 900000000, created_at, expires, unique_key,
    attempts, failing_since, reason, boot, epoch, lease_until FROM job;
DROP TABLE job;
ALTER TABLE job_next RENAME TO job;
CREATE INDEX job_ready ON job (priority, run_at, id) WHERE state = 'ready' AND blocked = 0;
CREATE INDEX job_expires ON job (expires) WHERE state = 'ready' AND expires IS NOT NULL;
CREATE INDEX job_holds ON job (holds_until) WHERE holds_until IS NOT NULL;
CREATE INDEX job_lane ON job (lane, id) WHERE lane IS NOT NULL;
CREATE INDEX job_blocked ON job (lane, id) WHERE blocked = 1;
-- One job of a lane at a time; and, being short, where leases are looked through.
CREATE UNIQUE INDEX job_running ON job (lane) WHERE state <> 'ready';

-- What posts take from a vendor's limits: the time at which the whole of a budget is there again (GCRA).
CREATE TABLE budget (
    name TEXT PRIMARY KEY,
    whole_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
