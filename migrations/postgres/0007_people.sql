-- What people set for themselves. A person is a platform, a workspace and an id there; nothing set is the chat's own.
CREATE TABLE person (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    -- The IANA name of a time zone.
    zone TEXT,
    -- How dates, times and numbers are written.
    locale TEXT,
    -- When they are left alone.
    quiet TEXT CHECK (quiet IS NULL OR quiet::json IS NOT NULL),
    PRIMARY KEY (platform, workspace, id)
);

-- Sources that a person wants to hear nothing of; for good, or until then.
CREATE TABLE mute (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    person TEXT NOT NULL,
    -- A connection or a hook.
    source TEXT NOT NULL,
    until BIGINT,
    PRIMARY KEY (platform, workspace, person, source)
);

-- Accounts of people in connected systems, where their email address does not tell.
CREATE TABLE link (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    person TEXT NOT NULL,
    connection TEXT NOT NULL,
    -- What counts, and who found it: the person, who proved it, or an administrator.
    account TEXT,
    how TEXT CHECK (how IN ('self', 'administrator')),
    -- What the person says and nobody has confirmed yet: it gives no right at all.
    claim TEXT,
    who TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (platform, workspace, person, connection),
    CHECK ((account IS NULL) = (how IS NULL)),
    CHECK (account IS NOT NULL OR claim IS NOT NULL)
);

CREATE TABLE team (
    name TEXT PRIMARY KEY,
    who TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE team_member (
    team TEXT NOT NULL REFERENCES team (name) ON DELETE CASCADE,
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    person TEXT NOT NULL,
    -- As the chat called them when they were added.
    label TEXT NOT NULL,
    PRIMARY KEY (team, platform, workspace, person)
);

-- User groups of chats that are to hold a team's people. A group belongs to one team.
CREATE TABLE team_group (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    -- The chat's id of it.
    id TEXT NOT NULL,
    team TEXT NOT NULL REFERENCES team (name) ON DELETE CASCADE,
    -- As the chat called it when it was bound.
    label TEXT NOT NULL,
    -- The people that we put there last, sorted, as JSON; none yet.
    pushed TEXT CHECK (pushed IS NULL OR pushed::json IS NOT NULL),
    -- The people that somebody else put there since, as JSON: said, and left alone until somebody decides.
    found TEXT CHECK (found IS NULL OR found::json IS NOT NULL),
    PRIMARY KEY (platform, workspace, id)
);
CREATE INDEX team_group_team ON team_group (team);
