-- When somebody first acknowledged an alert, or resolved it by hand: it stays when the acknowledgement is taken back.
ALTER TABLE alert ADD COLUMN acted_at INTEGER;
UPDATE alert SET acted_at = acknowledged_at WHERE acknowledged_at IS NOT NULL;

-- What one of several things that fire is called: cards count them by it.
ALTER TABLE alert_instance ADD COLUMN title TEXT NOT NULL DEFAULT '';
CREATE INDEX alert_instance_title ON alert_instance (alert, title) WHERE is_firing = 1;
