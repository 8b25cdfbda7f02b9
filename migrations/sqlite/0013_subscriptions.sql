-- What channels hear of, as people asked for there.
CREATE TABLE subscription (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- A hook or a connection.
    source TEXT NOT NULL,
    -- As it was typed; empty for everything.
    filter TEXT NOT NULL,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    -- Zulip's topic; empty where there is none.
    topic TEXT NOT NULL,
    mode TEXT NOT NULL,
    broadcast INTEGER NOT NULL DEFAULT 0 CHECK (broadcast IN (0, 1)),
    every INTEGER NOT NULL,
    who TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (source, filter, platform, workspace, channel, topic)
) STRICT;
