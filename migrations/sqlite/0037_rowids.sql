-- A table without row numbers is one tree of whole rows in the order of its key, and each of its indices repeats that key. Names of
-- cards and of posts come in no order: each cost a page of its own, and a split of it every third time. With row numbers the
-- rows are written one after the other, and only short entries are strewn about (<https://sqlite.org/withoutrowid.html>).
ALTER TABLE cursor RENAME TO cursor_before;
CREATE TABLE cursor (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO cursor (name, value, updated_at) SELECT name, value, updated_at FROM cursor_before ORDER BY updated_at;
DROP TABLE cursor_before;

ALTER TABLE posted RENAME TO posted_before;
CREATE TABLE posted (
    key TEXT PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    channel TEXT NOT NULL,
    thread TEXT NOT NULL,
    -- Empty where the chat does not tell.
    message TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- Microseconds from when it was taken; none of what waited on purpose.
    took INTEGER
) STRICT;
INSERT INTO posted (key, source, platform, workspace, channel, thread, message, at, took)
    SELECT key, source, platform, workspace, channel, thread, message, at, took FROM posted_before ORDER BY at;
DROP TABLE posted_before;
CREATE INDEX posted_message ON posted (platform, message) WHERE message <> '';
CREATE INDEX posted_place ON posted (platform, channel, at);
CREATE INDEX posted_source ON posted (source, at);
CREATE INDEX posted_at ON posted (at);
