-- What this installation is, and names with one value.
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- How far something was read: polls, event queues.
CREATE TABLE cursor (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Inbound requests as received. The unique key is where duplicates end. Times are microseconds since 1970.
CREATE TABLE delivery (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    body BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    UNIQUE (source, key)
);
CREATE INDEX delivery_received ON delivery (received_at);

-- Live jobs only; ended ones are in job_history.
CREATE TABLE job (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL,
    lane TEXT,
    -- 0 page, 1 command, 2 chatter.
    priority BIGINT NOT NULL CHECK (priority BETWEEN 0 AND 2),
    payload TEXT NOT NULL CHECK (payload::json IS NOT NULL),
    state TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'leased', 'sending')),
    -- 1 while another job of the lane is certainly ahead: keeps the claim from looking at it.
    blocked BIGINT NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)),
    run_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires BIGINT,
    unique_key TEXT UNIQUE,
    attempts BIGINT NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- The first failure of those that have not ended yet: bounds the blocking of a lane, and the retries.
    failing_since BIGINT,
    reason TEXT,
    boot TEXT,
    epoch BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT,
    CHECK ((state = 'ready') = (boot IS NULL)),
    CHECK ((boot IS NULL) = (lease_until IS NULL))
);
CREATE INDEX job_ready ON job (priority, run_at, id) WHERE state = 'ready' AND blocked = 0;
CREATE INDEX job_due ON job (run_at) WHERE state = 'ready';
CREATE INDEX job_expires ON job (expires) WHERE state = 'ready' AND expires IS NOT NULL;
CREATE INDEX job_lane ON job (lane, id) WHERE lane IS NOT NULL;
CREATE INDEX job_blocked ON job (lane, id) WHERE blocked = 1;
CREATE INDEX job_lease ON job (lease_until) WHERE state <> 'ready';
-- One job of a lane at a time.
CREATE UNIQUE INDEX job_lane_running ON job (lane) WHERE state <> 'ready';

CREATE TABLE job_history (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    lane TEXT,
    priority BIGINT NOT NULL,
    -- Kept for those that can be done again.
    payload TEXT,
    state TEXT NOT NULL CHECK (state IN ('done', 'dead', 'cancelled')),
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    reason TEXT,
    unique_key TEXT,
    -- The live job that a dead letter was put back as.
    redriven_as BIGINT,
    CHECK (state = 'done' OR payload IS NOT NULL),
    CHECK (state <> 'dead' OR reason IS NOT NULL)
);
CREATE INDEX job_history_dead ON job_history (ended_at) WHERE state = 'dead';
CREATE INDEX job_history_ended ON job_history (ended_at) WHERE state <> 'dead';

-- Who did what. Each row's hash covers the one before, so that a change anywhere shows.
CREATE TABLE audit (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    request_id TEXT NOT NULL,
    previous BYTEA NOT NULL UNIQUE,
    hash BYTEA NOT NULL UNIQUE
);
CREATE INDEX audit_actor ON audit (actor, id);
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END
$$;
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
