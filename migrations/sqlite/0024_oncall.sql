-- Who is on call instead of whom a schedule says.
CREATE TABLE oncall_override (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    schedule TEXT NOT NULL,
    -- slack:T1:U1
    person TEXT NOT NULL,
    -- Whom they stand in for, where that one is on call; none: whoever is.
    replaces TEXT,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL CHECK (until_at > from_at),
    who TEXT NOT NULL,
    -- The swap that it is a half of.
    swap INTEGER,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX oncall_override_schedule ON oncall_override (schedule, until_at);

-- Shifts that somebody asked somebody else to take over, or to exchange.
CREATE TABLE oncall_swap (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    schedule TEXT NOT NULL,
    asker TEXT NOT NULL,
    other TEXT NOT NULL,
    -- The asker's shift.
    give_from INTEGER NOT NULL,
    give_until INTEGER NOT NULL,
    -- The other's, if they give one for it.
    take_from INTEGER,
    take_until INTEGER,
    state TEXT NOT NULL CHECK (state IN ('asked', 'accepted', 'declined', 'withdrawn', 'expired')),
    at INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    decided_at INTEGER,
    CHECK (give_until > give_from),
    CHECK ((take_from IS NULL) = (take_until IS NULL)),
    CHECK ((state = 'asked') = (decided_at IS NULL))
) STRICT;
CREATE INDEX oncall_swap_open ON oncall_swap (state, expires);

-- What was said and set of a schedule last.
CREATE TABLE oncall_state (
    schedule TEXT PRIMARY KEY,
    -- Who is on call as far as was said, as JSON; none: nothing was said yet.
    told TEXT CHECK (told IS NULL OR json_valid(told)),
    -- The reminders of shifts to come that were sent, as JSON.
    reminded TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(reminded)),
    -- What cannot be set, when that was said.
    problem TEXT,
    -- Counts up when the addresses of its calendar are made invalid.
    feed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- What is to show who is on call: user groups and a channel's topic.
CREATE TABLE oncall_shown (
    schedule TEXT NOT NULL,
    -- As the schedule names it: slack:@oncall; a topic is that of a channel: slack:#dev
    target TEXT NOT NULL,
    -- What we put there last, as JSON.
    pushed TEXT CHECK (pushed IS NULL OR json_valid(pushed)),
    -- What somebody else put there since, as JSON: said, and left alone until somebody decides.
    found TEXT CHECK (found IS NULL OR json_valid(found)),
    PRIMARY KEY (schedule, target)
) STRICT, WITHOUT ROWID;

-- Calendars that shifts and holidays come from, as they were when they were fetched last.
CREATE TABLE oncall_calendar (
    -- An address, or a file of the configuration.
    source TEXT PRIMARY KEY,
    body TEXT,
    fetched_at INTEGER NOT NULL,
    -- Why the last try failed.
    problem TEXT
) STRICT, WITHOUT ROWID;

-- Who is meant by a name of a document, as the chats said last: they need not answer when somebody has to be found.
CREATE TABLE person_known (
    name TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    label TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who wants no direct message about their shifts.
CREATE TABLE oncall_hushed (
    person TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
