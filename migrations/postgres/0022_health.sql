-- What checks found, one row a check, for two days.
CREATE TABLE health_sample (
    -- A connection, a chat, a hook, the queue.
    name TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- 0 works, 1 warns, 2 failed.
    state BIGINT NOT NULL CHECK (state BETWEEN 0 AND 2),
    score BIGINT NOT NULL CHECK (score BETWEEN 0 AND 100),
    -- How long the check took, in microseconds.
    took BIGINT NOT NULL,
    -- The bot's own requests since the check before: all, failed ones, timed ones and their microseconds together.
    requests BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    timed BIGINT NOT NULL,
    response BIGINT NOT NULL,
    quota_left BIGINT,
    quota_limit BIGINT,
    PRIMARY KEY (name, at)
);
CREATE INDEX health_sample_at ON health_sample (at);

-- The same by the hour, for ninety days. An hour is counted from 1970.
CREATE TABLE health_hour (
    name TEXT NOT NULL,
    hour BIGINT NOT NULL,
    samples BIGINT NOT NULL,
    failing BIGINT NOT NULL,
    score BIGINT NOT NULL,
    score_least BIGINT NOT NULL,
    took BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    timed BIGINT NOT NULL,
    response BIGINT NOT NULL,
    quota_left BIGINT,
    PRIMARY KEY (name, hour)
);
CREATE INDEX health_hour_hour ON health_hour (hour);

-- What counts as the state of something that is watched, and since when: what is checked under its name, sources as
-- `source:{name}`, thresholds as `threshold:{name}`.
CREATE TABLE health_standing (
    name TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('ok', 'degraded', 'failed')),
    since BIGINT NOT NULL,
    -- The last checks, a letter each; of a threshold, since when it is on the other side.
    recent TEXT NOT NULL,
    -- What failed as well, and explains it.
    explained_by TEXT,
    at BIGINT NOT NULL
);

-- Heartbeats that are expected, by the name of their document in lower case.
CREATE TABLE heartbeat (
    name TEXT PRIMARY KEY,
    -- What makes its address: whoever knows it can only say that the job ran.
    token TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('new', 'up', 'missed', 'failed', 'paused')),
    since BIGINT NOT NULL,
    last_at BIGINT,
    started_at BIGINT,
    -- When it is missed; none before the first time, and while it is paused.
    overdue_at BIGINT
);
CREATE INDEX heartbeat_overdue ON heartbeat (overdue_at) WHERE overdue_at IS NOT NULL;

-- What came, for thirty days.
CREATE TABLE heartbeat_signal (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('success', 'start', 'fail', 'log')),
    exit_code BIGINT,
    -- Microseconds since it started.
    took BIGINT,
    body TEXT NOT NULL
);
CREATE INDEX heartbeat_signal_name ON heartbeat_signal (name, id);
CREATE INDEX heartbeat_signal_at ON heartbeat_signal (at);

-- How many events a source reported in an hour, for five weeks: what is usual for it.
CREATE TABLE source_hour (
    source TEXT NOT NULL,
    hour BIGINT NOT NULL,
    events BIGINT NOT NULL,
    PRIMARY KEY (source, hour)
);
CREATE INDEX source_hour_hour ON source_hour (hour);
