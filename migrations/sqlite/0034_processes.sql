-- The bots that work on this database; of a SQLite file the lock beside it says that there is one, so this stays empty.
CREATE TABLE process (
    id TEXT PRIMARY KEY,
    -- When the server started that the lock is held on: locks do not outlive it.
    server INTEGER NOT NULL,
    -- When its lock was found free, until one of its connections is back.
    gone_since INTEGER
) STRICT;
