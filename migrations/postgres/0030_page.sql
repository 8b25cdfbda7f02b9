-- The message that a page became, so that it is edited when somebody sees to the alert.
ALTER TABLE page ADD COLUMN message TEXT;

-- A number is used once its owner has typed back what was sent there. Those that were given before this was asked are kept.
UPDATE reach SET rules = (rules::jsonb || jsonb_build_object('verified', '1970-01-01T00:00:00Z'))::text WHERE number IS NOT NULL;

-- What was sent to a number, to be typed back.
CREATE TABLE reach_code (
    platform TEXT NOT NULL,
    workspace TEXT NOT NULL,
    person TEXT NOT NULL,
    number TEXT NOT NULL,
    -- SHA-256 of the code and its owner, in hexadecimal.
    digest TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    -- Wrong ones that were typed.
    tries BIGINT NOT NULL,
    -- Codes that were sent since `counted_at`.
    sent BIGINT NOT NULL,
    counted_at BIGINT NOT NULL,
    PRIMARY KEY (platform, workspace, person)
);
CREATE INDEX reach_code_made ON reach_code (made_at);
