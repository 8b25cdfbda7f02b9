-- Inserted after migration 40.
INSERT INTO sync_pair (sync, left_key, right_key, base, making, problem, ended, updated_at, untold)
    VALUES ('apollo', '43', 'APO-8', '{"left":{},"right":{}}', NULL, NULL, 0, 1795254000000000, '[[{"plain":"a change was given up"}]]');
