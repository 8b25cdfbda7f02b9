INSERT INTO escalation (alert, plan, state, tick, step, round, due, begun_at, changed_at) VALUES (1, '{"policy":"platform","steps":[]}', 'stopped', 3, 1, 0, NULL, 1795254000000000, 1795254060000000);
INSERT INTO page (alert, tick, party, person, name, why, way, target, address, place, state, due, changed_at, reason, passed_on) VALUES (1, 1, 0, 'slack:T1:U1', 'Ana', 'on call by primary', 'dm', '{"person":{"platform":"slack","workspace":"T1","id":"U1"}}', 'U1', 0, 'sent', 1795254000000000, 1795254001000000, NULL, 0);
INSERT INTO escalation_turn (policy, step, turns) VALUES ('platform', 0, 2);
INSERT INTO reach (platform, workspace, person, number, rules) VALUES ('slack', 'T1', 'U1', '+41790000001', '{"number":"+41790000001"}');
