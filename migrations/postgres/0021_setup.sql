-- Systems that an administrator connects one after the other, to be undone together: what was chosen, and how far it came.
CREATE TABLE setup (
    id TEXT PRIMARY KEY NOT NULL,
    -- Who: `slack:T1:U1`.
    person TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'undone')),
    -- JSON, without any secret: each step's kind, and the versions of the connection before and after it.
    steps TEXT NOT NULL,
    begun BIGINT NOT NULL,
    changed BIGINT NOT NULL
);
-- One at a time: what comes next must be certain.
CREATE UNIQUE INDEX setup_open ON setup (person) WHERE state = 'open';
