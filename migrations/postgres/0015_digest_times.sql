-- When a digest is told: `09:00`, `mon,thu,09:00`; empty where it is told every so often.
ALTER TABLE subscription ADD COLUMN told_at TEXT NOT NULL DEFAULT '';
-- Where it is that time.
ALTER TABLE subscription ADD COLUMN zone TEXT NOT NULL DEFAULT '';
-- The names that modes have since then.
UPDATE subscription SET mode = 'thread' WHERE mode = 'live';
UPDATE subscription SET mode = 'full' WHERE mode = 'each';
-- A filter is tried on what one source reported lately.
CREATE INDEX news_of_source ON news (source, id);
