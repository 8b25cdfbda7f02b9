-- Who may look at the dashboard: a link that was asked for in chat, good for once, and the browser that came by it. Of both only
-- digests are kept, so that nobody who reads this table gets in by it.
CREATE TABLE dashboard_session (
    link TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    link_until BIGINT NOT NULL,
    session TEXT UNIQUE,
    opened_at BIGINT,
    seen_at BIGINT,
    CHECK ((session IS NULL) = (opened_at IS NULL) AND (session IS NULL) = (seen_at IS NULL))
);
CREATE INDEX dashboard_session_person ON dashboard_session (person);
