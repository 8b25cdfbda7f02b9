-- What administrators set up besides connections, hooks and subscriptions: every version of every document; the newest counts.
CREATE TABLE resource (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    -- JSON; none: it was removed.
    body TEXT CHECK (body IS NULL OR json_valid(body)),
    who TEXT NOT NULL,
    -- Empty where nobody said.
    why TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (kind, name, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX resource_at ON resource (at);
