-- Long text that was shown in part, for a day: its other pages, and the lines that fit a filter.
CREATE TABLE document (
    id TEXT PRIMARY KEY,
    -- Who may read it: the person, and everyone in the channel where that is not empty.
    reader TEXT NOT NULL,
    channel TEXT NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX document_expires ON document (expires);

-- Calls of buttons that are longer than a chat's button holds, for a day.
CREATE TABLE long_call (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL CHECK (body::json IS NOT NULL),
    expires BIGINT NOT NULL
);
CREATE INDEX long_call_expires ON long_call (expires);
