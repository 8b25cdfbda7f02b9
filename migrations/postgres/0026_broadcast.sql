-- What of a card's thread is shown in the channel as well: never, always or failures, where it was yes or no.
ALTER TABLE subscription ADD COLUMN shown TEXT NOT NULL DEFAULT 'never' CHECK (shown IN ('never', 'always', 'failures'));
UPDATE subscription SET shown = 'always' WHERE broadcast = 1;
ALTER TABLE subscription DROP COLUMN broadcast;
ALTER TABLE subscription RENAME COLUMN shown TO broadcast;
