-- Defaults of channels, and aliases of channels and people.
CREATE TABLE shorthand (
    sort TEXT NOT NULL CHECK (sort IN ('default', 'alias')),
    -- channel:… or person:…
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (sort, scope, name)
) STRICT;
