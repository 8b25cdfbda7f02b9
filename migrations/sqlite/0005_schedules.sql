-- Jobs that repeat. A row is fired by whoever moves its next_run on, in the transaction that inserts the job.
CREATE TABLE schedule (
    name TEXT PRIMARY KEY,
    -- Five fields, and the IANA time zone that they are read in.
    cron TEXT NOT NULL,
    zone TEXT NOT NULL,
    kind TEXT NOT NULL,
    lane TEXT,
    -- 0 page, 1 command, 2 chatter.
    priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 2),
    payload TEXT NOT NULL CHECK (json_valid(payload)),
    -- What becomes of steps that passed while nobody could fire them: the latest is fired, or none.
    catch_up TEXT NOT NULL CHECK (catch_up IN ('latest', 'skip')),
    who TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    next_run INTEGER NOT NULL,
    -- The step that was fired last, and when that was done.
    last_run INTEGER,
    fired_at INTEGER,
    CHECK ((last_run IS NULL) = (fired_at IS NULL)),
    CHECK (last_run IS NULL OR last_run < next_run)
) STRICT, WITHOUT ROWID;
CREATE INDEX schedule_due ON schedule (next_run) WHERE paused = 0;

-- What one bot does for all that share this database, and who that is until when.
CREATE TABLE duty (
    name TEXT PRIMARY KEY,
    boot TEXT NOT NULL,
    -- Grows with each holder: with boot, what a holder's writes are fenced by.
    epoch INTEGER NOT NULL CHECK (epoch > 0),
    until INTEGER NOT NULL,
    -- When it was last done, and what came of it.
    ran_at INTEGER,
    report TEXT
) STRICT, WITHOUT ROWID;
