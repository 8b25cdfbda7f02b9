-- Inserted after migration 30.
UPDATE page SET message = '1795254001.000100' WHERE name = 'Ana';
INSERT INTO reach (platform, workspace, person, number, rules) VALUES ('zulip', 'https://chat.example.org', '10', NULL, '{"number":"+41790000002"}');
INSERT INTO reach_code (platform, workspace, person, number, digest, made_at, tries, sent, counted_at) VALUES ('zulip', 'https://chat.example.org', '10', '+41790000002', 'f0e4c2f76c58916ec258f246851bea091d14d4247a2fc3e18694461b1816e13b', 1795254000000000, 1, 2, 1795254000000000);
