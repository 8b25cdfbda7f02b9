-- What this installation is, and names with one value.
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How far something was read: polls, event queues.
CREATE TABLE cursor (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Inbound requests as received. The unique key is where duplicates end. Times are microseconds since 1970.
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    body BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    UNIQUE (source, key)
) STRICT;
CREATE INDEX delivery_received ON delivery (received_at);

-- Live jobs only; ended ones are in job_history.
CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    lane TEXT,
    -- 0 page, 1 command, 2 chatter.
    priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 2),
    payload TEXT NOT NULL CHECK (json_valid(payload)),
    state TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'leased', 'sending')),
    -- 1 while another job of the lane is certainly ahead: keeps the claim from looking at it.
    blocked INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)),
    run_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires INTEGER,
    unique_key TEXT UNIQUE,
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- The first failure of those that have not ended yet: bounds the blocking of a lane, and the retries.
    failing_since INTEGER,
    reason TEXT,
    boot TEXT,
    epoch INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER,
    CHECK ((state = 'ready') = (boot IS NULL)),
    CHECK ((boot IS NULL) = (lease_until IS NULL))
) STRICT;
CREATE INDEX job_ready ON job (priority, run_at, id) WHERE state = 'ready' AND blocked = 0;
CREATE INDEX job_due ON job (run_at) WHERE state = 'ready';
CREATE INDEX job_expires ON job (expires) WHERE state = 'ready' AND expires IS NOT NULL;
CREATE INDEX job_lane ON job (lane, id) WHERE lane IS NOT NULL;
CREATE INDEX job_blocked ON job (lane, id) WHERE blocked = 1;
CREATE INDEX job_lease ON job (lease_until) WHERE state <> 'ready';
-- One job of a lane at a time.
CREATE UNIQUE INDEX job_lane_running ON job (lane) WHERE state <> 'ready';

CREATE TABLE job_history (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    lane TEXT,
    priority INTEGER NOT NULL,
    -- Kept for those that can be done again.
    payload TEXT,
    state TEXT NOT NULL CHECK (state IN ('done', 'dead', 'cancelled')),
    attempts INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    reason TEXT,
    unique_key TEXT,
    -- The live job that a dead letter was put back as.
    redriven_as INTEGER,
    CHECK (state = 'done' OR payload IS NOT NULL),
    CHECK (state <> 'dead' OR reason IS NOT NULL)
) STRICT;
CREATE INDEX job_history_dead ON job_history (ended_at) WHERE state = 'dead';
CREATE INDEX job_history_ended ON job_history (ended_at) WHERE state <> 'dead';

-- Who did what. Each row's hash covers the one before, so that a change anywhere shows.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    request_id TEXT NOT NULL,
    previous BLOB NOT NULL UNIQUE,
    hash BLOB NOT NULL UNIQUE
) STRICT;
CREATE INDEX audit_actor ON audit (actor, id);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
