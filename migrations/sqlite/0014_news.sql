-- What outside systems reported, and what it led to: kept as long as deliveries, to say why something was told or not.
CREATE TABLE news (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- When it was taken, which may be long after it happened.
    at INTEGER NOT NULL,
    -- A hook or a connection.
    source TEXT NOT NULL,
    -- Unique within its source, but for what was read again.
    event_id TEXT NOT NULL,
    -- The key of the delivery that brought it; none of what was asked for.
    delivery TEXT,
    object_key TEXT NOT NULL,
    -- The digits at the key's end, by which people name it; empty where there are none.
    object_number TEXT NOT NULL,
    object_url TEXT NOT NULL,
    event TEXT NOT NULL,
    -- What was decided, in JSON; only what was told.
    decisions TEXT NOT NULL
) STRICT;
CREATE INDEX news_at ON news (at);
CREATE INDEX news_source ON news (source, event_id);
CREATE INDEX news_number ON news (object_number, id) WHERE object_number <> '';
CREATE INDEX news_key ON news (object_key, id);
CREATE INDEX news_url ON news (object_url, id) WHERE object_url <> '';
CREATE INDEX news_delivery ON news (source, delivery) WHERE delivery IS NOT NULL;
