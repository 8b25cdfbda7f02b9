-- The workspaces, and whole organizations, that installed the Slack app by OAuth. One that is gone stays, to say why.
CREATE TABLE slack_install (
    -- Slack's own: T… of a workspace, E… of an organization.
    id TEXT PRIMARY KEY,
    sort TEXT NOT NULL CHECK (sort IN ('workspace', 'organization')),
    name TEXT NOT NULL,
    app TEXT NOT NULL,
    bot_user TEXT NOT NULL,
    -- Those that were granted, with commas between.
    scopes TEXT NOT NULL,
    -- The id of the person who installed it, and when.
    who TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- Of the tokens: each install and each renewal is the next one. Their seal is bound to it.
    version BIGINT NOT NULL CHECK (version > 0),
    -- The tokens, sealed; none once they are forgotten.
    key_id TEXT,
    wrapped BYTEA,
    sealed BYTEA,
    -- When the token is to be renewed, and when it expires; none: it does not.
    renew_at BIGINT,
    expires BIGINT,
    -- Somebody renews it, and nobody else does before then. Left over, it says that the end of a renewal is unknown.
    renewing BIGINT,
    -- Why Slack does not renew it any more.
    refused TEXT,
    gone BIGINT,
    gone_why TEXT,
    CHECK ((key_id IS NULL) = (wrapped IS NULL) AND (key_id IS NULL) = (sealed IS NULL)),
    CHECK ((renew_at IS NULL) = (expires IS NULL)),
    CHECK ((gone IS NULL) = (gone_why IS NULL)),
    CHECK (gone IS NOT NULL OR key_id IS NOT NULL)
);
CREATE INDEX slack_install_key ON slack_install (key_id);

-- States of installs that were used up: each is good for once.
CREATE TABLE slack_state (
    nonce TEXT PRIMARY KEY,
    expires BIGINT NOT NULL
);
