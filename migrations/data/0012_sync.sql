-- Inserted after migration 12.
INSERT INTO sync (name, definition, paused, who, at)
    VALUES ('apollo', '{}', 0, 'slack:T1:U1', 1772442000000000);
INSERT INTO sync_pair (sync, left_key, right_key, base, making, problem, ended, updated_at)
    VALUES ('apollo', '42', 'APO-7', '{"left":{},"right":{}}', NULL, NULL, 0, 1772442000000000);
