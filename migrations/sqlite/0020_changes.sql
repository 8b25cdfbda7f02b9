-- Everything that is set up has its versions in `resource` from here on: connections, hooks, subscriptions, teams, defaults and
-- aliases as well, beside the tables in which they work. What was changed together has one number.
CREATE TABLE change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    what TEXT NOT NULL CHECK (what IN ('edit', 'apply', 'rollback')),
    -- Of an apply: the file's name; of a rollback: what it went back to.
    subject TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
-- 0: from before changes had numbers.
ALTER TABLE resource ADD COLUMN change_id INTEGER NOT NULL DEFAULT 0;
CREATE INDEX resource_change ON resource (change_id);

-- What a file said when it was applied last: whose it is, and against which version drift is seen.
CREATE TABLE applied (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    file TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

-- Where it goes while its place takes nothing, as in the file; empty: nowhere.
ALTER TABLE subscription ADD COLUMN fallback TEXT NOT NULL DEFAULT '';

-- The versions that connections have already.
INSERT INTO resource (kind, name, version, body, who, why, at)
SELECT 'connection', name, version,
       CASE removed WHEN 1 THEN NULL ELSE json_set(settings, '$.kind', kind, '$."$version"', version) END, who, '', at
FROM connection WHERE kind <> 'hook';
