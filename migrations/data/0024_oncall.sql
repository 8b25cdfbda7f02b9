INSERT INTO oncall_override (schedule, person, replaces, from_at, until_at, who, swap, at) VALUES ('platform', 'slack:T1:U2', 'slack:T1:U1', 1795254000000000, 1795340400000000, 'slack:T1:U1', 1, 1795250400000000);
INSERT INTO oncall_swap (schedule, asker, other, give_from, give_until, take_from, take_until, state, at, expires, decided_at) VALUES ('platform', 'slack:T1:U1', 'slack:T1:U2', 1795254000000000, 1795340400000000, NULL, NULL, 'asked', 1795250400000000, 1795254000000000, NULL);
INSERT INTO oncall_state (schedule, told, reminded, problem, feed) VALUES ('platform', '["slack:T1:U1"]', '[]', NULL, 1);
INSERT INTO oncall_shown (schedule, target, pushed, found) VALUES ('platform', 'slack:@oncall', '["U1"]', NULL);
INSERT INTO oncall_calendar (source, body, fetched_at, problem) VALUES ('https://calendar.example.org/holidays.ics', NULL, 1795250400000000, 'It did not answer.');
INSERT INTO person_known (name, person, label, at) VALUES ('ana@example.org', 'slack:T1:U1', 'Ana', 1795250400000000);
INSERT INTO oncall_hushed (person) VALUES ('slack:T1:U2');
