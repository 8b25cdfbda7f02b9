-- What administrators set up besides connections, hooks and subscriptions: every version of every document; the newest counts.
CREATE TABLE resource (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    -- JSON; none: it was removed.
    body TEXT,
    who TEXT NOT NULL,
    -- Empty where nobody said.
    why TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (kind, name, version)
);
CREATE INDEX resource_at ON resource (at);
