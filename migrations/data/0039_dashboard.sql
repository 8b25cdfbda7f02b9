-- Inserted after migration 39.
INSERT INTO dashboard_session (link, person, name, made_at, link_until, session, opened_at, seen_at) VALUES ('5c1f4c3e9a550d6f1c2b7a1000000039', 'slack:T1:U1', 'Ana', 1795254000000000, 1795254600000000, NULL, NULL, NULL);
INSERT INTO dashboard_session (link, person, name, made_at, link_until, session, opened_at, seen_at) VALUES ('5c1f4c3e9a550d6f1c2b7a2000000039', 'slack:T1:U1', 'Ana', 1795254000000000, 1795254600000000, '5c1f4c3e9a550d6f1c2b7a3000000039', 1795254000000000, 1795254000000000);
