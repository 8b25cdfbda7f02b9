-- Of what somebody does not want to be told directly, though it concerns them: `assigned`, `review`, `mentioned`.
CREATE TABLE direct_off (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    person TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (platform, workspace, person, why)
);

-- Objects that somebody does not want to be told of directly any more, by what they are known by.
CREATE TABLE hush (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    person TEXT NOT NULL,
    object TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (platform, workspace, person, object)
);
