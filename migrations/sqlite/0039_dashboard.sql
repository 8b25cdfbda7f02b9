-- Who may look at the dashboard: a link that was asked for in chat, good for once, and the browser that came by it. Of both only
-- digests are kept, so that nobody who reads this table gets in by it.
CREATE TABLE dashboard_session (
    link TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    link_until INTEGER NOT NULL,
    session TEXT UNIQUE,
    opened_at INTEGER,
    seen_at INTEGER,
    CHECK ((session IS NULL) = (opened_at IS NULL) AND (session IS NULL) = (seen_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX dashboard_session_person ON dashboard_session (person);
