-- Forms that are open somewhere. The columns beside the body are what a conversation is found by.
CREATE TABLE form (
    id TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    -- Empty: not in a thread.
    thread TEXT NOT NULL,
    person TEXT NOT NULL,
    asking BIGINT NOT NULL CHECK (asking IN (0, 1)),
    -- Orders saves.
    saved BIGINT NOT NULL,
    body TEXT NOT NULL CHECK (body::json IS NOT NULL),
    expires BIGINT NOT NULL
);
CREATE INDEX form_conversation ON form (platform, workspace, channel, thread, person, saved) WHERE asking = 1;
CREATE INDEX form_expires ON form (expires);
CREATE INDEX form_saved ON form (saved);

-- Every version of every connection; the newest counts, and a removal is a version too.
CREATE TABLE connection (
    name TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    kind TEXT NOT NULL,
    settings TEXT NOT NULL CHECK (settings::json IS NOT NULL),
    who TEXT NOT NULL,
    at BIGINT NOT NULL,
    removed BIGINT NOT NULL CHECK (removed IN (0, 1)),
    PRIMARY KEY (name, version)
);

-- Secrets, sealed: each with a data key of its own, which the master key wraps.
CREATE TABLE secret (
    connection TEXT NOT NULL,
    version BIGINT NOT NULL,
    field TEXT NOT NULL,
    -- Which master key wraps the data key.
    key_id TEXT NOT NULL,
    wrapped BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (connection, version, field),
    FOREIGN KEY (connection, version) REFERENCES connection (name, version)
);
CREATE INDEX secret_key ON secret (key_id);
