-- Tasks of two systems that are kept the same.
CREATE TABLE sync (
    name TEXT PRIMARY KEY,
    definition TEXT NOT NULL,
    paused BIGINT NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    -- Who made it as it is, and when.
    who TEXT NOT NULL,
    at BIGINT NOT NULL
);
-- Two tasks that are one. One key is missing while the other task is being made, or cannot be.
CREATE TABLE sync_pair (
    sync TEXT NOT NULL REFERENCES sync (name) ON DELETE CASCADE,
    left_key TEXT,
    right_key TEXT,
    -- The mapped values of both when they were the same.
    base TEXT NOT NULL,
    -- When the missing one was begun to be made: it may be there.
    making BIGINT,
    -- What could not be carried over, or why the pair ended.
    problem TEXT,
    -- 1 when one of them is gone: it is left alone.
    ended BIGINT NOT NULL DEFAULT 0 CHECK (ended IN (0, 1)),
    updated_at BIGINT NOT NULL,
    UNIQUE (sync, left_key),
    UNIQUE (sync, right_key),
    CHECK (left_key IS NOT NULL OR right_key IS NOT NULL)
);
CREATE INDEX sync_pair_problem ON sync_pair (sync, updated_at) WHERE problem IS NOT NULL;
