-- Who is on call instead of whom a schedule says.
CREATE TABLE oncall_override (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    schedule TEXT NOT NULL,
    -- slack:T1:U1
    person TEXT NOT NULL,
    -- Whom they stand in for, where that one is on call; none: whoever is.
    replaces TEXT,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL CHECK (until_at > from_at),
    who TEXT NOT NULL,
    -- The swap that it is a half of.
    swap BIGINT,
    at BIGINT NOT NULL
);
CREATE INDEX oncall_override_schedule ON oncall_override (schedule, until_at);

-- Shifts that somebody asked somebody else to take over, or to exchange.
CREATE TABLE oncall_swap (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    schedule TEXT NOT NULL,
    asker TEXT NOT NULL,
    other TEXT NOT NULL,
    -- The asker's shift.
    give_from BIGINT NOT NULL,
    give_until BIGINT NOT NULL,
    -- The other's, if they give one for it.
    take_from BIGINT,
    take_until BIGINT,
    state TEXT NOT NULL CHECK (state IN ('asked', 'accepted', 'declined', 'withdrawn', 'expired')),
    at BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    decided_at BIGINT,
    CHECK (give_until > give_from),
    CHECK ((take_from IS NULL) = (take_until IS NULL)),
    CHECK ((state = 'asked') = (decided_at IS NULL))
);
CREATE INDEX oncall_swap_open ON oncall_swap (state, expires);

-- What was said and set of a schedule last.
CREATE TABLE oncall_state (
    schedule TEXT PRIMARY KEY,
    -- Who is on call as far as was said, as JSON; none: nothing was said yet.
    told TEXT,
    -- The reminders of shifts to come that were sent, as JSON.
    reminded TEXT NOT NULL DEFAULT '[]',
    -- What cannot be set, when that was said.
    problem TEXT,
    -- Counts up when the addresses of its calendar are made invalid.
    feed BIGINT NOT NULL DEFAULT 0
);

-- What is to show who is on call: user groups and a channel's topic.
CREATE TABLE oncall_shown (
    schedule TEXT NOT NULL,
    -- As the schedule names it: slack:@oncall; a topic is that of a channel: slack:#dev
    target TEXT NOT NULL,
    -- What we put there last, as JSON.
    pushed TEXT,
    -- What somebody else put there since, as JSON: said, and left alone until somebody decides.
    found TEXT,
    PRIMARY KEY (schedule, target)
);

-- Calendars that shifts and holidays come from, as they were when they were fetched last.
CREATE TABLE oncall_calendar (
    -- An address, or a file of the configuration.
    source TEXT PRIMARY KEY,
    body TEXT,
    fetched_at BIGINT NOT NULL,
    -- Why the last try failed.
    problem TEXT
);

-- Who is meant by a name of a document, as the chats said last: they need not answer when somebody has to be found.
CREATE TABLE person_known (
    name TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    label TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- Who wants no direct message about their shifts.
CREATE TABLE oncall_hushed (
    person TEXT PRIMARY KEY
);
