-- The bots that work on this database. Each of a bot's connections shares an advisory lock of its own: where that is free, the bot is
-- gone, and what it had claimed need not wait for its lease. What is in an unlogged table is not there after the server crashed, nor
-- on a standby that took over: then the lock says nothing, and leases decide.
CREATE UNLOGGED TABLE process (
    id TEXT PRIMARY KEY,
    -- When the server started that the lock is held on: locks do not outlive it.
    server BIGINT NOT NULL,
    -- When its lock was found free, until one of its connections is back.
    gone_since BIGINT
);
