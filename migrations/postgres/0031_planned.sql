-- Files whose plan somebody in chat looked at, until they are applied. No secret is in them.
CREATE TABLE planned (
    -- Of the file, its name, and what it would do: what was looked at is what is carried out.
    id TEXT PRIMARY KEY,
    -- Its name; empty of text that was pasted.
    file TEXT NOT NULL,
    text TEXT NOT NULL,
    prune BIGINT NOT NULL CHECK (prune IN (0, 1)),
    at BIGINT NOT NULL
);
CREATE INDEX planned_at ON planned (at);

-- What would be done, in more words than the command: for those who are asked.
ALTER TABLE approval ADD COLUMN detail TEXT NOT NULL DEFAULT '';

-- The filter as its person wrote it, where that says `me`: it follows their account.
ALTER TABLE subscription ADD COLUMN mine TEXT NOT NULL DEFAULT '';
