-- Inserted after migration 20.
INSERT INTO change (what, subject, who, why, at) VALUES ('apply', 'bellhop.toml', 'cli:ana', 'to try it', 1795254120000000);
INSERT INTO resource (kind, name, version, body, who, why, at, change_id) VALUES ('default', 'slack:T1:C1 project', 1, '{"channel":"slack:T1:C1","field":"project","value":"demo"}', 'cli:ana', 'to try it', 1795254120000000, 1);
INSERT INTO applied (kind, name, file, version) VALUES ('default', 'slack:T1:C1 project', 'bellhop.toml', 1);
