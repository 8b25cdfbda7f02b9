-- What checks found, one row a check, for two days.
CREATE TABLE health_sample (
    -- A connection, a chat, a hook, the queue.
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- 0 works, 1 warns, 2 failed.
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
    score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 100),
    -- How long the check took, in microseconds.
    took INTEGER NOT NULL,
    -- The bot's own requests since the check before: all, failed ones, timed ones and their microseconds together.
    requests INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    timed INTEGER NOT NULL,
    response INTEGER NOT NULL,
    quota_left INTEGER,
    quota_limit INTEGER,
    PRIMARY KEY (name, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX health_sample_at ON health_sample (at);

-- The same by the hour, for ninety days. An hour is counted from 1970.
CREATE TABLE health_hour (
    name TEXT NOT NULL,
    hour INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    failing INTEGER NOT NULL,
    score INTEGER NOT NULL,
    score_least INTEGER NOT NULL,
    took INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    timed INTEGER NOT NULL,
    response INTEGER NOT NULL,
    quota_left INTEGER,
    PRIMARY KEY (name, hour)
) STRICT, WITHOUT ROWID;
CREATE INDEX health_hour_hour ON health_hour (hour);

-- What counts as the state of something that is watched, and since when: what is checked under its name, sources as
-- `source:{name}`, thresholds as `threshold:{name}`.
CREATE TABLE health_standing (
    name TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('ok', 'degraded', 'failed')),
    since INTEGER NOT NULL,
    -- The last checks, a letter each; of a threshold, since when it is on the other side.
    recent TEXT NOT NULL,
    -- What failed as well, and explains it.
    explained_by TEXT,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Heartbeats that are expected, by the name of their document in lower case.
CREATE TABLE heartbeat (
    name TEXT PRIMARY KEY,
    -- What makes its address: whoever knows it can only say that the job ran.
    token TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('new', 'up', 'missed', 'failed', 'paused')),
    since INTEGER NOT NULL,
    last_at INTEGER,
    started_at INTEGER,
    -- When it is missed; none before the first time, and while it is paused.
    overdue_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX heartbeat_overdue ON heartbeat (overdue_at) WHERE overdue_at IS NOT NULL;

-- What came, for thirty days.
CREATE TABLE heartbeat_signal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('success', 'start', 'fail', 'log')),
    exit_code INTEGER,
    -- Microseconds since it started.
    took INTEGER,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX heartbeat_signal_name ON heartbeat_signal (name, id);
CREATE INDEX heartbeat_signal_at ON heartbeat_signal (at);

-- How many events a source reported in an hour, for five weeks: what is usual for it.
CREATE TABLE source_hour (
    source TEXT NOT NULL,
    hour INTEGER NOT NULL,
    events INTEGER NOT NULL,
    PRIMARY KEY (source, hour)
) STRICT, WITHOUT ROWID;
CREATE INDEX source_hour_hour ON source_hour (hour);
