-- What somebody agreed to on a vendor's page: for the bot's own account there, or for what is done as a person.
CREATE TABLE oauth_grant (
    connection TEXT NOT NULL,
    -- slack:T1:U1; empty for the connection's own.
    owner TEXT NOT NULL,
    -- Which server and app the tokens are of: they are sent to no other.
    bound TEXT NOT NULL,
    -- What the vendor knows the account by.
    account TEXT NOT NULL,
    -- Those that were granted, with spaces between; none where the vendor does not say.
    scopes TEXT,
    at INTEGER NOT NULL,
    -- Each consent and each renewal is the next one. The tokens' seal is bound to it.
    version INTEGER NOT NULL CHECK (version > 0),
    key_id TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    sealed BLOB NOT NULL,
    -- Whether there is a refresh token.
    renewable INTEGER NOT NULL CHECK (renewable IN (0, 1)),
    -- When the token is to be renewed, and when it ends; none: it does not.
    renew_at INTEGER,
    expires INTEGER,
    -- Somebody renews it, and nobody else does before then. Left over, it says that the end of a renewal is unknown.
    renewing INTEGER,
    -- Why it is good for nothing any more.
    refused TEXT,
    PRIMARY KEY (connection, owner),
    CHECK ((renew_at IS NULL) = (expires IS NULL))
) STRICT;
CREATE INDEX oauth_grant_key ON oauth_grant (key_id);

-- Consents that were begun: each is good for once, for ten minutes, for whoever began it.
CREATE TABLE oauth_start (
    nonce TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    connection TEXT NOT NULL,
    -- open: nobody came back yet; used: somebody did; confirm: the person has to say that it was they.
    state TEXT NOT NULL CHECK (state IN ('open', 'used', 'confirm')),
    expires INTEGER NOT NULL,
    -- The SHA-256 of what the page showed to whoever agreed.
    proof TEXT,
    key_id TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    sealed BLOB NOT NULL,
    CHECK ((state = 'confirm') = (proof IS NOT NULL))
) STRICT;
CREATE INDEX oauth_start_person ON oauth_start (person);
