-- Forms that are open somewhere. The columns beside the body are what a conversation is found by.
CREATE TABLE form (
    id TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    -- Empty: not in a thread.
    thread TEXT NOT NULL,
    person TEXT NOT NULL,
    asking INTEGER NOT NULL CHECK (asking IN (0, 1)),
    -- Orders saves.
    saved INTEGER NOT NULL,
    body TEXT NOT NULL CHECK (json_valid(body)),
    expires INTEGER NOT NULL
) STRICT;
CREATE INDEX form_conversation ON form (platform, workspace, channel, thread, person, saved) WHERE asking = 1;
CREATE INDEX form_expires ON form (expires);
CREATE INDEX form_saved ON form (saved);

-- Every version of every connection; the newest counts, and a removal is a version too.
CREATE TABLE connection (
    name TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    kind TEXT NOT NULL,
    settings TEXT NOT NULL CHECK (json_valid(settings)),
    who TEXT NOT NULL,
    at INTEGER NOT NULL,
    removed INTEGER NOT NULL CHECK (removed IN (0, 1)),
    PRIMARY KEY (name, version)
) STRICT;

-- Secrets, sealed: each with a data key of its own, which the master key wraps.
CREATE TABLE secret (
    connection TEXT NOT NULL,
    version INTEGER NOT NULL,
    field TEXT NOT NULL,
    -- Which master key wraps the data key.
    key_id TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (connection, version, field),
    FOREIGN KEY (connection, version) REFERENCES connection (name, version)
) STRICT;
CREATE INDEX secret_key ON secret (key_id);
