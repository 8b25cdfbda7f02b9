-- Hooks that were made in chat; those of the configuration file are not here.
CREATE TABLE hook (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    -- Networks, template, rate, whether it is disabled.
    settings TEXT NOT NULL CHECK (json_valid(settings)),
    -- The version of the connection `hook:{name}` whose secret is its own; none until somebody brings one.
    secret INTEGER,
    -- The version before it, and until when that one is taken as well.
    previous INTEGER,
    previous_until INTEGER,
    -- How it was set up at the vendor by its API, in JSON.
    vendor TEXT,
    who TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What came to a hook, and what was made of it. The body of what was taken is in `delivery`, under the same key.
CREATE TABLE hook_delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hook TEXT NOT NULL,
    at INTEGER NOT NULL,
    key TEXT,
    verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'unread', 'handshake', 'refused')),
    -- The HTTP status it was answered with.
    status INTEGER NOT NULL,
    -- What it was verified by.
    proof TEXT,
    -- Why it was refused, or cannot be read.
    reason TEXT,
    method TEXT NOT NULL,
    -- Without credentials, as the headers are.
    query TEXT NOT NULL,
    peer TEXT,
    headers TEXT NOT NULL,
    body BLOB,
    size INTEGER NOT NULL,
    -- How often the same came again.
    repeats INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX hook_delivery_hook ON hook_delivery (hook, at);
CREATE INDEX hook_delivery_key ON hook_delivery (hook, key) WHERE key IS NOT NULL;
CREATE INDEX hook_delivery_at ON hook_delivery (at);

-- Refused deliveries of which nothing more is kept: a stranger can send any number.
CREATE TABLE hook_refused (
    hook TEXT NOT NULL,
    hour INTEGER NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (hook, hour, reason)
) STRICT, WITHOUT ROWID;

-- Where what was reported is seen: the message of each post that told it. A digest's message is that of many.
CREATE TABLE posted (
    key TEXT PRIMARY KEY,
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
) STRICT, WITHOUT ROWID;
CREATE INDEX posted_message ON posted (platform, message) WHERE message <> '';
CREATE INDEX posted_place ON posted (platform, channel, at);
CREATE INDEX posted_source ON posted (source, at);
CREATE INDEX posted_at ON posted (at);

-- The newest of a source.
CREATE INDEX news_latest ON news (source, id);
