-- Calls that wait, or waited, for others to agree before they are run.
CREATE TABLE approval (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- A request is asked about once.
    request_id TEXT NOT NULL UNIQUE,
    -- The document by which it waits.
    rule TEXT NOT NULL,
    -- `slack:T1:U1`
    asker TEXT NOT NULL,
    asker_name TEXT NOT NULL,
    asker_email TEXT,
    -- As people type it; secrets left out.
    line TEXT NOT NULL,
    -- JSON: the job that would run it, who may agree, where it was asked.
    job TEXT NOT NULL,
    -- SHA-256 of what the job would do.
    digest TEXT NOT NULL,
    approvers TEXT NOT NULL,
    needed BIGINT NOT NULL CHECK (needed > 0),
    asked TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'denied', 'expired')),
    at BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    ended BIGINT,
    why TEXT NOT NULL,
    CHECK ((state = 'waiting') = (ended IS NULL))
);
CREATE INDEX approval_waiting ON approval (id) WHERE state = 'waiting';

-- Who agreed.
CREATE TABLE approval_vote (
    approval BIGINT NOT NULL,
    -- `slack:T1:U1`
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (approval, person)
);
