-- What fires, who saw to it, and how it ended. One row for all that fires for one reason.
CREATE TABLE alert (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The hook or connection that reported it; `bellhop` of the bot's own.
    source TEXT NOT NULL,
    -- What it is about: of those with the same one only one is open.
    group_key TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT,
    url TEXT,
    runbook TEXT,
    severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'error', 'critical')),
    -- A JSON list.
    labels TEXT NOT NULL CHECK (json_valid(labels)),
    rule TEXT,
    policy TEXT,
    owner TEXT,
    state TEXT NOT NULL CHECK (state IN ('firing', 'acknowledged', 'resolved')),
    -- It is not told before: it has to hold until then.
    holds_until INTEGER,
    -- Whose doing it is, as `slack:T1:U1`.
    caused_by TEXT,
    acknowledged_by TEXT,
    acknowledged_name TEXT,
    acknowledged_at INTEGER,
    -- When it counts as not acknowledged again.
    acknowledged_until INTEGER,
    assigned_to TEXT,
    assigned_name TEXT,
    opened_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    heard_at INTEGER NOT NULL,
    resolved_at INTEGER,
    resolved_by TEXT,
    -- Whether somebody is being told of it.
    paging INTEGER NOT NULL CHECK (paging IN (0, 1)),
    -- Why nobody is paged for it, while that is so.
    muted TEXT,
    muted_until INTEGER,
    flapping_until INTEGER,
    repeat_at INTEGER,
    -- When it began and ended lately: a JSON list of microseconds.
    changes TEXT NOT NULL CHECK (json_valid(changes)),
    -- How many of it fire, and have fired.
    firing INTEGER NOT NULL,
    total INTEGER NOT NULL,
    -- Grows with each change: what its cards show.
    version INTEGER NOT NULL,
    -- The last event that made it fire, in JSON.
    event TEXT NOT NULL CHECK (json_valid(event))
) STRICT;
CREATE UNIQUE INDEX alert_open ON alert (group_key) WHERE state <> 'resolved';
CREATE INDEX alert_group ON alert (group_key, id);
CREATE INDEX alert_source ON alert (source, opened_at);
CREATE INDEX alert_resolved ON alert (resolved_at) WHERE resolved_at IS NOT NULL;

-- What fires of an alert: a machine, a check, an issue.
CREATE TABLE alert_instance (
    alert INTEGER NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
    fingerprint TEXT NOT NULL,
    name TEXT NOT NULL,
    is_firing INTEGER NOT NULL CHECK (is_firing IN (0, 1)),
    since INTEGER NOT NULL,
    -- When what was reported last happened, by its source's clock.
    event_at INTEGER NOT NULL,
    event TEXT NOT NULL CHECK (json_valid(event)),
    PRIMARY KEY (alert, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX alert_instance_firing ON alert_instance (fingerprint) WHERE is_firing = 1;

-- The events that were taken: each once.
CREATE TABLE alert_event (
    key TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_event_at ON alert_event (at);

-- An alert's story.
CREATE TABLE alert_line (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    alert INTEGER NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    -- As `slack:T1:U1`; none of what happened by itself.
    who TEXT,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX alert_line_alert ON alert_line (alert, id);

-- Where an alert's cards stand, as destinations are written.
CREATE TABLE alert_place (
    alert INTEGER NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
    place TEXT NOT NULL,
    PRIMARY KEY (alert, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE silence (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- What it is about: a filter, or one alert's group.
    filter TEXT NOT NULL,
    group_key TEXT,
    title TEXT NOT NULL,
    -- None: until what it is about is resolved.
    until_at INTEGER,
    who TEXT NOT NULL,
    who_name TEXT NOT NULL,
    why TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX silence_open ON silence (id) WHERE ended_at IS NULL;
