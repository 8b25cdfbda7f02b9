-- How far an alert has been told: the plan as it was when it began, and the step that is next.
CREATE TABLE escalation (
    alert BIGINT PRIMARY KEY,
    plan TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'stopped', 'ended')),
    -- Grows with each change: a timer of an earlier one does nothing.
    tick BIGINT NOT NULL CHECK (tick > 0),
    step BIGINT NOT NULL CHECK (step >= 0),
    round BIGINT NOT NULL CHECK (round >= 0),
    due BIGINT,
    begun_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    CHECK ((state = 'running') = (due IS NOT NULL))
);
CREATE INDEX escalation_due ON escalation (due) WHERE state = 'running';
CREATE INDEX escalation_changed ON escalation (changed_at) WHERE state <> 'running';

-- Ways in which people are paged, each sent by a job.
CREATE TABLE page (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- None: to try out how somebody is reached.
    alert BIGINT,
    tick BIGINT NOT NULL,
    party BIGINT NOT NULL,
    -- platform:workspace:id; none of a channel or an address.
    person TEXT,
    name TEXT NOT NULL,
    why TEXT NOT NULL,
    way TEXT NOT NULL CHECK (way IN ('dm', 'email', 'sms', 'voice', 'place', 'endpoint')),
    target TEXT NOT NULL,
    -- The channel, address or number in it: an answer to a text message is found by it.
    address TEXT NOT NULL,
    place BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'delivered', 'failed', 'off')),
    due BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    reason TEXT,
    -- 1: the next way was brought forward for it.
    passed_on BIGINT NOT NULL CHECK (passed_on IN (0, 1)),
    CHECK (state <> 'failed' OR reason IS NOT NULL)
);
CREATE INDEX page_alert ON page (alert, tick);
CREATE INDEX page_address ON page (address, way, id);
CREATE INDEX page_changed ON page (changed_at);

-- Whose turn it is where a step pages one after the other.
CREATE TABLE escalation_turn (
    policy TEXT NOT NULL,
    step BIGINT NOT NULL,
    turns BIGINT NOT NULL,
    PRIMARY KEY (policy, step)
);

-- How people want to be paged.
CREATE TABLE reach (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    person TEXT NOT NULL,
    number TEXT,
    rules TEXT NOT NULL,
    PRIMARY KEY (platform, workspace, person)
);
CREATE INDEX reach_number ON reach (number) WHERE number IS NOT NULL;
