INSERT INTO resource (kind, name, version, body, who, why, at) VALUES ('note', 'demo', 1, '{"text":"Hello"}', 'slack:T1:U1', 'to try it', 1795254000000000);
INSERT INTO resource (kind, name, version, body, who, why, at) VALUES ('note', 'demo', 2, NULL, 'slack:T1:U1', '', 1795254060000000);
